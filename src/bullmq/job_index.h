#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "bullmq/keys.h"
#include "redis/redis_connection.h"

namespace crm::bullmq {

/// The queue's jobs in the order in which they came, which BullMQ itself does not keep: a sorted set that any
/// process brings up to date from the stream of events before it reads, and makes anew where the stream was
/// cut meanwhile. Jobs that vanished without an event (removeOnComplete) may still be in it.
///
/// Threads: any, each with a connection of its own.
class JobIndex {
 public:
  /// Lists and searches reach back so many jobs.
  static constexpr std::size_t kMaxJobs = 200'000;

  struct Entry {
    std::int64_t number;  ///< grows with each job
    std::string raw_id;
  };
  static constexpr std::int64_t kNewest = std::numeric_limits<std::int64_t>::max() / 2;

  explicit JobIndex(const Keys& keys) : keys_(keys) {}

  void catch_up(RedisConnection& redis) const;
  /// The newest before number `before`, the newest first.
  std::vector<Entry> before(RedisConnection& redis, std::int64_t before, std::size_t limit) const;
  /// These, the newest first; those that are not in the index are left out.
  std::vector<Entry> find(RedisConnection& redis, const std::vector<std::string>& raw_ids) const;
  void remove(RedisConnection& redis, const std::vector<std::string>& raw_ids) const;

 private:
  void rebuild(RedisConnection& redis) const;
  std::vector<std::string> all_ids(RedisConnection& redis) const;

  const Keys& keys_;
};

}  // namespace crm::bullmq
