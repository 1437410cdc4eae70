#include "redis/redis_url.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace crm {
namespace {

std::string message_of(std::string_view text) {
  try {
    parse_redis_url(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_config);
    return error.message();
  }
  ADD_FAILURE() << text << " was taken";
  return {};
}

TEST(RedisUrl, HostPortAndDatabaseHaveRedissDefaults) {
  const RedisUrl url = parse_redis_url("redis://queue.example");
  EXPECT_EQ(url.host, "queue.example");
  EXPECT_EQ(url.port, 6379);
  EXPECT_EQ(url.database, 0);
  EXPECT_FALSE(url.tls);
}

TEST(RedisUrl, EverythingCanBeNamed) {
  const RedisUrl url = parse_redis_url("rediss://ops:a%40b%3Ac@[::1]:6380/3");
  EXPECT_EQ(url.user, "ops");
  EXPECT_EQ(url.password, "a@b:c");
  EXPECT_EQ(url.host, "::1");
  EXPECT_EQ(url.port, 6380);
  EXPECT_EQ(url.database, 3);
  EXPECT_TRUE(url.tls);
}

TEST(RedisUrl, ASocketIsAPath) {
  const RedisUrl url = parse_redis_url("unix://:secret@/run/redis%20a.sock?db=2");
  EXPECT_EQ(url.unix_path, "/run/redis a.sock");
  EXPECT_EQ(url.password, "secret");
  EXPECT_EQ(url.database, 2);
}

TEST(RedisUrl, WhatIsShownHoldsNoPassword) {
  EXPECT_EQ(printable(parse_redis_url("redis://ops:secret@h:1/2")), "redis://h:1/2");
}

TEST(RedisUrl, SentinelAndClusterSayWhatToDoInstead) {
  EXPECT_NE(message_of("redis-sentinel://h:26379/mymaster").find("address of the primary"),
            std::string::npos);
  EXPECT_NE(message_of("redis+cluster://h").find("without cluster mode"), std::string::npos);
  EXPECT_NE(message_of("redis://a:1,b:2").find("several hosts"), std::string::npos);
}

TEST(RedisUrl, WhatIsNoUrlIsRefusedWithoutItsPassword) {
  for (const char* text : {"h:6379", "http://h", "redis://", "redis://h:0", "redis://h:65536", "redis://h:x",
                           "redis://h/x", "redis://h/-1", "redis://user@h", "redis://:%4@h", "redis://[::1",
                           "redis://h?db=1", "unix://x", "unix:///s?x=1"}) {
    EXPECT_FALSE(message_of(text).empty()) << text;
  }
  EXPECT_EQ(message_of("redis://ops:secret@h:x").find("secret"), std::string::npos);
}

}  // namespace
}  // namespace crm
