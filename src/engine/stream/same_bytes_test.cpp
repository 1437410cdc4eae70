// What must change no byte: partitions, spilling, batches, threads, thinning out, colliding hashes.
#include <gtest/gtest.h>

#include <random>

#include "engine/stream/merge_fixture.h"

namespace crm {
namespace {

using test::Merge;
using test::MergeResult;

std::string number(std::uint64_t value) { return std::to_string(value); }

/// A third of all rows have one key; others have up to three of some 40, so that they lie in many partitions.
std::string random_key(std::mt19937& random) {
  if (random() % 3 == 0) return "all@x.com";
  std::string cell;
  for (std::uint64_t i = random() % 4; i > 0; --i)
    cell += (cell.empty() ? "p" : ";p") + number(random() % 40) + "@x.com";
  return cell;
}

std::string random_value(std::mt19937& random) {
  static const char* const kValues[] = {"",           " ",         "Bonn", "bonn", "Oslo ", "\"a, b\"",
                                        "\"q\"\"q\"", "long long", "x",    "Bonn", "3"};
  return kValues[random() % std::size(kValues)];
}

std::unique_ptr<Merge> random_merge(std::uint32_t seed, std::uint32_t rows) {
  std::mt19937 random(seed);
  std::string original = "Id,Email,Link,City,Job\n";
  for (std::uint32_t i = 0; i < rows; ++i) {
    original += number(i) + "," + random_key(random) + ",in/l" + number(random() % 30) + "," +
                random_value(random) + "," + random_value(random) + "\n";
  }
  std::vector<std::pair<std::string, std::string>> enriched;
  for (const char* const name : {"one", "two", "three"}) {
    std::string text = "City,Email,Link,Job,Updated," + std::string(name) + "\n";
    for (std::uint32_t i = 0; i < rows; ++i) {
      text += random_value(random) + "," + random_key(random) + ",in/l" + number(random() % 60) + "," +
              random_value(random) + ",2024-01-0" + number(random() % 9 + 1) + "," + random_value(random) +
              "\n";
    }
    enriched.emplace_back(name, std::move(text));
  }
  auto merge = std::make_unique<Merge>(std::move(original), std::move(enriched));
  merge->on("Email", Kind::email).max_shared = seed % 2 == 0 ? 0 : 25;  // where 0, some keys are heavy
  if (seed % 3 != 0) merge->on("Link", Kind::linkedin);
  constexpr Strategy kAll[] = {Strategy::first,         Strategy::last,        Strategy::longest,
                               Strategy::most_complete, Strategy::most_recent, Strategy::most_frequent,
                               Strategy::concat};
  for (PlanColumn& column : merge->plan.columns) {
    column.strategy = kAll[random() % std::size(kAll)];
    std::shuffle(column.rank.begin(), column.rank.end(), random);
  }
  merge->column("Job").policy = ConflictPolicy::use_enriched;
  merge->alternate("City");
  merge->everything_beside();
  return merge;
}

void expect_same(const MergeResult& got, const MergeResult& expected, const std::string& what) {
  EXPECT_EQ(got.merged, expected.merged) << what;
  EXPECT_EQ(got.changes, expected.changes) << what;
  EXPECT_EQ(got.provenance, expected.provenance) << what;
  EXPECT_EQ(got.conflicts, expected.conflicts) << what;
  EXPECT_EQ(got.unmatched, expected.unmatched) << what;
  EXPECT_EQ(got.report.shared_keys_total, expected.report.shared_keys_total) << what;
  for (std::size_t f = 0; f < expected.report.enriched.size(); ++f) {
    EXPECT_EQ(got.report.enriched[f].contributed, expected.report.enriched[f].contributed) << what;
    EXPECT_EQ(got.report.enriched[f].without_recency, expected.report.enriched[f].without_recency) << what;
  }
  for (std::size_t c = 0; c < expected.report.columns.size(); ++c) {
    EXPECT_EQ(got.report.columns[c].conflicts_real, expected.report.columns[c].conflicts_real) << what;
    EXPECT_EQ(got.report.columns[c].conflicts_formatting, expected.report.columns[c].conflicts_formatting)
        << what;
    EXPECT_EQ(got.report.columns[c].filled_by, expected.report.columns[c].filled_by) << what;
  }
}

class SameBytes : public testing::TestWithParam<const char*> {};

TEST_P(SameBytes, WhateverTheTuningAndTheThreads) {
  for (std::uint32_t seed = 0; seed < 12; ++seed) {
    const std::unique_ptr<Merge> merge = random_merge(seed, 20 + seed * 25);
    StreamTuning plain;
    plain.prune_rows = UINT32_MAX;  // every row of every key is kept
    const MergeResult expected = merge->run(plain);
    EXPECT_GT(expected.report.changed_rows, 0u);
    for (const int threads : {1, 3}) {
      expect_same(merge->run(parse_tuning(GetParam()), threads), expected,
                  "seed " + number(seed) + ", threads " + std::to_string(threads));
    }
    EXPECT_FALSE(merge->progress.went_back);
  }
}

INSTANTIATE_TEST_SUITE_P(Tunings, SameBytes,
                         testing::Values("block=64", "partition_rows=1", "partition_rows=3,prune_rows=2",
                                         "spill=1", "block=100,partition_rows=2,spill=1,prune_rows=3",
                                         "hash_bits=4", "partition_rows=5,heavy=1", "ranges=3",
                                         "ranges=7,spill=1,partition_rows=4,block=200",
                                         "block=64,partition_rows=3,spill=1,hash_bits=4"));

TEST(HashCollisions, FoundByTheHitsAloneStartTheMergeAgain) {
  // One unit, so that nothing has been written when the collision is found.
  const std::unique_ptr<Merge> merge = random_merge(0, 100);
  merge->plan.want_unmatched = false;
  expect_same(merge->run(parse_tuning("hash_bits=2,late_collisions=1")), merge->run(), "late collisions");
}

TEST(SharedKey, OnHalfOfAllRowsTakesTimeAndMemoryOfTheRows) {
  std::string original = "Id,Key,V\n", enriched = "Key,V,W\n";
  for (std::uint32_t i = 0; i < 40'000; ++i) {
    original += number(i) + (i % 2 == 0 ? ",all," : ",k" + number(i) + ",") + "\n";
    enriched += (i % 2 == 0 ? "all,v" + number(i) : "k" + number(i) + ",own") + ",w\n";
  }
  Merge merge(original, {{"one", enriched}});
  merge.on("Key", Kind::exact);
  merge.column("V").strategy = Strategy::last;
  const MergeResult result = merge.run(parse_tuning("partition_rows=1000,spill=1"), 2);
  EXPECT_EQ(result.report.matched_rows, 40'000u);
  EXPECT_NE(result.merged.find("\n39998,all,v39998,w,Key,one\n"), std::string::npos);
  EXPECT_LT(result.report.spilled_bytes, 20u << 20);
}

}  // namespace
}  // namespace crm
