#include "compare/memory_share.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace crm {
namespace {

constexpr std::uint64_t kResident = 12'000'000;

TEST(ShareMemory, GivesOutLessThanTheLimit) {
  for (const std::uint64_t limit : {96'000'000u, 512'000'000u, 4'000'000'000u}) {
    for (const int threads : {1, 2, 16}) {
      const MemoryShare share = share_memory(limit, kResident, threads);
      const std::uint64_t scan = share.block * 8 * static_cast<std::uint64_t>(threads + 1);
      EXPECT_LT(kResident + scan + share.rows_a + share.rows_b + share.pairs + share.lone, limit);
      EXPECT_LT(kResident + scan + share.rows_a + share.cells + 2 * share.window, limit);
    }
  }
}

TEST(ShareMemory, RefusesALimitThatIsTooSmallAndSaysWhatWouldDo) {
  try {
    share_memory(60'000'000, 40'000'000, 64);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::limit_exceeded);
    EXPECT_TRUE(error.message().starts_with("--memory-limit 60 MB is too small for 64 threads: give it ")) << error.message();
  }
}

}  // namespace
}  // namespace crm
