#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "duckdb/vector.h"
#include "engine/changes.h"
#include "engine/side_files.h"
#include "engine/sql/input_tables.h"
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
  std::vector<std::pair<std::uint64_t, ChangesBatch>> changes;  ///< per changed row, by row
  std::uint64_t rows = 0, matched = 0, changed_rows = 0;
  std::vector<std::uint64_t> matched_on;            ///< per identifier
  std::vector<ColumnAccount> columns;
  std::vector<std::vector<std::uint64_t>> sources;  ///< per file: rows (0-based) that gave a changed cell, may repeat
};

/// The bytes that rows of a range have made, put in the order of rows: DuckDB's outer joins give the matched rows of a
/// chunk before the others, and sorting whole rows would cost more than all the rest.
class RowBytes {
 public:
  void start(std::uint64_t first_row, std::uint64_t rows);
  /// Where a row's bytes go; nothing else may be added until `end`.
  std::string& begin(std::uint64_t row);
  void end() { pieces_[at_].size = bytes_.size() - pieces_[at_].begin; }
  std::string& bytes() { return bytes_; }
  std::string take();

 private:
  struct Piece {
    std::uint64_t begin = 0, size = 0;
  };
  std::uint64_t first_row_ = 0;
  std::size_t at_ = 0;
  std::string bytes_;
  std::vector<Piece> pieces_;
  bool in_order_ = true;
};

/// Writes the rows of merged_result, and counts what became of them.
///
/// Threads: one.
class MergedRows {
 public:
  MergedRows(const SqlShape& shape, const MergedLayout& layout, const WantedBytes& wanted, const KeyOptions& keys);

  /// Begins a range: its rows as the original has them.
  void start(std::shared_ptr<const RangeRows> original);
  /// Adds rows, in any order: what the columns of the layout hold. Errors: internal if a row is of another range, or came
  /// already.
  void add(const std::vector<duck::Column>& columns, std::size_t rows);
  /// Errors: internal if a row has not come.
  RangeOutcome take();

 private:
  struct OtherValue {
    std::string_view text;
    int file;  ///< 0-based; -1: the original
  };

  void add_row(std::size_t row);
  void count_column(int column, std::size_t row);
  void add_changes(std::size_t row);
  void count_changed(std::size_t output, std::size_t row);
  void count_cells(int column, std::size_t row);
  bool is_changed(std::size_t output, std::size_t row) const;
  void find_sources(int column, std::size_t row);
  void write_provenance(std::size_t output, std::size_t row);
  void find_values(int column, std::size_t row);
  void write_conflicts(int column, std::size_t row, std::string& out);
  /// The original's cell of the row at hand.
  std::string_view original(int column) const { return slice_->block->cell(row_in_block_, static_cast<std::size_t>(column)); }
  /// The original's cell of a merged column, if it has one and it is not blank.
  std::optional<std::string_view> original_value(int column) const;
  std::string_view value_text(int column, std::size_t row) const;
  std::string_view output_text(std::size_t output, std::size_t row) const;
  std::string_view chosen_text(int column, std::size_t row) const;
  std::string text_from(int column, std::string_view text, std::size_t row);
  std::string_view record_id() const;
  std::uint64_t row_number(std::size_t row) const { return static_cast<std::uint64_t>(in_[layout_.row].bigint(row)); }
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
  std::shared_ptr<const RangeRows> original_;
  const RangeRows::Slice* slice_ = nullptr;  // of the row at hand
  std::size_t row_in_block_ = 0;
  std::vector<bool> came_;          // per row of the range
  RowBytes merged_, provenance_, conflicts_;
  RangeOutcome out_;
  // Scratch of one row.
  std::vector<std::string_view> fields_;
  std::vector<ValueSource> sources_;
  std::vector<ChangedCell> changed_;
  std::vector<OtherValue> values_;
  std::unordered_set<std::string_view> seen_;
  std::vector<bool> column_changed_;
  std::vector<bool> file_used_;
};

}  // namespace crm
