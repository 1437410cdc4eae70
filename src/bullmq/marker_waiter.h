#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "bullmq/keys.h"
#include "redis/redis_pool.h"

namespace crm::bullmq {

/// Waits until there may be a job, on BullMQ's marker and a connection of its own. Of several threads that
/// wait, one does so for all.
///
/// Threads: any.
class MarkerWaiter {
 public:
  /// BullMQ's own drainDelay: so often one looks even if nobody was told.
  static constexpr std::chrono::milliseconds kLongest{5'000};

  /// `pool`, for short commands, and `keys` must outlive it.
  MarkerWaiter(RedisPool& pool, const Keys& keys) : pool_(pool), keys_(keys) {}

  struct Limits {
    std::chrono::milliseconds longest{0};
    /// When the next delayed job is due.
    std::optional<std::chrono::milliseconds> due = {};
  };
  /// Returns when one should look for a job: there may be one, a limit is reached, or `stop`. `worker` is the
  /// name that Node's `queue.getWorkers()` shows.
  void wait(const Limits& limits, const std::string& worker, const std::stop_token& stop);

 private:
  void wait_on_marker(const Limits& limits, const std::string& worker, const std::stop_token& stop);
  void connect(const std::string& worker);
  /// Ends a BZPOPMIN; its reply.
  std::optional<RedisReply> unblock();
  void put_back(const RedisReply& popped);

  RedisPool& pool_;
  const Keys& keys_;
  std::mutex mutex_;
  std::condition_variable_any turn_;
  bool taken_ = false;  ///< guarded by mutex_: somebody waits on the marker
  // Of whoever has the turn:
  std::optional<RedisConnection> connection_;
  std::string client_id_;
};

}  // namespace crm::bullmq
