#include "redis/redis_pool.h"

#include <algorithm>
#include <random>
#include <thread>

namespace crm {

RedisConnection RedisPool::borrow() {
  {
    std::unique_lock lock(mutex_);
    returned_.wait(lock, [&] { return lent_ < kMaxConnections; });
    ++lent_;
    if (!idle_.empty()) {
      RedisConnection connection = std::move(idle_.back());
      idle_.pop_back();
      return connection;
    }
  }
  try {
    return RedisConnection(url_);
  } catch (...) {
    give_back(std::nullopt);
    throw;
  }
}

void RedisPool::give_back(std::optional<RedisConnection> connection) {
  {
    const std::lock_guard lock(mutex_);
    --lent_;
    if (connection) {
      idle_.push_back(std::move(*connection));
    } else {
      // Where one broke, the others that idle did most likely too.
      idle_.clear();
    }
  }
  returned_.notify_one();
}

void RedisPool::pause(int tries) {
  thread_local std::minstd_rand random(std::random_device{}());
  const auto longest = std::min(kFirstPause * (1 << std::min(tries, 10)), kLastPause);
  std::uniform_int_distribution<std::int64_t> span(longest.count() / 2, longest.count());
  std::this_thread::sleep_for(std::chrono::milliseconds(span(random)));
}

}  // namespace crm
