#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/stream/batch_spool.h"
#include "engine/stream/hit.h"
#include "engine/stream/hit_store.h"
#include "engine/stream/original_index.h"
#include "engine/stream/run_context.h"
#include "engine/stream/shared_keys.h"

namespace crm {

/// Rows of the enriched files that match nobody, in the order in which they come: see net_new.h.
///
/// A row in the spool: its first key as u32 identifier and KeyHash, then its hit.
struct UnmatchedRows {
  UnmatchedRows(TempSpace& temp, std::uint64_t memory_bytes, std::size_t identifiers)
      : spool(temp, memory_bytes), counts(identifiers) {}
  BatchSpool spool;
  KeyCounts counts;
};

/// Where the scans of the enriched files leave what they find.
struct EnrichedResults {
  UsableKeys usable;
  HitStore hits;
  UnmatchedRows* unmatched = nullptr;  ///< null: not wanted
  std::vector<InputAccount> inputs;    ///< per file
  std::vector<EnrichedAccount> accounts;
  std::vector<std::uint64_t> matched;  ///< per file: rows with a key that the original has
};

/// Pass 2 for one enriched file: finds the rows that the original's rows reach, and stores their cells once
/// per key.
///
/// Where each row of the original has at most one key and no key can be too widely shared, a key that both
/// sides have is one that is used, and one scan does it. Else the first scan finds which keys the file has,
/// the cascade of each row of the original is settled, and a second scan stores the rows of the keys that
/// somebody took.
class EnrichedScan {
 public:
  EnrichedScan(RunContext& run, OriginalIndex& index, const HitLayout& layout, std::size_t file,
               EnrichedResults& results);

  void scan_once();
  void scan_twice();
  /// Where the keys were read and looked up before: the second scan alone.
  void scan_after(const FileKeys& keys);

 private:
  struct Probed;
  struct Mapped;
  class Prober;

  void commit_hits(Mapped& mapped, const BatchPosition& position);
  void count(const Probed& probed);
  void make_hits(const RecordBatch& batch, const Probed& probed, const BitArray* chosen,
                 class HitMaker& maker, Mapped& mapped) const;
  void scan_keys(BatchSpool& spool);
  void take_keys(const FileKeys& keys, BatchSpool& spool);
  void commit_keys(const Probed& probed, std::string_view blob, std::uint64_t first_row, BatchSpool& spool);
  BitArray settle();
  void scan_cells(const BatchSpool& spool, const BitArray& chosen);

  RunContext& run_;
  OriginalIndex& index_;
  const HitLayout& layout_;
  std::size_t file_;
  EnrichedResults& results_;
  Input& input_;
};

}  // namespace crm
