#pragma once

#include <optional>

#include "engine/sql/shape.h"

// The last stages: what each row of the original gets, and what comes of it.
namespace crm {

/// taken(row, k1, k2, …): the keys that the rows of the range take.
Step taken(const SqlShape& shape, Side side, const RangeSql& range);

/// record_K(key_id, v…): the records of those keys. `with_carried`: some are held first by rows of another range.
Step record(const SqlShape& shape, Side side, int file, const RangeSql& range, bool with_carried);

/// met(row, c…, kK, eK_v…): each row of the range beside the records that it reaches.
Step met(const SqlShape& shape, Side side, const RangeSql& range);

/// chosen_value(row, c…, pN, vN, sN, xN): per merged column the file whose value is taken, the value and where it came
/// from, and whether the values are in conflict.
Step chosen_value(const SqlShape& shape, Side side);

/// Where things stand in a row of merged_result; -1 where they are not there.
struct MergedLayout {
  int row = 0;
  int record_id = -1;
  std::vector<int> output;       ///< per output column: its text
  struct Column {
    int before = -1;             ///< the original's cell
    int value = -1;              ///< the enriched value
    int file = -1;               ///< 1-based file that it came from
    int source_row = -1, source_line = -1;
    int sources = -1;            ///< instead of those: STRUCT(file, row, line)[]
    int conflict = -1;           ///< 0, 1 formatting, 2 real
    std::vector<int> file_value, file_values;  ///< per file: its first value, and its distinct values
  };
  std::vector<Column> columns;   ///< per merged column
  std::vector<int> key;          ///< per file: the key by which the row reached it
};

/// merged_result(row, w…): the output's cells, and what reports and side files need to know of them.
struct MergedResult {
  Step step;
  MergedLayout layout;
};
MergedResult merged_result(const SqlShape& shape);
/// The same for the records of the rows of nobody: the unmatched-enriched file's columns.
MergedResult unmatched_result(const SqlShape& shape);

}  // namespace crm
