#include "engine/stream/original_index.h"

#include <algorithm>
#include <memory>
#include <string>

#include "engine/stream/varint.h"

namespace crm {
namespace {

constexpr std::uint16_t kNoBucket = UINT16_MAX;
constexpr std::uint64_t kMostBuckets = 4096;
constexpr std::uint64_t kBucketBytes = 1u << 20;
/// Keys are prefetched this many entries ahead of their insertion.
constexpr std::size_t kAhead = 16;

/// A row's keys in the spool: their number, then each one's identifier and hash.
void put_keys(const std::vector<RowKey>& keys, std::string& out) {
  put_varint(keys.size(), out);
  for (const RowKey& key : keys) {
    put_varint(static_cast<std::uint64_t>(key.identifier), out);
    put_fixed(key.hash, out);
  }
}

struct MappedKeys : Input::Mapped {
  std::string blob;
  std::vector<std::uint64_t> entries;
  std::size_t most_keys = 0;
};

std::unique_ptr<MappedKeys> map_keys(const RecordBatch& batch, RowKeyMaker& maker, std::size_t identifiers) {
  auto mapped = std::make_unique<MappedKeys>();
  mapped->entries.resize(identifiers);
  mapped->blob.reserve(batch.rows() * 20 + 8);
  put_varint(batch.rows(), mapped->blob);
  std::vector<RowKey> keys;
  for (std::size_t row = 0; row < batch.rows(); ++row) {
    maker.make(batch, row, keys);
    put_keys(keys, mapped->blob);
    for (const RowKey& key : keys) ++mapped->entries[key.identifier];
    mapped->most_keys = std::max(mapped->most_keys, keys.size());
  }
  return mapped;
}

/// The keys of a batch as they were spooled, row ends beside them.
struct BatchKeys {
  std::vector<RowKey> keys;
  std::vector<std::size_t> ends;

  void decode(std::string_view blob) {
    keys.clear();
    ends.clear();
    const char* at = blob.data();
    for (std::uint64_t rows = get_varint(at); rows > 0; --rows) {
      for (std::uint64_t count = get_varint(at); count > 0; --count) {
        const auto identifier = static_cast<int>(get_varint(at));
        keys.push_back({identifier, get_fixed<KeyHash>(at)});
      }
      ends.push_back(keys.size());
    }
  }
};

}  // namespace

OriginalKeys::OriginalKeys(RunContext& run)
    : spool(run.temp, run.tuning.spill ? 0 : run.memory.spool), entries(run.plan.identifiers.size()) {}

std::unique_ptr<OriginalKeys> scan_original_keys(RunContext& run) {
  auto result = std::make_unique<OriginalKeys>(run);
  Input& input = *run.inputs.original;
  Projection projection(static_cast<std::size_t>(run.plan.original_column_count));
  std::vector<std::vector<int>> columns;
  for (const PlanIdentifier& identifier : run.plan.identifiers) {
    for (const int column : identifier.original_columns) projection.add(column);
    columns.push_back(identifier.original_columns);
  }
  ScanOptions options = run.scan_options(true);
  projection.settle(options);
  std::vector<RowKeyMaker> makers;
  for (int t = 0; t < run.threads; ++t) makers.emplace_back(run.plan, projection.places(columns), run.seed);

  result->account = input.scan(
      options,
      [&](const RecordBatch& batch, int thread) -> std::unique_ptr<Input::Mapped> {
        return map_keys(batch, makers[thread], result->entries.size());
      },
      [&](std::unique_ptr<Input::Mapped> base, const BatchPosition& position) {
        const auto& mapped = static_cast<const MappedKeys&>(*base);
        result->spool.append(position.first_row, mapped.blob);
        for (std::size_t i = 0; i < mapped.entries.size(); ++i) result->entries[i] += mapped.entries[i];
        result->most_keys = std::max(result->most_keys, mapped.most_keys);
        result->rows += position.rows;
        run.progress.advance(position.bytes_done, result->rows);
      });
  return result;
}

OriginalIndex::OriginalIndex(RunContext& run, const OriginalKeys& keys, std::uint64_t bucket_rows)
    : rows_(keys.rows), bucket_rows_(bucket_rows), buckets_((keys.rows + bucket_rows - 1) / bucket_rows),
      table_(keys.entries, run.collisions), shared_(run.plan, table_),
      row_slots_(run.temp, run.tuning.spill ? 0 : run.memory.spool), first_bucket_(table_.slots()),
      in_several_(table_.slots()), edges_(run.temp, run.tuning.spill ? 0 : run.memory.spool) {
  first_bucket_.prefer_huge_pages();
  insert_all(run, keys);
  find_edges(run);
}

void OriginalIndex::insert_all(RunContext& run, const OriginalKeys& keys) {
  BatchKeys batch;
  RowSlots slots;
  std::string scratch, blob;
  std::uint64_t row = 0;
  for (std::size_t b = 0; b < keys.spool.size(); ++b) {
    throw_if_stopped(run.stop);
    batch.decode(keys.spool.read(b, scratch));
    slots.clear();
    std::size_t next = 0;
    for (const std::size_t end : batch.ends) {
      const auto bucket = static_cast<std::uint16_t>(row / bucket_rows_);
      for (; next < end; ++next) {
        if (next + kAhead < batch.keys.size()) {
          const RowKey& ahead = batch.keys[next + kAhead];
          table_.prefetch(ahead.identifier, ahead.hash);
        }
        const RowKey& key = batch.keys[next];
        bool fresh = false;
        const std::uint32_t slot = table_.insert(key.identifier, key.hash, fresh);
        slots.add({slot, key.hash.short_check()});
        if (fresh) {
          first_bucket_[slot] = bucket;
        } else if (first_bucket_[slot] != bucket) {
          in_several_.set(slot);
        }
        if (shared_.counts(key.identifier)) shared_.hold_in_original(key.identifier, slot);
      }
      slots.end_row();
      ++row;
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
  for (const char* at = blob.data(); at != blob.data() + blob.size();) edges.push_back(get_fixed<HolderEdge>(at));
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

std::uint64_t index_bytes(const MergePlan& plan, const OriginalKeys& keys) {
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < plan.identifiers.size(); ++i) {
    const std::uint64_t slots = KeyTable::slots_for(keys.entries[i]);
    bytes += slots * (sizeof(std::uint64_t) + sizeof(std::uint16_t));
    bytes += slots / 8 * (plan.inputs.size() + 2);  // usable in each file; chosen in one; in several buckets
    const bool counted = plan.match == MatchMode::any && plan.identifiers[i].max_shared > 0;
    if (counted) bytes += slots * 2 * sizeof(std::uint32_t) + slots / 8;
  }
  return bytes;
}

}  // namespace crm
