#pragma once

#include <string>
#include <vector>

#include "model/plan.h"
#include "sql/select.h"

// How the SQL calls things. Inner columns go by position, so that no header of a user meets SQL: `c3` is a file's column,
// `v3` the value of a merged column. Files go by rank from 1: `enriched_1`.
namespace crm {

/// What the steps need to know of a plan, looked up once.
struct SqlShape {
  explicit SqlShape(const MergePlan& plan);

  const MergePlan& plan;
  int files = 0;
  /// Per file the merged columns that it has.
  std::vector<std::vector<int>> columns_of_file;
  /// Per merged column the files that have it (0-based), highest rank first.
  std::vector<std::vector<int>> files_of_column;
  /// The physical lines of sources are wanted.
  bool lines = false;

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

  static RangeSql of(std::uint64_t number, std::uint64_t rows_per_range, std::uint64_t slot);
  static RangeSql parameters();
};

/// The two jobs that the same steps do: enriching the original, and consolidating the rows of nobody.
enum class Side { original, unmatched };

/// Name of a table of one file: `hit_2`, or `unmatched_hit_2`.
Identifier side_table(Side side, const char* stem, int file);

}  // namespace crm
