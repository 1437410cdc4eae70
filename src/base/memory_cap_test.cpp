#include "base/memory_cap.h"

#include <gtest/gtest.h>

#include <cstring>

namespace crm {
namespace {

class MemoryCap : public testing::Test {
 protected:
  ~MemoryCap() override { cap_memory(0); }
};

TEST_F(MemoryCap, RefusesALargeGrowthBeforeItIsMade) {
  cap_memory(rss_bytes() + (40u << 20));
  check_growth(10u << 20);
  EXPECT_THROW(check_growth(50u << 20), MemoryCapReached);
}

TEST_F(MemoryCap, SaysWhatWouldDo) {
  cap_memory(10'000'000);
  try {
    check_growth(300'000'000);
    FAIL();
  } catch (const MemoryCapReached& reached) {
    EXPECT_NE(std::strstr(reached.what(), "--memory-limit 10 MB is too small"), nullptr) << reached.what();
    EXPECT_NE(std::strstr(reached.what(), "give it 3"), nullptr) << reached.what();
  }
}

TEST_F(MemoryCap, LeavesSmallGrowthsAlone) {
  cap_memory(1);
  check_growth(kLargeGrowthBytes - 1);
}

TEST(RssBytes, GrowsWithMemoryThatIsUsed) {
  const std::uint64_t before = rss_bytes();
  const std::string used(30u << 20, 'x');
  EXPECT_GT(rss_bytes(), before + (25u << 20));
  EXPECT_EQ(used.back(), 'x');
}

TEST(ClearScratch, GivesALargeTextBack) {
  std::string text(2 * kLargeGrowthBytes, 'x');
  clear_scratch(text);
  EXPECT_LT(text.capacity(), kLargeGrowthBytes);
  text.assign(1000, 'x');
  clear_scratch(text);
  EXPECT_GE(text.capacity(), 1000u);
}

}  // namespace
}  // namespace crm
