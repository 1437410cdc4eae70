#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/stream/batch_spool.h"
#include "engine/stream/key_spool.h"
#include "engine/stream/key_table.h"
#include "engine/stream/row_slots.h"
#include "engine/stream/run_context.h"
#include "engine/stream/shared_keys.h"

namespace crm {

/// A key that rows of several buckets hold: its hits go on from its first bucket to the next.
struct HolderEdge {
  std::uint32_t slot = 0;
  std::uint32_t next_bucket = 0;
};

/// The keys of an enriched file, where they are looked up range by range.
struct FileKeys {
  explicit FileKeys(const RunContext& run) : keys(run, run.plan.want_unmatched) {}
  KeySpool keys;
  std::unique_ptr<BatchSpool> slots;  ///< a blob per batch: u32 per key, its slot or kNone
};

/// The original's rows by key: the table, each row's slots, and which bucket holds a key first.
///
/// A bucket is `bucket_rows` consecutive rows; a key's hits are kept in the bucket of its first holder, once
/// however many rows hold it, and are handed on from bucket to bucket when the rows are merged.
class OriginalIndex {
 public:
  /// With several ranges of the table (KeyTable), `files` has all enriched files' keys, and gets their slots.
  OriginalIndex(RunContext& run, const KeySpool& keys, std::uint64_t bucket_rows, int ranges,
                std::vector<std::unique_ptr<FileKeys>>& files);

  std::uint64_t rows() const { return rows_; }
  std::uint64_t bucket_rows() const { return bucket_rows_; }
  std::size_t buckets() const { return buckets_; }
  std::size_t first_bucket(std::uint32_t slot) const { return first_bucket_[slot]; }
  void prefetch_bucket(std::uint32_t slot) const { __builtin_prefetch(&first_bucket_[slot]); }
  /// Keys of the bucket that a later one holds too.
  std::vector<HolderEdge> edges(std::size_t bucket) const;

  const KeyTable& table() const { return table_; }
  /// A blob per batch of the original: RowSlots.
  const BatchSpool& row_slots() const { return row_slots_; }
  SharedKeys& shared() { return shared_; }
  const SharedKeys& shared() const { return shared_; }

  /// After the enriched files: what only they need.
  void release_table();

 private:
  std::uint32_t insert(const RowKey& key, std::uint64_t row);
  void insert_all(RunContext& run, const KeySpool& keys);
  void insert_by_ranges(RunContext& run, const KeySpool& keys, std::vector<std::unique_ptr<FileKeys>>& files);
  void find_edges(RunContext& run);

  std::uint64_t rows_ = 0, bucket_rows_ = 1;
  std::size_t buckets_ = 0;
  KeyTable table_;
  SharedKeys shared_;
  BatchSpool row_slots_;
  MappedArray<std::uint16_t> first_bucket_;
  BitArray in_several_;  // slots that more than one row holds
  BatchSpool edges_;     // a blob per bucket, the last bucket's first
};

/// Rows of a bucket, so that its hits are some hundred KiB and buckets are not too many.
std::uint64_t choose_bucket_rows(const RunContext& run, std::uint64_t rows);

/// Bytes of memory that the table's hashes will take, and that all else which is known of each key will.
TableBytes table_bytes(const MergePlan& plan, const KeySpool& keys);

}  // namespace crm
