#pragma once

#include <string>
#include <vector>

#include "redis/redis_connection.h"

namespace crm {

/// Redis 7.0 is the oldest whose commands are all there.
inline constexpr int kOldestRedisMajor = 7;

/// Errors: invalid_config for a Sentinel, a server in cluster mode or one that is too old.
void require_usable_redis(RedisConnection& redis);

/// One thing about a Redis server that a queue depends on.
struct RedisFinding {
  enum class Grade { good, warning, bad };
  Grade grade = Grade::good;
  std::string what;    ///< "maxmemory-policy is allkeys-lru"
  std::string advice;  ///< what to do; empty where it is good
};

/// Version and mode, eviction, persistence, memory: what `doctor` prints. Errors: as RedisConnection's, and
/// invalid_config as above.
std::vector<RedisFinding> examine_redis(const RedisUrl& url);

/// The same from the text of INFO.
std::vector<RedisFinding> findings_from_info(std::string_view info);

}  // namespace crm
