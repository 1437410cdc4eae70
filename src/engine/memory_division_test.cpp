#include "engine/memory_division.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace crm {
namespace {

TEST(MemoryDivision, SumsUpToTheLimit) {
  for (const std::uint64_t limit :
       {std::uint64_t{128} << 20, std::uint64_t{512} << 20, std::uint64_t{8} << 30}) {
    MemoryDivision m = divide_memory(limit, 2);
    EXPECT_EQ(divide_rest(limit, {8 << 20, 2 << 20}, 0, m), 1);
    EXPECT_LE(m.base + m.scan + m.table + 3 * m.spool + m.hits + 3 * m.unit, limit) << limit;
  }
}

TEST(MemoryDivision, TakesSmallerBlocksForManyThreads) {
  EXPECT_LT(divide_memory(128 << 20, 16).block, divide_memory(128 << 20, 1).block);
}

TEST(MemoryDivision, TakesFewerThreadsWhereTheLimitIsSmall) {
  EXPECT_LT(divide_memory(128 << 20, 64).threads, 64);
  EXPECT_EQ(divide_memory(128 << 20, 2).threads, 2);
  EXPECT_EQ(divide_memory(std::uint64_t{4} << 30, 64).threads, 64);
}

TEST(MemoryDivision, DividesHashesThatDoNotFitIntoParts) {
  MemoryDivision m = divide_memory(160 << 20, 2);
  const int parts = divide_rest(160 << 20, {400 << 20, 10 << 20}, 0, m);
  EXPECT_GT(parts, 3);
  EXPECT_LE(m.base + m.scan + m.table + 3 * m.spool, 160u << 20);
  EXPECT_LE(m.base + m.scan + (10u << 20) + 3 * m.spool + m.hits + 3 * m.unit, 160u << 20);
}

TEST(MemoryDivision, SaysWhatDoesNotFit) {
  try {
    divide_memory(50'000'000, 2);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::limit_exceeded);
  }
  MemoryDivision m = divide_memory(128 << 20, 2);
  try {
    divide_rest(128 << 20, {16ull << 30, 4ull << 30}, 0, m);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(error.message().find("the keys of the original"), std::string::npos) << error.message();
  }
}

}  // namespace
}  // namespace crm
