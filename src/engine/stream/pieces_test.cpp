// The engine's pieces by themselves: spools, table, store, hits.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <random>
#include <set>

#include "base/error.h"
#include "base/temp_space.h"
#include "engine/stream/batch_spool.h"
#include "engine/stream/hit.h"
#include "engine/stream/hit_store.h"
#include "engine/stream/key_table.h"
#include "engine/stream/keyed_hits.h"
#include "engine/stream/row_slots.h"
#include "engine/stream/tuning.h"

namespace crm {
namespace {

std::filesystem::path temp_folder() { return std::filesystem::temp_directory_path(); }

TEST(Tuning, IsReadFromWords) {
  const StreamTuning tuning = parse_tuning("block=64,partition_rows=3,spill=1,hash_bits=4");
  EXPECT_EQ(tuning.block_bytes, 64u);
  EXPECT_EQ(tuning.partition_rows, 3u);
  EXPECT_TRUE(tuning.spill);
  EXPECT_EQ(tuning.hash_bits, 4);
  EXPECT_THROW(parse_tuning("blocks=3"), Error);
  EXPECT_THROW(parse_tuning("block=x"), Error);
  EXPECT_THROW(parse_tuning("hash_bits=65"), Error);
}

TEST(BatchSpool, GivesBackEachBatchFromMemoryAndFromDisk) {
  TempSpace temp(temp_folder());
  for (const std::uint64_t memory : {0u, 1000u, 1u << 30}) {
    BatchSpool spool(temp, memory);
    std::vector<std::string> blobs;
    for (std::size_t i = 0; i < 100; ++i) {
      blobs.push_back(std::string(i * 13 % 97, static_cast<char>('a' + i % 26)));
      spool.append(i * 10, blobs.back());
    }
    std::string scratch;
    for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(spool.read(i, scratch), blobs[i]);
    EXPECT_EQ(spool.find(420), 42u);
    EXPECT_THROW(spool.find(421), Error);
  }
}

TEST(RowSlots, SurviveTheirEncoding) {
  RowSlots slots;
  slots.end_row();
  for (std::uint32_t i = 0; i < 300; ++i) slots.add({i, ~i});
  slots.end_row();
  slots.add({7, 8});
  slots.end_row();
  std::string blob;
  slots.encode(blob);
  RowSlots read;
  const char* at = blob.data();
  read.decode(at);
  EXPECT_EQ(at, blob.data() + blob.size());
  ASSERT_EQ(read.rows(), 3u);
  EXPECT_EQ(read.row(0).size(), 0u);
  EXPECT_EQ(read.row(1)[299].check, ~299u);
  EXPECT_EQ(read.row(2)[0].slot, 7u);
}

KeyHash hash_of(std::size_t i, int bits = 64) {
  return hash_key({99, bits}, 0, false, "key " + std::to_string(i));
}

KeyCounts counts_of(const std::vector<std::pair<int, std::size_t>>& keys, std::size_t identifiers) {
  KeyCounts counts(identifiers);
  for (const auto& [identifier, key] : keys) counts.add({identifier, hash_of(key)});
  return counts;
}

TEST(KeyTable, FindsWhatWasInsertedAndNothingElse) {
  std::vector<std::pair<int, std::size_t>> keys;
  for (std::size_t i = 0; i < 5000; ++i) keys.emplace_back(i % 2 == 0 ? 0 : 2, i);
  KeyTable table(counts_of(keys, 3), Collisions::later);
  std::map<std::size_t, std::uint32_t> slots;
  for (std::size_t i = 0; i < 5000; ++i) {
    bool fresh = false;
    slots[i] = table.insert(i % 2 == 0 ? 0 : 2, hash_of(i), fresh);
    EXPECT_TRUE(fresh);
    EXPECT_EQ(table.insert(i % 2 == 0 ? 0 : 2, hash_of(i), fresh), slots[i]);
    EXPECT_FALSE(fresh);
    EXPECT_EQ(table.identifier_of(slots[i]), i % 2 == 0 ? 0 : 2);
  }
  for (std::size_t i = 0; i < 5000; ++i) {
    EXPECT_EQ(table.find(i % 2 == 0 ? 0 : 2, hash_of(i)), slots[i]);
    EXPECT_EQ(table.find(i % 2 == 0 ? 2 : 0, hash_of(i)), KeyTable::kNone) << "another identifier's key";
    EXPECT_EQ(table.find(1, hash_of(i)), KeyTable::kNone);
    EXPECT_EQ(table.find(0, hash_of(i + 5000)), KeyTable::kNone);
  }
}

TEST(KeyTable, InRangesGivesEachKeyOneSlotOfItsOwn) {
  std::vector<std::pair<int, std::size_t>> keys;
  for (std::size_t i = 0; i < 3000; ++i) keys.emplace_back(i % 2, i);
  KeyTable table(counts_of(keys, 2), Collisions::later, 5);
  std::set<std::uint32_t> slots;
  std::size_t found = 0;
  for (int range = 0; range < 5; ++range) {
    table.begin_range(range);
    for (const auto& [identifier, key] : keys) {
      if (!table.in_range(hash_of(key))) continue;
      bool fresh = false;
      const std::uint32_t slot = table.insert(identifier, hash_of(key), fresh);
      EXPECT_TRUE(fresh);
      EXPECT_EQ(table.identifier_of(slot), identifier);
      EXPECT_EQ(table.find(identifier, hash_of(key)), slot);
      slots.insert(slot);
      ++found;
    }
  }
  EXPECT_EQ(found, keys.size());
  EXPECT_EQ(slots.size(), keys.size());
}

TEST(KeyTable, MeetsCollisionsAsItWasTold) {
  KeyCounts counts(1);
  for (std::size_t i = 0; i < 100; ++i) counts.add({0, hash_of(i, 4)});
  KeyTable thrown(counts, Collisions::thrown), resolved(counts, Collisions::resolved);
  EXPECT_THROW(
      {
        bool fresh = false;
        for (std::size_t i = 0; i < 100; ++i) thrown.insert(0, hash_of(i, 4), fresh);
      },
      HashCollision);
  std::set<std::uint32_t> slots;
  bool fresh = false;
  for (std::size_t i = 0; i < 100; ++i) slots.insert(resolved.insert(0, hash_of(i, 4), fresh));
  EXPECT_EQ(slots.size(), 100u);
}

TEST(HashKey, TellsIdentifiersAndCompaniesApart) {
  const HashSeed seed{1, 64};
  EXPECT_NE(hash_key(seed, 0, false, "a").id, hash_key(seed, 1, false, "a").id);
  EXPECT_TRUE(is_company_check(hash_key(seed, 0, true, "a").short_check()));
  EXPECT_FALSE(is_company_check(hash_key(seed, 0, false, "a").short_check()));
}

/// A plan of one file with `columns` new columns of one strategy.
MergePlan plan_of(int columns, Strategy strategy) {
  MergePlan plan;
  plan.inputs = {{"a", columns, {}, {}, {}}};
  for (int c = 0; c < columns; ++c) {
    PlanColumn column;
    column.name = "c" + std::to_string(c);
    column.strategy = strategy;
    column.rank = {0};
    column.sources = {c};
    plan.columns.push_back(column);
  }
  return plan;
}

std::string record_of(const HitLayout& layout, std::uint32_t slot, std::uint64_t row,
                      const std::vector<HitCell>& cells) {
  HitHead head;
  head.slot = slot;
  head.check = 5;
  head.row = row & kRowMask;
  head.line = (row + 2) & kRowMask;
  head.completeness = static_cast<std::uint32_t>(row * 7 % 5) & 0xFF;
  std::string out;
  append_hit(layout, head, static_cast<std::int64_t>(row * 31 % 17), cells, out);
  return out;
}

TEST(Hit, SurvivesItsEncoding) {
  const MergePlan plan = plan_of(20, Strategy::most_recent);
  const HitLayout layout(plan);
  const std::string long_text(5000, 'x');
  const std::string record =
      record_of(layout, 3, 1'000'000'000'000, {{0, "a", 1}, {9, long_text, 3}, {19, "z", 0}});
  EXPECT_EQ(hit_head(record.data()).row, 1'000'000'000'000u);
  EXPECT_EQ(hit_head(record.data()).bytes, record.size());
  std::vector<HitCell> cells;
  for_each_cell(layout, record.data(), [&](const HitCell& cell) { cells.push_back(cell); });
  ASSERT_EQ(cells.size(), 3u);
  EXPECT_EQ(cells[1].column, 9);
  EXPECT_EQ(cells[1].text, long_text);
  EXPECT_EQ(cells[1].count, 3u);
  EXPECT_EQ(cells[2].count, 0u);
}

TEST(Hit, UndoesDoubledQuotesOnItsWay) {
  const MergePlan plan = plan_of(2, Strategy::first);
  const HitLayout layout(plan);
  const std::string record =
      record_of(layout, 3, 0, {{0, "\"\"a\"\"\"\" note\"\"", 1, true}, {1, "two\"\"", 1}});
  EXPECT_EQ(hit_head(record.data()).bytes, record.size());
  std::vector<std::string> texts;
  for_each_cell(layout, record.data(), [&](const HitCell& cell) { texts.emplace_back(cell.text); });
  EXPECT_EQ(texts, (std::vector<std::string>{"\"a\"\" note\"", "two\"\""}));
}

TEST(HitStore, ReturnsEachBucketsRecordsInOrderHoweverLittleMemoryItHas) {
  const MergePlan plan = plan_of(1, Strategy::first);
  const HitLayout layout(plan);
  for (const std::uint64_t memory : {0u, 3000u, 20'000u, 1u << 24}) {
    TempSpace temp(temp_folder());
    constexpr std::size_t kBuckets = 7;
    HitStore store(temp, kBuckets, memory);
    std::vector<std::vector<std::uint64_t>> expected(kBuckets);
    std::mt19937 random(1);
    for (std::uint64_t row = 0; row < 2000; ++row) {
      const std::size_t bucket = random() % kBuckets;
      const std::string text(row % 50 == 0 ? 5000 : random() % 60, 't');
      store.append(bucket, record_of(layout, 1, row, {{0, text, 1}}));
      expected[bucket].push_back(row);
    }
    for (std::size_t first = 0; first < kBuckets; first += 2) {
      const std::size_t last = std::min(first + 2, kBuckets);
      std::vector<std::vector<std::uint64_t>> rows;
      std::multiset<std::uint64_t> read, wanted;
      store.read(first, last, [&](const char* record) { read.insert(hit_head(record).row); });
      for (std::size_t b = first; b < last; ++b) wanted.insert(expected[b].begin(), expected[b].end());
      EXPECT_EQ(read, wanted);
      std::vector<std::uint64_t> in_order;
      store.read(first, first + 1, [&](const char* record) { in_order.push_back(hit_head(record).row); });
      EXPECT_EQ(in_order, expected[first]);
      store.drop(first, last);
    }
  }
}

std::vector<Value> values_of(const HitLayout& layout, const std::vector<const char*>& records) {
  std::vector<Value> values;
  for (const char* const record : records) {
    for_each_cell(layout, record, [&](const HitCell& cell) {
      values.push_back({cell.text, record, cell.count});
    });
  }
  return values;
}

TEST(KeyedHits, ThinnedOutChooseAndDifferAsAllRowsWould) {
  std::mt19937 random(7);
  for (const Strategy strategy : {Strategy::first, Strategy::last, Strategy::longest, Strategy::most_complete,
                                  Strategy::most_recent, Strategy::most_frequent, Strategy::concat}) {
    for (int round = 0; round < 60; ++round) {
      MergePlan plan = plan_of(1, strategy);
      plan.want_conflicts = round % 2 == 0;
      const HitLayout layout(plan);
      BlockPool pool(2);
      Consolidator consolidator(plan, layout);
      KeyedHits all(plan, layout, pool, UINT32_MAX), thinned(plan, layout, pool, 2);
      const std::size_t kinds = 1 + random() % 6;
      for (std::uint64_t row = 0; row < 1 + random() % 60; ++row) {
        std::string text = "v" + std::to_string(random() % kinds);
        if (random() % 3 == 0) text = " " + text;
        if (random() % 3 == 0) text[text.size() - 2] = 'V';
        const std::string record = record_of(layout, 4, row, {{0, text, 1}});
        all.add(record.data(), consolidator);
        thinned.add(record.data(), consolidator);
      }
      thinned.finish(consolidator);
      std::vector<const char*> all_records, kept_records;
      KeyedHits::collect(all.last(4, 5, 0), all_records);
      KeyedHits::collect(thinned.last(4, 5, 0), kept_records);
      EXPECT_LE(kept_records.size(), all_records.size());
      const std::vector<Value> every = values_of(layout, all_records), kept = values_of(layout, kept_records);
      Outcome from_all, from_kept;
      consolidator.consolidate(plan.columns[0], every, from_all);
      consolidator.consolidate(plan.columns[0], kept, from_kept);
      EXPECT_EQ(from_all.text, from_kept.text);
      ASSERT_EQ(from_all.sources.size(), from_kept.sources.size());
      for (std::size_t i = 0; i < from_all.sources.size(); ++i) {
        EXPECT_EQ(from_all.sources[i].row, from_kept.sources[i].row);
      }
      const std::string_view original = "v1";
      EXPECT_EQ(consolidator.difference(plan.columns[0], &original, from_all),
                consolidator.difference(plan.columns[0], &original, from_kept));
      EXPECT_EQ(consolidator.difference(plan.columns[0], nullptr, from_all),
                consolidator.difference(plan.columns[0], nullptr, from_kept));
    }
  }
}

TEST(KeyedHits, NoticeThatTwoKeysMetInASlot) {
  const MergePlan plan = plan_of(1, Strategy::first);
  const HitLayout layout(plan);
  BlockPool pool(2);
  Consolidator consolidator(plan, layout);
  KeyedHits hits(plan, layout, pool, 8);
  hits.add(record_of(layout, 4, 0, {{0, "a", 1}}).data(), consolidator);
  EXPECT_THROW(hits.last(4, 6, 0), HashCollision);
  EXPECT_NE(hits.last(4, 5, 0), nullptr);
  EXPECT_EQ(hits.last(5, 5, 0), nullptr);
}

TEST(KeyedHits, StaySmallWhenOneKeyHasMostRows) {
  const MergePlan plan = plan_of(1, Strategy::longest);
  const HitLayout layout(plan);
  BlockPool pool(2);
  Consolidator consolidator(plan, layout);
  KeyedHits hits(plan, layout, pool, 8);
  const std::string text(1000, 'x');
  for (std::uint64_t row = 0; row < 100'000; ++row)
    hits.add(record_of(layout, 4, row, {{0, text, 1}}).data(), consolidator);
  EXPECT_LT(hits.memory_bytes(), 12u << 20);
}

}  // namespace
}  // namespace crm
