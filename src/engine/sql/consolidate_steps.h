#pragma once

#include <optional>

#include "engine/sql/shape.h"

// From the rows of a file to one record per key. The wide part is sorted once, by key; everything after it takes a slice
// of it, so that no aggregate holds more text than a slice has.
namespace crm {

/// owner_K(row, key_id, size): the rows of a file that are reached, by row, once per key; size tells how many have it.
std::vector<Step> owner(const SqlShape& shape, Side side, int file);
/// hit_K(key_id, size, row, line, v…): those rows, by key, blank cells as NULL.
std::vector<Step> hit(const SqlShape& shape, Side side, int file);

/// consolidated_K(key_id, v…, s…): one record per key with keys in [first_key, end_key). Per merged column N of the file:
///   vN the value, sN its source (file and row as one number), lN its line (where lines are wanted), mN what compares it with other files' (where its
///   strategy does), xN 0: all values are one, 1: they differ in formatting only, 2: they differ,
///   dN the distinct values in order (where all are wanted; NULL: vN is the only one).
/// `among`: only the keys of this table.
std::vector<Step> consolidated(const SqlShape& shape, Side side, int file, const RangeSql& range,
                               const std::optional<Identifier>& among = std::nullopt);

/// The columns of consolidated_K but for key_id, each as `name` of `table`.
struct RecordColumn {
  Sql name;    ///< "v3"
  int column;  ///< merged column
};
std::vector<RecordColumn> record_columns(const SqlShape& shape, int file);

/// carried_key_K(range, key_id): keys that rows of another range than their first holder's take.
std::vector<Step> carried_key(const SqlShape& shape, int file, std::uint64_t rows_per_range);
/// carried_K(range, …): their records, for each range that needs them; from carried_record_K, filled slice by slice.
std::vector<Step> carried(const SqlShape& shape, int file);

}  // namespace crm
