#pragma once

#include <string>
#include <vector>

#include "model/plan.h"
#include "sql/select.h"

// How the SQL calls things. Inner columns go by position, so that no header of a user meets SQL: `c3` is a file's column,
// `v3` the value of a merged column. Files go by rank from 1: `enriched_1`.
namespace crm {

/// The two jobs that the same steps do: enriching the original, and consolidating the rows of nobody.
enum class Side { original, unmatched };

/// What the steps need to know of a plan, looked up once.
///
/// DuckDB holds room for 2,048 rows of every column in every operator, however few rows there are. So a wide plan is done
/// in parts: the steps that touch cells are made once for each part of the merged columns, with tables of their own.
struct SqlShape {
  explicit SqlShape(const MergePlan& plan);
  /// Parts of the merged columns, each with about so many columns of files at most; one part where all fit.
  static std::vector<SqlShape> parts_of(const MergePlan& plan, std::size_t most_file_columns);

  const MergePlan& plan;
  int files = 0;
  int part = 0, parts = 1;
  /// The merged columns of this part.
  std::vector<int> columns;
  /// Per file the merged columns of this part that it has.
  std::vector<std::vector<int>> columns_of_file;
  /// Per merged column of this part the files that have it (0-based), highest rank first.
  std::vector<std::vector<int>> files_of_column;
  /// The physical lines of sources are wanted.
  bool lines = false;

  /// The file has columns of this part: its records are joined.
  bool joins(int file) const { return !columns_of_file[file].empty(); }
  /// A file's rows are stored for this part. The first part has those of all files: they are counted there.
  bool has_hits(int file) const { return part == 0 || joins(file); }
  /// An output column is made with this part; the first part has those that no merged column makes.
  bool makes(const OutputColumn& output) const;
  /// Name of a table of this part of one file: `hit_2`, `unmatched_hit_2`; `hit_2_part_3` where there are several parts.
  Identifier part_table(Side side, const char* stem, int file) const;

  /// All distinct values of the column are kept, not only the chosen one.
  bool lists(int column) const;
  /// The strategy looks at all distinct values at once.
  bool is_set_strategy(int column) const;
  /// A file's choice has to be compared with another file's by a number.
  bool is_measured(int column) const;
  bool needs_completeness(int file) const;
  bool needs_recency(int file) const;
  /// Lanes (see key_functions.h) of the companies whose match does not fill the column.
  std::vector<int> masked_lanes(int column) const;
  /// Keys are blocked by --max-shared in this plan.
  bool has_shared_limits() const;

 private:
  SqlShape(const MergePlan& plan, std::vector<int> columns);
};

/// A source of a value as one number: its file (from 1) × 2^40 + its row (from 1).
inline constexpr int kSourceRowBits = 40;

/// The conflict policy that holds for a merged original column: an identifier keeps a value that is there.
ConflictPolicy effective_policy(const PlanColumn& column);

/// `stem` with a number: table `hit_2`, column `v3`.
Identifier numbered(const char* stem, int number);

/// "e1.v3".
Sql member(const Sql& table, const char* stem, int number);

/// A part of the work: the original's rows [first_row, end_row) and the keys that they hold first. Numbers, or the
/// names of parameters where the plan is printed.
struct RangeSql {
  Sql first_row, end_row;
  Sql first_key, end_key;
  Sql number;  ///< of the range, from 0
  Sql slot;    ///< where the engine has put the original's rows

  /// `rows`: of all ranges together, or as many as there may be.
  static RangeSql of(std::uint64_t number, std::uint64_t rows_per_range, std::uint64_t slot,
                     std::uint64_t rows = std::uint64_t{1} << 54);
  static RangeSql parameters();
};

/// Name of a table of one file: `hit_2`, or `unmatched_hit_2`.
Identifier side_table(Side side, const char* stem, int file);

}  // namespace crm
