#include "compare/external_sort.h"

#include <algorithm>
#include <filesystem>
#include <random>

#include <gtest/gtest.h>

namespace crm {
namespace {

std::vector<std::uint64_t> drain(ExternalSort<std::uint64_t>& sort) {
  std::vector<std::uint64_t> values;
  std::uint64_t value = 0;
  while (sort.next(value)) values.push_back(value);
  return values;
}

TEST(ExternalSort, SortsWhateverTheMemory) {
  TempSpace temp(std::filesystem::temp_directory_path());
  std::mt19937_64 random(1);
  for (const std::size_t count : {0u, 1u, 7u, 8u, 9u, 1000u}) {
    for (const std::size_t memory_bytes : {64u, 800u, 1u << 20}) {
      ExternalSort<std::uint64_t> sort(temp, memory_bytes, {});
      std::vector<std::uint64_t> expected;
      for (std::size_t i = 0; i < count; ++i) {
        expected.push_back(random() % 500);
        sort.add(expected.back());
      }
      EXPECT_EQ(sort.size(), count);
      sort.finish();
      std::sort(expected.begin(), expected.end());
      EXPECT_EQ(drain(sort), expected) << count << " values in " << memory_bytes;
    }
  }
}

TEST(ExternalSort, SpillsOnlyWhatMemoryDoesNotHold) {
  TempSpace temp(std::filesystem::temp_directory_path());
  ExternalSort<std::uint64_t> sort(temp, 800, {});
  for (std::uint64_t i = 0; i < 100; ++i) sort.add(i);
  EXPECT_EQ(temp.spilled_bytes(), 0u);
  sort.add(100);
  EXPECT_EQ(temp.spilled_bytes(), 800u);
}

TEST(ExternalSort, MoreRunsThanCanBeMergedIsAnError) {
  TempSpace temp(std::filesystem::temp_directory_path());
  ExternalSort<std::uint64_t> sort(temp, 32, {});
  const auto fill = [&] {
    for (std::uint64_t i = 0; i < 32 * ExternalSort<std::uint64_t>::kMostRuns; ++i) sort.add(i);
  };
  EXPECT_THROW(fill(), Error);
}

TEST(ExternalSort, StopsWhenAsked) {
  TempSpace temp(std::filesystem::temp_directory_path());
  std::stop_source stop;
  ExternalSort<std::uint64_t> sort(temp, 32, stop.get_token());
  stop.request_stop();
  const auto fill = [&] {
    for (std::uint64_t i = 0; i < 100; ++i) sort.add(i);
  };
  EXPECT_THROW(fill(), Error);
}

}  // namespace
}  // namespace crm
