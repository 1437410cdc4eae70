#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "duckdb/vector.h"
#include "engine/changes.h"
#include "engine/side_files.h"
#include "engine/sql/merge_steps.h"
#include "match/keys.h"
#include "model/report.h"

namespace crm {

/// Which bytes a range has to make, and with which delimiters.
struct WantedBytes {
  bool merged = false, changes = false, provenance = false, conflicts = false;
  char merged_delimiter = ',', provenance_delimiter = ',', conflicts_delimiter = ',';
};

/// What came of a range of rows: bytes of the outputs, and counts.
struct RangeOutcome {
  std::string merged, provenance, conflicts;
  ChangesBatch changes;
  std::uint64_t rows = 0, matched = 0, changed_rows = 0;
  std::vector<std::uint64_t> matched_on;            ///< per identifier
  std::vector<ColumnAccount> columns;
  std::vector<std::vector<std::uint64_t>> sources;  ///< per file: rows (0-based) that gave a changed cell, may repeat
};

/// Writes the rows of merged_result, and counts what became of them.
///
/// Threads: one.
class MergedRows {
 public:
  MergedRows(const SqlShape& shape, const MergedLayout& layout, const WantedBytes& wanted, const KeyOptions& keys);

  /// Begins a range at a row (1-based).
  void start(std::uint64_t first_row);
  /// Adds the rows of a chunk. Errors: internal if a row is missing, comes twice or is out of order.
  void add(const duck::Chunk& chunk);
  RangeOutcome take();

 private:
  struct OtherValue {
    std::string_view text;
    int file;  ///< 0-based; -1: the original
  };

  void add_row(std::size_t row);
  void count_column(int column, std::size_t row);
  void add_changed(std::size_t output, std::size_t row);
  bool is_changed(std::size_t output, std::size_t row) const;
  void find_sources(int column, std::size_t row);
  void write_provenance(std::size_t output, std::size_t row);
  void find_values(int column, std::size_t row);
  void write_conflicts(int column, std::size_t row);
  std::string_view chosen_text(int column, std::size_t row) const;
  std::string text_from(int column, std::string_view text, std::size_t row);
  std::string_view record_id(std::size_t row) const;
  std::string_view cell(int column, std::size_t row) const { return in_[column].text(row); }
  bool is_filled(int column, std::size_t row) const { return column >= 0 && !in_[column].is_null(row); }

  const SqlShape& shape_;
  const MergedLayout& layout_;
  const WantedBytes wanted_;
  const BlankRule blank_;
  KeyMaker keys_;
  const std::vector<int> conflict_columns_;
  std::vector<int> output_of_;      // per merged column: its output column (not the alternate)
  std::vector<int> alternate_of_;   // per merged column: the output column of its alternate, or -1
  std::vector<duck::Column> in_;    // of the chunk at hand
  std::uint64_t next_row_ = 0;
  RangeOutcome out_;
  // Scratch of one row.
  std::vector<std::string_view> fields_;
  std::vector<ValueSource> sources_;
  std::vector<ChangedCell> changed_;
  std::vector<OtherValue> values_;
  std::unordered_set<std::string_view> seen_;
  std::vector<bool> file_counted_;
};

}  // namespace crm
