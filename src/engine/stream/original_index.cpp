#include "engine/stream/original_index.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "engine/stream/varint.h"

namespace crm {
namespace {

constexpr std::uint16_t kNoBucket = UINT16_MAX;
constexpr std::uint64_t kMostBuckets = 4096;
constexpr std::uint64_t kBucketBytes = 1u << 20;
/// Keys are prefetched this many entries ahead of their insertion.
constexpr std::size_t kAhead = 16;

std::uint64_t spool_bytes(const RunContext& run) { return run.tuning.spill ? 0 : run.memory.spool; }

/// Numbers as the blob of a batch.
std::string_view bytes_of(const std::vector<std::uint32_t>& numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(std::uint32_t)};
}

void read_numbers(const BatchSpool& spool, std::size_t batch, std::string& scratch,
                  std::vector<std::uint32_t>& numbers) {
  const std::string_view blob = spool.read(batch, scratch);
  numbers.resize(blob.size() / sizeof(std::uint32_t));
  if (!blob.empty()) std::memcpy(numbers.data(), blob.data(), blob.size());
}

/// Gives the keys of the range that is there their slots, `slot_of(key, row)`; those of other ranges keep
/// theirs.
template <typename SlotOf>
void fill_in_range(const RunContext& run, const KeyTable& table, const KeySpool& keys,
                   std::unique_ptr<BatchSpool>& slots, SlotOf&& slot_of) {
  auto filled = std::make_unique<BatchSpool>(run.temp, spool_bytes(run) / 4);
  SpooledKeys batch;
  std::vector<std::uint32_t> numbers;
  std::string scratch;
  std::uint64_t row = 0;
  for (std::size_t b = 0; b < keys.spool.size(); ++b) {
    throw_if_stopped(run.stop);
    batch.decode(keys, b);
    if (slots) {
      read_numbers(*slots, b, scratch, numbers);
    } else {
      numbers.assign(batch.keys.size(), KeyTable::kNone);
    }
    std::size_t next = 0;
    for (const std::size_t end : batch.ends) {
      for (; next < end; ++next) {
        if (next + kAhead < batch.keys.size()) {
          const RowKey& ahead = batch.keys[next + kAhead];
          table.prefetch(ahead.identifier, ahead.hash);
        }
        if (table.in_range(batch.keys[next].hash)) numbers[next] = slot_of(batch.keys[next], row);
      }
      ++row;
    }
    filled->append(keys.spool.first_row(b), bytes_of(numbers));
  }
  slots = std::move(filled);
}

}  // namespace

OriginalIndex::OriginalIndex(RunContext& run, const KeySpool& keys, std::uint64_t bucket_rows, int ranges,
                             std::vector<std::unique_ptr<FileKeys>>& files)
    : rows_(keys.rows),
      bucket_rows_(bucket_rows),
      buckets_((keys.rows + bucket_rows - 1) / bucket_rows),
      table_(keys.counts, run.collisions, ranges),
      shared_(run.plan, table_),
      row_slots_(run.temp, spool_bytes(run)),
      first_bucket_(table_.slots()),
      in_several_(table_.slots()),
      edges_(run.temp, spool_bytes(run)) {
  first_bucket_.prefer_huge_pages();
  if (ranges == 1) {
    insert_all(run, keys);
  } else {
    insert_by_ranges(run, keys, files);
  }
  find_edges(run);
}

std::uint32_t OriginalIndex::insert(const RowKey& key, std::uint64_t row) {
  const auto bucket = static_cast<std::uint16_t>(row / bucket_rows_);
  bool fresh = false;
  const std::uint32_t slot = table_.insert(key.identifier, key.hash, fresh);
  if (fresh) {
    first_bucket_[slot] = bucket;
  } else if (first_bucket_[slot] != bucket) {
    in_several_.set(slot);
  }
  if (shared_.counts(key.identifier)) shared_.hold_in_original(key.identifier, slot);
  return slot;
}

void OriginalIndex::insert_all(RunContext& run, const KeySpool& keys) {
  SpooledKeys batch;
  RowSlots slots;
  std::string blob;
  std::uint64_t row = 0;
  for (std::size_t b = 0; b < keys.spool.size(); ++b) {
    throw_if_stopped(run.stop);
    batch.decode(keys, b);
    slots.clear();
    std::size_t next = 0;
    for (const std::size_t end : batch.ends) {
      for (; next < end; ++next) {
        if (next + kAhead < batch.keys.size()) {
          const RowKey& ahead = batch.keys[next + kAhead];
          table_.prefetch(ahead.identifier, ahead.hash);
        }
        const RowKey& key = batch.keys[next];
        slots.add({insert(key, row), key.hash.short_check()});
      }
      slots.end_row();
      ++row;
    }
    blob.clear();
    slots.encode(blob);
    row_slots_.append(keys.spool.first_row(b), blob);
  }
}

/// Every key of every input meets the range of the table that it belongs to; then the slots are put to the
/// rows.
void OriginalIndex::insert_by_ranges(RunContext& run, const KeySpool& keys,
                                     std::vector<std::unique_ptr<FileKeys>>& files) {
  std::unique_ptr<BatchSpool> numbers;
  for (int range = 0; range < table_.ranges(); ++range) {
    table_.begin_range(range);
    fill_in_range(run, table_, keys, numbers,
                  [&](const RowKey& key, std::uint64_t row) { return insert(key, row); });
    for (const std::unique_ptr<FileKeys>& file : files) {
      fill_in_range(run, table_, file->keys, file->slots,
                    [&](const RowKey& key, std::uint64_t) { return table_.find(key.identifier, key.hash); });
    }
  }
  table_.release_hashes();
  SpooledKeys batch;
  RowSlots slots;
  std::vector<std::uint32_t> of_batch;
  std::string scratch, blob;
  for (std::size_t b = 0; b < keys.spool.size(); ++b) {
    throw_if_stopped(run.stop);
    batch.decode(keys, b);
    read_numbers(*numbers, b, scratch, of_batch);
    slots.clear();
    std::size_t next = 0;
    for (const std::size_t end : batch.ends) {
      for (; next < end; ++next) slots.add({of_batch[next], batch.keys[next].hash.short_check()});
      slots.end_row();
    }
    blob.clear();
    slots.encode(blob);
    row_slots_.append(keys.spool.first_row(b), blob);
  }
}

/// Goes through the rows backwards: what a bucket finds noted for a key is the next bucket that holds it.
void OriginalIndex::find_edges(RunContext& run) {
  RowSlots slots;
  std::string scratch, blob;
  std::uint64_t row = rows_;
  std::size_t bucket = buckets_;
  // Forwards first: keys in several buckets forget their first one, so that the way back can note the next.
  for (std::size_t b = 0; b < row_slots_.size(); ++b) {
    const std::string_view encoded = row_slots_.read(b, scratch);
    const char* at = encoded.data();
    slots.decode(at);
    for (const SlotRef& ref : slots.all()) {
      if (in_several_.test(ref.slot)) first_bucket_[ref.slot] = kNoBucket;
    }
  }
  const auto leave_bucket = [&] {
    if (bucket < buckets_) edges_.append(buckets_ - 1 - bucket, blob);
    blob.clear();
  };
  for (std::size_t b = row_slots_.size(); b-- > 0;) {
    throw_if_stopped(run.stop);
    const std::string_view encoded = row_slots_.read(b, scratch);
    const char* at = encoded.data();
    slots.decode(at);
    for (std::size_t i = slots.rows(); i-- > 0;) {
      --row;
      while (bucket == buckets_ || row < bucket * bucket_rows_) {
        leave_bucket();
        --bucket;
      }
      for (const SlotRef& ref : slots.row(i)) {
        if (!in_several_.test(ref.slot)) continue;
        std::uint16_t& next = first_bucket_[ref.slot];
        if (next == bucket) continue;
        if (next != kNoBucket) put_fixed(HolderEdge{ref.slot, next}, blob);
        next = static_cast<std::uint16_t>(bucket);
      }
    }
  }
  leave_bucket();
  in_several_.release();
}

std::vector<HolderEdge> OriginalIndex::edges(std::size_t bucket) const {
  std::string scratch;
  const std::string_view blob = edges_.read(buckets_ - 1 - bucket, scratch);
  std::vector<HolderEdge> edges;
  for (const char* at = blob.data(); at != blob.data() + blob.size();)
    edges.push_back(get_fixed<HolderEdge>(at));
  return edges;
}

void OriginalIndex::release_table() {
  table_.release_hashes();
  first_bucket_.release();
}

std::uint64_t choose_bucket_rows(const RunContext& run, std::uint64_t rows) {
  if (rows == 0) return 1;
  const std::uint64_t fewest = (rows + kMostBuckets - 1) / kMostBuckets;
  // Bucket numbers have 16 bits, whatever a test asks for.
  const std::uint64_t fewest_possible = (rows + kNoBucket - 1) / kNoBucket;
  if (run.tuning.partition_rows > 0) return std::max(run.tuning.partition_rows, fewest_possible);
  std::uint64_t enriched_bytes = 0;
  for (const Input* input : run.inputs.enriched) enriched_bytes += input->text_bytes();
  const std::uint64_t row_bytes = enriched_bytes / rows + 1;
  return std::max(fewest, std::clamp<std::uint64_t>(kBucketBytes / row_bytes, 64, 8192));
}

TableBytes table_bytes(const MergePlan& plan, const KeySpool& keys) {
  TableBytes bytes;
  for (std::size_t i = 0; i < plan.identifiers.size(); ++i) {
    const std::uint64_t slots = KeyTable::slots_for(keys.counts.of(i));
    bytes.hashes += slots * sizeof(std::uint64_t);
    bytes.flags += slots * sizeof(std::uint16_t);
    bytes.flags +=
        slots / 8 * (plan.inputs.size() + 2);  // usable in each file; chosen in one; in several buckets
    const bool counted = plan.match == MatchMode::any && plan.identifiers[i].max_shared > 0;
    if (counted) bytes.flags += slots * 2 * sizeof(std::uint32_t) + slots / 8;
  }
  return bytes;
}

}  // namespace crm
