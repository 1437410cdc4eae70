#include "inspect/distinct_count.h"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

namespace crm {
namespace {

/// splitmix64: hashes as good as XXH3's for these tests.
std::uint64_t hash_of_number(std::uint64_t n) {
  n += 0x9E3779B97F4A7C15u;
  n = (n ^ (n >> 30)) * 0xBF58476D1CE4E5B9u;
  n = (n ^ (n >> 27)) * 0x94D049BB133111EBu;
  return n ^ (n >> 31);
}

TEST(DistinctCount, IsExactWhileThereAreFew) {
  DistinctCount count(14);
  for (int round = 0; round < 3; ++round) {
    for (std::uint64_t n = 0; n < 4096; ++n) count.add(hash_of_number(n));
  }
  EXPECT_TRUE(count.exact());
  EXPECT_EQ(count.estimate(), 4096u);
  count.add(hash_of_number(4096));
  EXPECT_FALSE(count.exact());
}

TEST(DistinctCount, CountsTheHashZero) {
  DistinctCount count;
  count.add(0);
  count.add(0);
  count.add(1);
  EXPECT_EQ(count.estimate(), 2u);
}

TEST(DistinctCount, IsWithinFourStandardErrorsAtEverySize) {
  for (const int precision : {7, 10, 14}) {
    DistinctCount count(precision);
    std::uint64_t next = 0;
    for (const std::uint64_t size : {100u, 1'000u, 5'000u, 20'000u, 40'000u, 100'000u, 1'000'000u}) {
      for (; next < size; ++next) count.add(hash_of_number(next + (std::uint64_t{1} << 40)));
      const double error = (static_cast<double>(count.estimate()) - static_cast<double>(size)) / static_cast<double>(size);
      EXPECT_LE(std::abs(error), count.exact() ? 0.0 : 4 * count.standard_error()) << precision << " " << size;
    }
  }
}

TEST(DistinctPrecision, KeepsAllColumnsWithinTheMemory) {
  EXPECT_EQ(distinct_precision(15, 64u << 20), 14);
  EXPECT_EQ(distinct_precision(512, 64u << 20), 14);
  EXPECT_EQ(distinct_precision(513, 64u << 20), 13);
  EXPECT_EQ(distinct_precision(100'000, 64u << 20), DistinctCount::kLeastPrecision);
}

}  // namespace
}  // namespace crm
