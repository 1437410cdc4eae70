#pragma once

#include "engine/sql/shape.h"

// The first stages: which keys the rows have, and which rows meet by them. All narrow: a row is a number here, a key an
// entry (key_functions.h). Each function is one table.
namespace crm {

/// original_key(entry, key): every key of every row of the original.
std::vector<Step> original_key(const SqlShape& shape);
/// key(key, key_id, rows): each key once.
std::vector<Step> key_table(const SqlShape& shape);
/// shared_key(key_id, key, rows): keys that more rows of the original hold than --max-shared allows.
std::vector<Step> shared_key(const SqlShape& shape);
/// row_key(entry, key_id): the keys of the original's rows that may match.
std::vector<Step> row_key(const SqlShape& shape);
/// enriched_key_K(row, key_id, place): the keys of a file's rows; key_id is NULL where no row of the original has it.
std::vector<Step> enriched_key(const SqlShape& shape, int file);
/// file_key_K(key_id, rows): the keys of the original that a file has, and that --max-shared does not block there.
std::vector<Step> file_key(const SqlShape& shape, int file);
/// reach(row, k1, k2, …): per file the key by which a row of the original reaches it; rows that reach none are left out.
std::vector<Step> reach(const SqlShape& shape);
/// used_key_K(key_id, rows): the keys by which a file is reached.
std::vector<Step> used_key(const SqlShape& shape, int file);

/// The keys of one file that --max-shared blocks in it: (key, rows), for the report.
Step shared_in_file(const SqlShape& shape, int file);
/// The same of the original, where some enriched file has the key.
Step shared_in_original(const SqlShape& shape);

/// unmatched_row_K(row, key): rows of a file that have keys, none of which the original has, with their first key.
std::vector<Step> unmatched_row(const SqlShape& shape, int file);
/// unmatched_record(row, key): each such key once, numbered by first appearance over all files.
std::vector<Step> unmatched_record(const SqlShape& shape);
/// unmatched_member_K(row, key_id): the rows again, with the number of their record as key_id.
std::vector<Step> unmatched_member(const SqlShape& shape, int file);
/// unmatched_used_key_K(key_id, rows) and unmatched_reach(row, k1, k2, …): as for the original.
std::vector<Step> unmatched_used_key(const SqlShape& shape, int file);
std::vector<Step> unmatched_reach(const SqlShape& shape);

/// The name of the file's rows as they come, in any order (`crm_read`) or in the file's (`crm_read_in_order`).
Sql rows_of_file(int file, bool in_order = false);

}  // namespace crm
