#pragma once

#include <memory>
#include <string>

#include "engine/sql/key_maker_pool.h"
#include "model/plan.h"

namespace crm::duck {
class Connection;
}

namespace crm {

/// Throws limit_exceeded: a cell of the column is larger than kMaxConsolidatedCellBytes.
[[noreturn]] void throw_cell_too_large(const std::string& column);

/// Adds to a connection what looks at several values of a cell:
/// - `crm_values(text, row, line)` → STRUCT(text, row, line, rows)[], an aggregate: the distinct texts (NULLs left out),
///   each with its first row and its number of rows, in order; NULL where there are none
/// - `crm_spread(kind, values)` → UTINYINT: as crm_conflict, of the values of one file
/// - `crm_conflict(kind, text…)` → UTINYINT: 0 where the texts (NULLs left out) are one, 1 where they differ in
///   formatting only, 2 where two of them differ
/// - `crm_most_frequent(column, group…)` → STRUCT(text, source, line)
/// - `crm_concat(column, group…)` → STRUCT(text, sources STRUCT(source, line)[])
/// - `crm_standing(column, original, chosen, value…)` → VARCHAR: a letter for each file's value, beside what the output holds
///   by the column's policy: `-` there is none, `=` the same or different in formatting only, `x` another
/// A column is the index of a merged column.
/// A group is what one file has, in the order of ranks, as four arguments: first value, its source (file and row as one
/// number), its line, and the distinct values as STRUCT(text, row, line, rows)[] in order, or NULL where the first is the
/// only one.
/// Errors: limit_exceeded for a concatenated cell of more than kMaxConsolidatedCellBytes.
void add_value_functions(duck::Connection& connection, std::shared_ptr<KeyMakerPool> makers, const MergePlan& plan);

}  // namespace crm
