#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "redis/redis_connection.h"

namespace crm {

/// Connections to one server, lent to one thread at a time, made when needed, made anew when they broke.
///
/// Threads: any.
class RedisPool {
 public:
  static constexpr std::size_t kMaxConnections = 16;
  /// The pauses between two tries double from the first to the last.
  static constexpr std::chrono::milliseconds kFirstPause{20};
  static constexpr std::chrono::milliseconds kLastPause{1'000};

  explicit RedisPool(RedisUrl url) : url_(std::move(url)) {}

  const RedisUrl& url() const { return url_; }

  /// Runs `work(connection, is_again)`; while the connection breaks, runs it again on another until
  /// `patience` is over. `is_again`: an earlier run may have reached Redis. Errors: RedisUnavailable; what
  /// `work` throws else.
  template <class Work>
  auto with(std::chrono::milliseconds patience, Work&& work);

 private:
  class Lease;
  RedisConnection borrow();
  void give_back(std::optional<RedisConnection> connection);
  static void pause(int tries);

  const RedisUrl url_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<RedisConnection> idle_;  ///< guarded by mutex_
  std::size_t lent_ = 0;               ///< guarded by mutex_
};

/// A borrowed connection; one that broke is not given back.
class RedisPool::Lease {
 public:
  explicit Lease(RedisPool& pool) : pool_(pool), connection_(pool.borrow()) {}
  ~Lease() { pool_.give_back(std::move(connection_)); }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  RedisConnection& operator*() { return *connection_; }
  void drop() { connection_.reset(); }

 private:
  RedisPool& pool_;
  std::optional<RedisConnection> connection_;
};

template <class Work>
auto RedisPool::with(std::chrono::milliseconds patience, Work&& work) {
  const SteadyTime until = system_clock().steady_now() + patience;
  bool is_again = false;
  for (int tries = 0;; ++tries) {
    try {
      Lease lease(*this);
      try {
        return work(*lease, is_again);
      } catch (...) {
        // Whatever went wrong, answers may be left in it that nobody read.
        is_again = true;
        lease.drop();
        throw;
      }
    } catch (const RedisUnavailable&) {
      if (system_clock().steady_now() >= until) throw;
    }
    pause(tries);
  }
}

}  // namespace crm
