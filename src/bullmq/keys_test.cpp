#include "bullmq/keys.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace crm::bullmq {
namespace {

TEST(BullmqKeys, AnIdOfAnotherApplicationComesBackAsItWas) {
  for (const std::string& raw : {std::string("17"), std::string("order_7-a"), std::string("../../etc/passwd"),
                                 std::string("ünï"), std::string("raw-00"), std::string("a\0b", 3)}) {
    const JobId id = to_job_id(raw);
    EXPECT_EQ(id.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-"),
              std::string::npos);
    EXPECT_EQ(to_raw_id(id), raw);
  }
}

TEST(BullmqKeys, AKeyOfTheQueueIsNoJob) {
  for (const char* id : {"meta", "wait", "id", "events", "", "a:lock", "raw-6d657461", "raw-6", "raw-31"})
    EXPECT_FALSE(to_raw_id(id)) << id;
}

TEST(BullmqKeys, AnIdempotencyKeyIsTheIdWhereItCanBeOne) {
  EXPECT_EQ(raw_id_for_key("merge-7"), "merge-7");
  for (const char* key : {"7", "a:b", "meta", "raw-31", "key-x", "ü"}) {
    EXPECT_EQ(raw_id_for_key(key).rfind("key-", 0), 0u) << key;
    EXPECT_TRUE(to_raw_id(to_job_id(raw_id_for_key(key)))) << key;
  }
  EXPECT_NE(raw_id_for_key("7"), raw_id_for_key("8"));
}

TEST(BullmqKeys, NamesThatBullmqDoesNotTakeAreRefused) {
  EXPECT_THROW(Keys("bull", "a:b"), Error);
  EXPECT_THROW(Keys("bull", ""), Error);
  EXPECT_THROW(Keys("", "a"), Error);
  EXPECT_EQ(Keys("{bull}", "a").base(), "{bull}:a:");
}

}  // namespace
}  // namespace crm::bullmq
