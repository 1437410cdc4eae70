#pragma once

#include <condition_variable>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "bullmq/keys.h"
#include "redis/redis_connection.h"

namespace crm::bullmq {

/// Hears on a connection of its own, from the first `watch` on, which jobs are asked to stop by a message on
/// the cancel channel. Reconnects by itself.
///
/// Threads: any.
class CancelListener {
 public:
  CancelListener(RedisUrl url, const Keys& keys) : url_(std::move(url)), channel_(keys.cancel_channel()) {}
  ~CancelListener();
  CancelListener(const CancelListener&) = delete;
  CancelListener& operator=(const CancelListener&) = delete;

  std::uint64_t news();
  /// Waits up to `span` for news: a message, or a connection made (what was said before it was not heard).
  void wait_for_news(std::chrono::milliseconds span, const std::stop_token& stop, std::uint64_t& seen);
  /// Those of these that were named by a message.
  std::vector<std::string> named(const std::vector<std::string>& raw_ids);
  /// The job ended: the next message of its name is about another attempt.
  void forget(const std::string& raw_id);
  /// Only what is watched is kept when it is named.
  void watch(const std::vector<std::string>& raw_ids);

 private:
  void start();
  void listen(const std::stop_token& stop);
  void hear(const RedisReply& message);
  void tell();

  const RedisUrl url_;
  const std::string channel_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::uint64_t news_ = 0;         ///< guarded by mutex_
  std::set<std::string> watched_;  ///< guarded by mutex_
  std::set<std::string> named_;    ///< guarded by mutex_
  RedisWaker waker_;
  std::jthread thread_;  ///< started under mutex_
};

}  // namespace crm::bullmq
