#include "inspect/key_sample.h"

#include <cmath>

#include <gtest/gtest.h>
#include <xxhash.h>

namespace crm {
namespace {

std::uint64_t hash_of(std::uint64_t n) { return XXH3_64bits(&n, sizeof n); }

KeySample sample_of(std::uint64_t begin, std::uint64_t end, std::size_t most_keys) {
  KeySample sample(most_keys);
  for (std::uint64_t n = begin; n < end; ++n) sample.add(hash_of(n));
  for (std::uint64_t n = begin; n < end; n += 7) sample.add(hash_of(n));  // again
  return sample;
}

TEST(KeySample, IsExactWhileAllKeysFit) {
  const KeySample a = sample_of(0, 1000, 1000), b = sample_of(600, 1500, 1000);
  EXPECT_EQ(a.level(), 0);
  EXPECT_EQ(a.count(), 1000u);
  EXPECT_EQ(count_shared(a, b), 400u);
  EXPECT_EQ(count_shared(b, a), 400u);
}

TEST(KeySample, EstimatesFromTheSameSampleOfEachFile) {
  const KeySample a = sample_of(0, 1'000'000, 16 * 1024), b = sample_of(750'000, 1'250'000, 16 * 1024);
  EXPECT_GT(a.level(), 0);
  EXPECT_NEAR(static_cast<double>(a.count()), 1e6, 4e4);
  EXPECT_NEAR(static_cast<double>(count_shared(a, b)), 2.5e5, 2.5e4);
}

TEST(KeySample, OfDifferentLevelsShareTheCoarserOne) {
  const KeySample large = sample_of(0, 1'000'000, 8 * 1024), small = sample_of(0, 2000, 8 * 1024);
  EXPECT_EQ(small.level(), 0);
  EXPECT_NEAR(static_cast<double>(count_shared(large, small)), 2000, 1500);
}

}  // namespace
}  // namespace crm
