#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/plan.h"

// The files beside the merged one, as text: one place for their headers and lines, so that every engine
// writes the same bytes. Each is CSV by the one writer (output/csv_writer.h), or TSV where the path says so.
//
// Rows are 1-based data rows of the original; `line` is the 1-based physical line where a record begins in
// its file; `record_id` is the original's cell of MergePlan::record_id_column, empty where there is none.
namespace crm {

/// ',' or, where `path` ends in `.tsv` (`.tsv.gz`, `.tsv.zst`), a tab. Case of the suffix does not matter.
char output_delimiter(std::string_view path);

/// Header of the merged file, with its line end.
std::string merged_header(const MergePlan& plan, char delimiter);

/// "first", "most_complete", …: as options, provenance and reports spell a strategy.
std::string_view strategy_rule(Strategy strategy);

/// Where a value came from: one row of one enriched file.
struct ValueSource {
  int file = 0;            ///< index into MergePlan::inputs
  std::uint64_t row = 0;   ///< 0-based data row of that file
  std::uint64_t line = 0;  ///< 1-based physical line
};

/// A changed or new cell of the output. Lines go by row, then by output column.
struct ProvenanceLine {
  std::uint64_t row = 0;
  std::string_view record_id;
  std::string_view column;  ///< name of the output column (of the alternate: its own name)
  std::string_view before;  ///< the original's cell; empty for a new or alternate column
  std::string_view after;
  std::span<const ValueSource> sources;  ///< in order; several for concat only
  std::string_view matched_on;           ///< label of the identifier used in the first source's file
  Strategy rule = Strategy::first;
};

std::string provenance_header(char delimiter);
void append_provenance(const MergePlan& plan, const ProvenanceLine& line, char delimiter, std::string& out);

/// One other value of a cell in conflict. Lines go by row, then by merged column in output order, then the
/// original's value, then the order of values.
struct ConflictLine {
  std::uint64_t row = 0;
  std::string_view record_id;
  std::string_view column;  ///< name of the merged column (never the alternate's)
  bool real = true;         ///< else formatting: the keys of `chosen` and `other` are equal
  std::string_view chosen, chosen_from;
  std::string_view other, other_from;
};

std::string conflicts_header(char delimiter);
void append_conflict(const ConflictLine& line, char delimiter, std::string& out);

/// Names of the files of `sources`, one for each value, in their order, joined by "; " (`chosen_from` of a
/// concat).
std::string source_names(const MergePlan& plan, std::span<const ValueSource> sources);

/// Header of the unmatched-enriched file: the names of MergePlan::unmatched_columns. Its lines are plain
/// records.
std::string unmatched_header(const MergePlan& plan, char delimiter);

/// Merged columns in the order of the output (as conflicts are listed): indices into MergePlan::columns.
std::vector<int> merged_columns_in_output_order(const MergePlan& plan);

}  // namespace crm
