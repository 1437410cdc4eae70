#include "redis/redis_health.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace crm {
namespace {

using Grade = RedisFinding::Grade;

const std::string kGood =
    "# "
    "Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\nused_memory:1048576\r\nmaxmemory:"
    "104857600\r\n"
    "maxmemory_policy:noeviction\r\naof_enabled:1\r\naof_last_write_status:ok\r\nrdb_last_bgsave_status:"
    "ok\r\n";

std::string with(std::string info, const std::string& from, const std::string& to) {
  info.replace(info.find(from), from.size(), to);
  return info;
}

Grade worst(const std::string& info) {
  Grade grade = Grade::good;
  for (const RedisFinding& finding : findings_from_info(info)) {
    EXPECT_EQ(finding.advice.empty(), finding.grade == Grade::good) << finding.what;
    grade = std::max(grade, finding.grade);
  }
  return grade;
}

TEST(RedisHealth, AServerThatKeepsWhatItIsToldIsGood) { EXPECT_EQ(worst(kGood), Grade::good); }

TEST(RedisHealth, EvictionLosesJobs) {
  EXPECT_EQ(worst(with(kGood, "noeviction", "allkeys-lru")), Grade::bad);
}

TEST(RedisHealth, WithoutAnAppendOnlyFileTheNewestIsLost) {
  EXPECT_EQ(worst(with(kGood, "aof_enabled:1", "aof_enabled:0")), Grade::warning);
}

TEST(RedisHealth, AlmostFullIsAWarning) {
  EXPECT_EQ(worst(with(kGood, "used_memory:1048576", "used_memory:99857600")), Grade::warning);
}

TEST(RedisHealth, SentinelClusterAndOldServersAreRefused) {
  EXPECT_THROW(findings_from_info(with(kGood, "standalone", "sentinel")), Error);
  EXPECT_THROW(findings_from_info(with(kGood, "standalone", "cluster")), Error);
  EXPECT_THROW(findings_from_info(with(kGood, "7.0.15", "6.2.14")), Error);
}

}  // namespace
}  // namespace crm
