#include "redis/redis_health.h"

#include <algorithm>
#include <charconv>
#include <map>

namespace crm {
namespace {

using Info = std::map<std::string, std::string, std::less<>>;
using Grade = RedisFinding::Grade;

/// Of memory that is in use, more than so many percent is a warning.
constexpr std::uint64_t kFullPercent = 85;

Info parse_info(std::string_view text) {
  Info info;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos) info.emplace(line.substr(0, colon), line.substr(colon + 1));
  }
  return info;
}

std::string at(const Info& info, std::string_view name) {
  const auto found = info.find(name);
  return found == info.end() ? std::string() : found->second;
}

std::uint64_t number_at(const Info& info, std::string_view name) {
  const std::string text = at(info, name);
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

void require_usable(const Info& info) {
  const std::string mode = at(info, "redis_mode"), version = at(info, "redis_version");
  if (mode == "sentinel") {
    throw Error(ErrorCode::invalid_config,
                "the queue's URL leads to a Redis Sentinel; give the address of the primary, or of a proxy "
                "in front of it");
  }
  if (mode == "cluster") {
    throw Error(ErrorCode::invalid_config,
                "the queue's URL leads to a Redis Cluster, which is not supported; give a server that runs "
                "without cluster mode");
  }
  if (!version.empty() && number_at(info, "redis_version") < kOldestRedisMajor) {
    throw Error(ErrorCode::invalid_config,
                "Redis " + version + " is too old; the queue needs 7.0 or newer (or Valkey)");
  }
}

RedisFinding eviction(const Info& info) {
  const std::string policy = at(info, "maxmemory_policy");
  const std::string what = "maxmemory-policy is " + policy;
  if (policy == "noeviction") return {Grade::good, what, ""};
  return {Grade::bad, what,
          "Redis may drop jobs and locks when it is full; set maxmemory-policy noeviction (redis.conf, or "
          "CONFIG SET maxmemory-policy noeviction)"};
}

RedisFinding persistence(const Info& info) {
  if (at(info, "aof_enabled") == "1") {
    if (at(info, "aof_last_write_status") == "ok")
      return {Grade::good, "changes are written to an append-only file", ""};
    return {Grade::bad, "the append-only file could not be written", "look at the disk of the Redis server"};
  }
  if (at(info, "rdb_last_bgsave_status") == "err") {
    return {Grade::bad, "the last snapshot could not be written", "look at the disk of the Redis server"};
  }
  return {Grade::warning, "there is no append-only file",
          "a Redis that restarts forgets what came after its last snapshot; set appendonly yes"};
}

RedisFinding memory(const Info& info) {
  const std::uint64_t used = number_at(info, "used_memory"), limit = number_at(info, "maxmemory");
  const std::string what = "memory: " + std::to_string(used >> 20) + " MiB used, " +
                           (limit == 0 ? "no limit" : "at most " + std::to_string(limit >> 20) + " MiB");
  if (limit == 0 || used / (limit / 100 + 1) < kFullPercent) return {Grade::good, what, ""};
  return {Grade::warning, what,
          "Redis refuses new jobs when it is full; raise maxmemory or keep fewer finished jobs"};
}

}  // namespace

void require_usable_redis(RedisConnection& redis) {
  // A user who may not ask may still use the queue.
  const RedisReply info = redis.ask_all({{"INFO", "server"}}).front();
  if (!info.is_error()) require_usable(parse_info(info.text));
}

std::vector<RedisFinding> findings_from_info(std::string_view text) {
  const Info info = parse_info(text);
  require_usable(info);
  return {{Grade::good, "Redis " + at(info, "redis_version"), ""},
          eviction(info),
          persistence(info),
          memory(info)};
}

std::vector<RedisFinding> examine_redis(const RedisUrl& url) {
  RedisConnection redis(url);
  return findings_from_info(redis.ask({"INFO"}).text);
}

}  // namespace crm
