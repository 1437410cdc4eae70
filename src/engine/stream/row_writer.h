#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/changes.h"
#include "engine/stream/merge_account.h"
#include "engine/stream/overflow.h"
#include "engine/stream/row_merge.h"

namespace crm {

/// Which outputs are written, and how.
struct OutputFormat {
  bool merged = false, provenance = false, conflicts = false, changes = false;
  char merged_delimiter = ',', provenance_delimiter = ',', conflicts_delimiter = ',';
};

/// The bytes of some rows in all outputs, and their account.
struct WrittenRows {
  explicit WrittenRows(const MergePlan& plan) : account(plan) {}
  OverflowingText merged, provenance, conflicts;
  ChangesBatch changes;
  std::vector<OverflowingText::Extent> changes_before;
  MergeAccount account;
};

/// Writes merged rows.
///
/// Threads: one each.
class RowWriter {
 public:
  RowWriter(const MergePlan& plan, const OutputFormat& format, Overflow& overflow);

  /// Appends the row; `number` is 0-based.
  void write(const RecordBatch& batch, std::size_t row, std::uint64_t number, RowMerge& merged,
             WrittenRows& out);

 private:
  /// A stretch of the output's columns: originals that follow each other in both files, or one other column.
  struct Step {
    OutputColumn::Role role;
    int first = 0, last = 0;  // original: its columns [first, last)
    int column = -1;          // alternate, fresh
  };
  void write_merged(const RecordBatch& batch, std::size_t row, const RowMerge& merged, OverflowingText& out);
  void write_originals(const Step& step, const RecordBatch& batch, std::size_t row, const RowMerge& merged,
                       OverflowingText& out);
  void copy_raw(const Step& step, const RecordBatch& batch, std::size_t row, const RowMerge& merged,
                OverflowingText& out);
  void write_cell(std::string_view text, OverflowingText& out);
  void write_original(const RecordBatch& batch, std::size_t row, std::size_t column, OverflowingText& out);
  void write_match(OutputColumn::Role role, const RowMerge& merged, std::string& out);
  void write_provenance(std::uint64_t number, const RowMerge& merged, OverflowingText& out);
  void write_conflicts(std::uint64_t number, RowMerge& merged, OverflowingText& out);
  void write_cell_conflicts(std::uint64_t number, std::string_view name, const PlanColumn& column,
                            const MergedCell& cell, Consolidator& consolidator, OverflowingText& out);
  void write_changes(const RowMerge& merged, ChangesBatch& changes);
  void count(RowMerge& merged, MergeAccount& account);
  void count_offers(const PlanColumn& column, const MergedCell& cell, Difference difference, Consolidator& consolidator,
                    ColumnAccount& sum);

  const MergePlan& plan_;
  OutputFormat format_;
  Overflow& overflow_;
  std::vector<Step> steps_;
  std::vector<int> of_original_;         // merged columns that the original has
  std::vector<int> merged_of_original_;  // original column → merged column or -1
  std::vector<std::pair<int, std::string_view>>
      in_order_;  // merged columns with their names, in output order
  std::string record_id_scratch_, cell_scratch_;
  std::string_view record_id_;
  std::vector<ChangedCell> changed_cells_;
};

}  // namespace crm
