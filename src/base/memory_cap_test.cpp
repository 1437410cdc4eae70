#include "base/memory_cap.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <memory>

namespace crm {
namespace {

class MemoryCap : public testing::Test {
 protected:
  ~MemoryCap() override { cap_memory(0); }
};

TEST_F(MemoryCap, RefusesALargeGrowthBeforeItIsMade) {
  cap_memory(rss_bytes() + (40u << 20));
  const Growth fits(10u << 20);
  EXPECT_THROW(Growth(50u << 20), MemoryCapReached);
}

TEST_F(MemoryCap, CountsGrowthsThatAreNotOver) {
  cap_memory(rss_bytes() + (40u << 20));
  {
    const Growth first(20u << 20);
    EXPECT_THROW(Growth(20u << 20), MemoryCapReached);
  }
  const Growth again(20u << 20);
}

TEST_F(MemoryCap, BringsLargeMemoryInSoThatItCounts) {
  cap_memory(rss_bytes() + (60u << 20));
  constexpr std::size_t kBytes = 30u << 20;
  const auto release = [](void* memory) { std::free(memory); };
  Growth growth(kBytes);
  const std::unique_ptr<void, decltype(release)> memory(std::malloc(kBytes), release);
  const std::uint64_t before = rss_bytes();
  growth.took(memory.get());
  EXPECT_GT(rss_bytes(), before + kBytes / 2);
}

TEST_F(MemoryCap, SaysWhatWouldDo) {
  cap_memory(10'000'000);
  try {
    const Growth growth(300'000'000);
    FAIL();
  } catch (const MemoryCapReached& reached) {
    EXPECT_NE(std::strstr(reached.what(), "--memory-limit 10 MB is too small"), nullptr) << reached.what();
    EXPECT_NE(std::strstr(reached.what(), "give it 3"), nullptr) << reached.what();
  }
}

TEST_F(MemoryCap, LeavesSmallGrowthsAlone) {
  cap_memory(1);
  EXPECT_NO_THROW(Growth(kLargeGrowthBytes - 1));
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
