#pragma once

#include <optional>

#include "engine/sql/shape.h"

// The last stages: what each row of the original gets, and what comes of it.
namespace crm {

/// taken(row, k1, k2, …): the keys that the rows of the range take.
Step taken(const SqlShape& shape, Side side, const RangeSql& range);

/// record_K(key_id, v…): the records of those keys. `with_carried`: some are held first by rows of another range.
Step record(const SqlShape& shape, Side side, int file, const RangeSql& range, bool with_carried);

/// How the rows of a range meet what the files have for them.
enum class Meeting {
  by_key,   ///< in one statement, by a join with each file's records. Every join holds all columns of those before it
  by_place  ///< file by file, as tables value_K with a line for every row, then put side by side: for many files
};

/// taken_in_order(row, k1, k2, …): of `taken`, with a line for every row, in order.
Step taken_in_order(const SqlShape& shape, Side side, const RangeSql& range);
/// value_K(row, v…): beside every row of the range the record of record_K that it reaches, in order.
Step value(const SqlShape& shape, Side side, int file);

/// chosen_value(row, c…, k…, vN, sN, xN, gN): each row of the range beside the records that it reaches, and per merged column
/// the value that is taken, where it came from, whether the values are in conflict, and how each file's stands to the output.
Step chosen_value(const SqlShape& shape, Side side, const RangeSql& range, Meeting meeting = Meeting::by_key);

/// Where things stand in a row of merged_result; -1 where they are not there.
struct MergedLayout {
  int row = 0;
  std::vector<int> key;          ///< per file: the key by which the row reached it
  /// Per output column its text, NULL meaning empty; -1 where it is the original's cell whatever the enriched files say.
  std::vector<int> output;
  struct Column {
    int value = -1;              ///< the enriched value, where the output does not tell it
    int source = -1, line = -1;  ///< file and row (kSourceRowBits), and line, that the value came from
    int sources = -1;            ///< instead of those: STRUCT(source, line)[]
    int conflict = -1;           ///< 0, 1 formatting, 2 real
    int standing = -1;           ///< a letter per file that has the column (crm_standing)
    std::vector<int> file_value, file_values;  ///< per file: its first value, and its distinct values
  };
  std::vector<Column> columns;   ///< per merged column

  /// Takes over what a part tells, whose row begins at column `first`.
  void add_part(const MergedLayout& part, int first);
};

/// merged_result(row, …): the cells of the output, and what reports and side files need to know of them.
struct MergedResult {
  Step step;
  MergedLayout layout;
};
/// Cells::changing leaves out the original's cells that nothing can change: the engine has them at hand.
enum class Cells { all, changing };
MergedResult merged_result(const SqlShape& shape, Cells cells);
/// The same for the records of the rows of nobody: the unmatched-enriched file's columns.
MergedResult unmatched_result(const SqlShape& shape);

}  // namespace crm
