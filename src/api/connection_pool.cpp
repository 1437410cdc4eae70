#include "api/connection_pool.h"

#include <fmt/format.h>

#include "base/error.h"

namespace crm_merge {

ConnectionPool::Loan::Loan(std::shared_ptr<ConnectionPool> pool, crm::duck::Connection connection)
    : pool_(std::move(pool)), connection_(std::make_unique<crm::duck::Connection>(std::move(connection))) {}

ConnectionPool::Loan::~Loan() {
  connection_.reset();
  pool_->take_back();
}

ConnectionPool::ConnectionPool(std::unique_ptr<crm::TempSpace> temp, std::unique_ptr<crm::duck::Database> database,
                               const Limits& limits)
    : limits_(limits), temp_(std::move(temp)), database_(std::move(database)) {}

std::shared_ptr<ConnectionPool::Loan> ConnectionPool::lend(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  const bool came = returned_.wait_for(lock, stop, limits_.timeout, [&] { return !database_ || lent_ < limits_.connections; });
  if (stop.stop_requested()) throw crm::Error(crm::ErrorCode::cancelled, "cancelled while waiting for a connection");
  if (!came) {
    throw crm::Error(crm::ErrorCode::limit_exceeded,
                     fmt::format("all {} connections are in use, and none came free in {} ms; raise max_connections or "
                                 "checkout_timeout, or keep connections for a shorter time",
                                 limits_.connections, limits_.timeout.count()));
  }
  if (!database_) throw crm::Error(crm::ErrorCode::conflict, "the database is closed");
  std::erase_if(loans_, [](const std::weak_ptr<Loan>& each) { return each.expired(); });
  loans_.reserve(loans_.size() + 1);  // nothing may throw once there is a loan: to end, it takes the mutex
  auto loan = std::make_shared<Loan>(shared_from_this(), database_->connect());
  ++lent_;
  loans_.push_back(loan);
  return loan;
}

void ConnectionPool::take_back() noexcept {
  const std::lock_guard lock(mutex_);
  --lent_;
  returned_.notify_one();
}

void ConnectionPool::interrupt_all() noexcept {
  // Whoever holds the last share of a loan returns it, which takes the mutex: not under it.
  std::vector<std::shared_ptr<Loan>> held;
  {
    const std::lock_guard lock(mutex_);
    for (const std::weak_ptr<Loan>& each : loans_) {
      if (auto loan = each.lock()) held.push_back(std::move(loan));
    }
  }
  for (const auto& loan : held) loan->connection().interrupt();
}

void ConnectionPool::close() {
  const std::lock_guard lock(mutex_);
  if (!database_) return;
  if (lent_ > 0) throw crm::Error(crm::ErrorCode::conflict, fmt::format("cannot close the database: {} of its connections are in use", lent_));
  database_.reset();
  temp_.reset();
  returned_.notify_all();
}

}  // namespace crm_merge
