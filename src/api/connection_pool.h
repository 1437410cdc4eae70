#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <stop_token>
#include <vector>

#include "base/temp_space.h"
#include "duckdb/database.h"

namespace crm_merge {

/// A database with the limits under which its connections are lent.
///
/// Threads: any.
class ConnectionPool : public std::enable_shared_from_this<ConnectionPool> {
 public:
  struct Limits {
    std::size_t connections = 1;
    std::chrono::milliseconds timeout{0};
  };

  /// A connection on loan. It is opened for the borrower and closed behind it, so that nothing of one is seen by another.
  class Loan {
   public:
    Loan(std::shared_ptr<ConnectionPool> pool, crm::duck::Connection connection);
    ~Loan();
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    crm::duck::Connection& connection() { return *connection_; }
    ConnectionPool& pool() { return *pool_; }

   private:
    std::shared_ptr<ConnectionPool> pool_;
    std::unique_ptr<crm::duck::Connection> connection_;
  };

  ConnectionPool(std::unique_ptr<crm::TempSpace> temp, std::unique_ptr<crm::duck::Database> database, const Limits& limits);

  /// Waits until one is free. Errors: limit_exceeded when that takes too long, cancelled, conflict when closed.
  std::shared_ptr<Loan> lend(std::stop_token stop);
  void interrupt_all() noexcept;
  /// Errors: conflict while anything is on loan.
  void close();
  crm::TempSpace& temp() { return *temp_; }

 private:
  void take_back() noexcept;

  const Limits limits_;
  std::unique_ptr<crm::TempSpace> temp_;            // goes after the database, which has files there
  std::unique_ptr<crm::duck::Database> database_;   // null: closed
  std::mutex mutex_;                                // of the above two pointers and the below
  std::condition_variable_any returned_;
  std::size_t lent_ = 0;
  std::vector<std::weak_ptr<Loan>> loans_;
};

}  // namespace crm_merge
