#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/stream/batch_spool.h"
#include "engine/stream/key_table.h"
#include "engine/stream/run_context.h"

namespace crm {

/// The keys of an input's rows, as hashes, in order: a blob per batch, read by SpooledKeys.
struct KeySpool {
  KeySpool(const RunContext& run, bool with_group_keys);

  InputAccount account;
  BatchSpool spool;
  KeyCounts counts;  ///< of keys, a row's each counted
  std::uint64_t rows = 0;
  std::size_t most_keys = 0;  ///< of one row
  bool with_group_keys;       ///< beside each row that has keys, the one that it is grouped by
                              ///< (RowKeyMaker::group_key)
};

/// What scan_keys reads.
struct KeyColumns {
  Input& input;
  int column_count = 0;
  std::vector<std::vector<int>> of_identifier;
};
KeyColumns original_key_columns(const RunContext& run);
KeyColumns enriched_key_columns(const RunContext& run, std::size_t file);

/// Reads an input's identifier columns, for the first time.
void scan_keys(RunContext& run, const KeyColumns& columns, KeySpool& keys);

/// The keys of one batch, from its blob.
struct SpooledKeys {
  std::vector<RowKey> keys;
  std::vector<std::size_t> ends;   ///< of each row's keys
  std::vector<RowKey> group_keys;  ///< per row, where the spool has them

  void decode(const KeySpool& from, std::size_t batch);

 private:
  std::string scratch_;
};

}  // namespace crm
