#include "engine/memory_division.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace crm {
namespace {

TEST(MemoryDivision, SumsUpToTheLimit) {
  for (const std::uint64_t limit : {std::uint64_t{128} << 20, std::uint64_t{512} << 20, std::uint64_t{8} << 30}) {
    MemoryDivision m = divide_memory(limit, 2);
    divide_rest(limit, 10 << 20, m);
    EXPECT_LE(m.base + m.scan + m.table + 3 * m.spool + m.hits + 3 * m.unit, limit) << limit;
  }
}

TEST(MemoryDivision, TakesSmallerBlocksForManyThreads) {
  EXPECT_LT(divide_memory(128 << 20, 16).block, divide_memory(128 << 20, 1).block);
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
    divide_rest(128 << 20, 4ull << 30, m);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(error.message().find("the keys of the original"), std::string::npos) << error.message();
  }
}

}  // namespace
}  // namespace crm
