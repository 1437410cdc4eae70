#include "engine/sql/merge_steps.h"

#include <algorithm>

#include "engine/sql/consolidate_steps.h"
#include "engine/sql/key_functions.h"

namespace crm {
namespace {

Sql kind_literal(Kind kind) { return sql("{}", Literal(std::string(kind_name(kind)))); }

/// A member of a file's record: e1.v3.
Sql of_file(int file, const char* stem, int column) {
  return sql("{}.{}", numbered("e", file + 1), numbered(stem, column));
}

/// The name of a file's member in chosen_value: e1_v3.
Identifier kept_name(int file, const char* stem, int column) {
  return Identifier("e" + std::to_string(file + 1) + "_" + stem + std::to_string(column));
}

/// A member of the record whose value is taken.
Sql of_chosen(const SqlShape& shape, const char* stem, int column) {
  std::vector<int> files = shape.files_of_column[column];
  std::vector<Sql> members, measures, cases;
  if (shape.is_measured(column)) {
    for (const int file : files) {
      measures.push_back(of_file(file, "m", column));
      cases.push_back(sql("WHEN {} THEN {}", of_file(file, "m", column), of_file(file, stem, column)));
    }
    return sql("CASE greatest({}) {} END", Sql::join(measures, ", "), Sql::join(cases, " "));
  }
  if (shape.plan.columns[column].strategy == Strategy::last) std::reverse(files.begin(), files.end());
  for (const int file : files) members.push_back(of_file(file, stem, column));
  return members.size() == 1 ? members.front() : sql("coalesce({})", Sql::join(members, ", "));
}

/// A file's arguments of crm_most_frequent and crm_concat.
Sql group(const SqlShape& shape, int file, int column) {
  return sql("{}, {}, {}, {}", of_file(file, "v", column), of_file(file, "s", column),
             shape.lines ? of_file(file, "l", column) : sql("CAST(0 AS BIGINT)"), of_file(file, "d", column));
}

/// Those of all files, in the order of ranks.
Sql groups(const SqlShape& shape, int column) {
  std::vector<Sql> parts;
  for (const int file : shape.files_of_column[column]) parts.push_back(group(shape, file, column));
  return Sql::join(parts, ", ");
}

void add_choice(const SqlShape& shape, int column, Select& select) {
  const Identifier v = numbered("v", column), s = numbered("s", column), l = numbered("l", column);
  if (!shape.is_set_strategy(column)) {
    select.columns.push_back(sql("{} AS {}", of_chosen(shape, "v", column), v));
    select.columns.push_back(sql("{} AS {}", of_chosen(shape, "s", column), s));
    if (shape.lines) select.columns.push_back(sql("{} AS {}", of_chosen(shape, "l", column), l));
    return;
  }
  const Identifier r = numbered("r", column);
  const bool concat = shape.plan.columns[column].strategy == Strategy::concat;
  select.columns.push_back(concat ? sql("crm_concat({}, {}) AS {}", column, groups(shape, column), r)
                                  : sql("crm_most_frequent({}, {}) AS {}", column, groups(shape, column), r));
  select.columns.push_back(sql("struct_extract({}, 'text') AS {}", r, v));
  if (concat) {
    select.columns.push_back(sql("struct_extract({}, 'sources') AS {}", r, s));
  } else {
    select.columns.push_back(sql("struct_extract({}, 'source') AS {}", r, s));
    if (shape.lines) select.columns.push_back(sql("struct_extract({}, 'line') AS {}", r, l));
  }
}

void add_conflict(const SqlShape& shape, int column, Select& select) {
  const PlanColumn& merged = shape.plan.columns[column];
  std::vector<Sql> values, within;
  if (merged.original_column) values.push_back(sql("crm_value(o.{})", numbered("c", *merged.original_column)));
  for (const int file : shape.files_of_column[column]) {
    values.push_back(of_file(file, "v", column));
    within.push_back(of_file(file, "x", column));
  }
  const Identifier x = numbered("x", column);
  select.columns.push_back(values.size() == 1
                               ? sql("{} AS {}", within.front(), x)
                               : sql("greatest(crm_conflict({}, {}), {}) AS {}", kind_literal(merged.kind),
                                     Sql::join(values, ", "), Sql::join(within, ", "), x));
}

/// What a file's rows alone come to.
Sql value_alone(const SqlShape& shape, int file, int column) {
  if (shape.plan.columns[column].strategy != Strategy::most_frequent) return of_file(file, "v", column);
  return sql("struct_extract(crm_most_frequent({}, {}), 'text')", column, group(shape, file, column));
}

void add_standing(const SqlShape& shape, int column, Select& select) {
  const PlanColumn& merged = shape.plan.columns[column];
  std::vector<Sql> values;
  for (const int file : shape.files_of_column[column]) values.push_back(value_alone(shape, file, column));
  const Sql chosen = shape.is_set_strategy(column) ? sql("struct_extract({}, 'text')", numbered("r", column))
                                                   : of_chosen(shape, "v", column);
  const Sql original = merged.original_column ? sql("crm_value(o.{})", numbered("c", *merged.original_column))
                                              : sql("CAST(NULL AS VARCHAR)");
  select.columns.push_back(sql("crm_standing({}, {}, {}, {}) AS {}", column, original, chosen, Sql::join(values, ", "),
                               numbered("g", column)));
}

/// The original's cell against the enriched value.
Sql after(const PlanColumn& column, int index) {
  const Identifier cell = numbered("c", *column.original_column), value = numbered("v", index);
  switch (effective_policy(column)) {
    case ConflictPolicy::keep_original:
      return sql("CASE WHEN {} IS NOT NULL AND crm_blank({}) THEN {} ELSE {} END", value, cell, value, cell);
    case ConflictPolicy::use_enriched:
      return sql("CASE WHEN {} IS NOT NULL AND (crm_blank({}) OR NOT crm_same({}, {}, {})) THEN {} ELSE {} END", value,
                 cell, kind_literal(column.kind), cell, value, value, cell);
    case ConflictPolicy::create_alternate:
    case ConflictPolicy::original_only: break;
  }
  return sql("{}", cell);
}

Sql identifier_used(const SqlShape& shape) {
  std::vector<Sql> parts;
  for (int file = 0; file < shape.files; ++file) parts.push_back(sql("({} & 255) >> 1", numbered("k", file + 1)));
  return parts.size() == 1 ? parts.front() : sql("least({})", Sql::join(parts, ", "));
}

Sql explaining(const SqlShape& shape, OutputColumn::Role role) {
  std::vector<Sql> parts;
  if (role == OutputColumn::Role::matched_on) {
    for (std::size_t i = 0; i < shape.plan.identifiers.size(); ++i) {
      parts.push_back(sql("WHEN {} THEN {}", i, Literal(shape.plan.identifiers[i].label)));
    }
    return sql("coalesce(CASE {} {} END, '')", identifier_used(shape), Sql::join(parts, " "));
  }
  if (role == OutputColumn::Role::enriched_from) {
    for (int file = 0; file < shape.files; ++file) {
      parts.push_back(sql("CASE WHEN {} IS NOT NULL THEN {} END", numbered("k", file + 1),
                          Literal(shape.plan.inputs[file].name)));
    }
    return sql("concat_ws('; ', {})", Sql::join(parts, ", "));
  }
  for (int file = 0; file < shape.files; ++file) parts.push_back(sql("{}", numbered("k", file + 1)));
  const Sql matched = sql("coalesce({}) IS NOT NULL", Sql::join(parts, ", "));
  return role == OutputColumn::Role::match_score
             ? sql("CASE WHEN {} THEN '1' ELSE '' END", matched)
             : sql("CASE WHEN {} THEN 'matched' ELSE 'unmatched' END", matched);
}

/// True if an output column can differ from the original's cell.
bool is_changing(const SqlShape& shape, const OutputColumn& output) {
  if (output.role != OutputColumn::Role::original) return true;
  if (output.column < 0) return false;
  const ConflictPolicy policy = effective_policy(shape.plan.columns[output.column]);
  return policy == ConflictPolicy::keep_original || policy == ConflictPolicy::use_enriched;
}

Sql output_cell(const SqlShape& shape, const OutputColumn& output) {
  switch (output.role) {
    case OutputColumn::Role::original:
      return is_changing(shape, output) ? after(shape.plan.columns[output.column], output.column)
                                        : sql("{}", numbered("c", output.original_column));
    case OutputColumn::Role::alternate:
    case OutputColumn::Role::fresh: return sql("coalesce({}, '')", numbered("v", output.column));
    case OutputColumn::Role::matched_on:
    case OutputColumn::Role::match_score:
    case OutputColumn::Role::enriched_from:
    case OutputColumn::Role::match_quality: break;
  }
  return explaining(shape, output.role);
}

/// Collects the columns of a SELECT and remembers where each stands.
class ColumnList {
 public:
  int add(Sql column) {
    columns_.push_back(std::move(column));
    return static_cast<int>(columns_.size()) - 1;
  }
  std::vector<Sql> take() { return std::move(columns_); }

 private:
  std::vector<Sql> columns_;
};

void add_accounts(const SqlShape& shape, ColumnList& columns, MergedLayout& layout) {
  layout.columns.resize(shape.plan.columns.size());
  for (const int j : shape.columns) {
    MergedLayout::Column& place = layout.columns[j];
    const PlanColumn& merged = shape.plan.columns[j];
    if (shape.files_of_column[j].empty()) continue;
    if (merged.original_column) place.value = columns.add(sql("{}", numbered("v", j)));
    place.conflict = columns.add(sql("{}", numbered("x", j)));
    place.standing = columns.add(sql("{}", numbered("g", j)));
    (merged.strategy == Strategy::concat ? place.sources : place.source) = columns.add(sql("{}", numbered("s", j)));
    if (shape.lines && merged.strategy != Strategy::concat) place.line = columns.add(sql("{}", numbered("l", j)));
    if (!shape.plan.want_conflicts) continue;
    place.file_value.assign(shape.files, -1);
    place.file_values.assign(shape.files, -1);
    for (const int file : shape.files_of_column[j]) {
      place.file_value[file] = columns.add(sql("{}", kept_name(file, "v", j)));
      place.file_values[file] = columns.add(sql("{}", kept_name(file, "d", j)));
    }
  }
}

Sql taken_name(Side side) { return side == Side::original ? sql("taken") : sql("unmatched_taken"); }

Sql numbered_rows(const RangeSql& range) {
  return sql("(SELECT range AS row FROM range({}, {})) AS o", range.first_row, range.end_row);
}

/// The original's cells that the part needs. (A part of several never tells the cells that nothing changes.)
std::vector<int> original_cells(const SqlShape& shape) {
  std::vector<int> cells;
  if (shape.parts == 1) {
    for (int c = 0; c < shape.plan.original_column_count; ++c) cells.push_back(c);
    return cells;
  }
  for (const int column : shape.columns) {
    if (shape.plan.columns[column].original_column) cells.push_back(*shape.plan.columns[column].original_column);
  }
  return cells;
}

/// The row's number; NULL, which ends the merge, if what stands beside it is of another row.
Sql row_in_place(const SqlShape& shape) {
  std::vector<Sql> same = {sql("t.row = o.row")};
  for (int file = 0; file < shape.files; ++file) {
    if (shape.joins(file)) same.push_back(sql("{}.row = o.row", numbered("e", file + 1)));
  }
  return sql("CASE WHEN {} THEN o.row END AS row", Sql::join(same, " AND "));
}

}  // namespace

Step taken(const SqlShape& shape, Side side, const RangeSql& range) {
  Select select;
  select.columns = {sql("row")};
  for (int file = 0; file < shape.files; ++file) select.columns.push_back(sql("{}", numbered("k", file + 1)));
  select.from = side == Side::original ? sql("reach") : sql("unmatched_reach");
  select.where = {sql("row >= {}", range.first_row), sql("row < {}", range.end_row)};
  return {side == Side::original ? "taken" : "unmatched_taken", "The keys that the rows of this range take.", {select}};
}

Step record(const SqlShape& shape, Side side, int file, const RangeSql& range, bool with_carried) {
  const auto all_of = [&](const Identifier& table) {
    Select select;
    select.columns = {sql("key_id")};
    for (const RecordColumn& column : record_columns(shape, file)) select.columns.push_back(column.name);
    select.from = sql("{}", table);
    return select;
  };
  Step step;
  step.name = side_table(side, "record", file).name();
  step.reason = "Their records.";
  step.selects = {all_of(side_table(side, "consolidated", file))};
  if (with_carried) {
    step.reason = "Their records; those of keys that rows of another range hold first were carried here.";
    step.selects.push_back(all_of(shape.part_table(Side::original, "carried", file)));
    step.selects.back().where = {sql("range = {}", range.number)};
  }
  return step;
}

Step taken_in_order(const SqlShape& shape, Side side, const RangeSql& range) {
  Select select;
  select.columns = {sql("o.row")};
  for (int file = 0; file < shape.files; ++file) select.columns.push_back(sql("t.{}", numbered("k", file + 1)));
  select.from = numbered_rows(range);
  select.joins = {sql("LEFT JOIN {} AS t ON t.row = o.row", taken_name(side))};
  select.order_by = {sql("o.row")};
  return {"taken_in_order", "The same with a line for every row of the range: what is joined from here on stands in its place.",
          {select}};
}

Step value(const SqlShape& shape, Side side, int file) {
  Select select;
  select.columns = {sql("t.row")};
  for (const RecordColumn& column : record_columns(shape, file)) select.columns.push_back(sql("r.{}", column.name));
  select.from = sql("taken_in_order AS t");
  select.joins = {sql("LEFT JOIN {} AS r ON r.key_id = t.{}", side_table(side, "record", file), numbered("k", file + 1))};
  select.order_by = {sql("t.row")};
  return {numbered("value_", file + 1).name(), "What each row of the range gets of this file, in the order of rows.", {select}};
}

Step chosen_value(const SqlShape& shape, Side side, const RangeSql& range, Meeting meeting) {
  Select select;
  select.columns = {meeting == Meeting::by_key ? sql("o.row") : row_in_place(shape)};
  if (side == Side::original) {
    for (const int c : original_cells(shape)) select.columns.push_back(sql("o.{}", numbered("c", c)));
  }
  select.from = side == Side::original ? sql("crm_range({}) AS o", range.slot) : numbered_rows(range);
  select.joins = {meeting == Meeting::by_key ? sql("LEFT JOIN {} AS t ON t.row = o.row", taken_name(side))
                                             : sql("POSITIONAL JOIN taken_in_order AS t")};
  for (int file = 0; file < shape.files; ++file) {
    const Identifier key = numbered("k", file + 1), values = numbered("e", file + 1);
    select.columns.push_back(sql("t.{}", key));
    if (!shape.joins(file)) continue;
    select.joins.push_back(meeting == Meeting::by_key
                               ? sql("LEFT JOIN {} AS {} ON {}.key_id = t.{}", side_table(side, "record", file), values,
                                     values, key)
                               : sql("POSITIONAL JOIN {} AS {}", numbered("value_", file + 1), values));
  }
  for (const int j : shape.columns) {
    if (shape.files_of_column[j].empty()) {
      select.columns.push_back(sql("CAST(NULL AS VARCHAR) AS {}", numbered("v", j)));
      continue;
    }
    add_choice(shape, j, select);
    if (side == Side::unmatched) continue;
    add_conflict(shape, j, select);
    add_standing(shape, j, select);
    if (!shape.plan.want_conflicts) continue;
    for (const int file : shape.files_of_column[j]) {
      for (const char* stem : {"v", "d"}) {
        select.columns.push_back(sql("{} AS {}", of_file(file, stem, j), kept_name(file, stem, j)));
      }
    }
  }
  return {side == Side::original ? "chosen_value" : "unmatched_value",
          "Each row beside the record that it reaches in each file: at most one, so no row is multiplied. Per column the "
          "value that is chosen over all files, where it came from, and whether the values differ.",
          {select}};
}

void MergedLayout::add_part(const MergedLayout& part, int first) {
  const auto add = [&](int& place, int of_part) {
    if (of_part >= 0) place = first + of_part;
  };
  if (key.empty()) {
    for (const int of_part : part.key) key.push_back(first + of_part);
  }
  output.resize(part.output.size(), -1);
  for (std::size_t i = 0; i < output.size(); ++i) add(output[i], part.output[i]);
  columns.resize(part.columns.size());
  for (std::size_t j = 0; j < columns.size(); ++j) {
    const Column& of_part = part.columns[j];
    add(columns[j].value, of_part.value);
    add(columns[j].source, of_part.source);
    add(columns[j].line, of_part.line);
    add(columns[j].sources, of_part.sources);
    add(columns[j].conflict, of_part.conflict);
    add(columns[j].standing, of_part.standing);
    if (of_part.file_value.empty()) continue;
    columns[j].file_value.assign(of_part.file_value.size(), -1);
    columns[j].file_values.assign(of_part.file_values.size(), -1);
    for (std::size_t file = 0; file < of_part.file_value.size(); ++file) {
      add(columns[j].file_value[file], of_part.file_value[file]);
      add(columns[j].file_values[file], of_part.file_values[file]);
    }
  }
}

MergedResult merged_result(const SqlShape& shape, Cells cells) {
  MergedResult result;
  ColumnList columns;
  result.layout.row = columns.add(sql("row"));
  for (std::size_t i = 0; i < shape.plan.output.size(); ++i) {
    const OutputColumn& output = shape.plan.output[i];
    const bool told = shape.makes(output) && (cells == Cells::all || is_changing(shape, output));
    result.layout.output.push_back(
        told ? columns.add(sql("{} AS {}", output_cell(shape, output), numbered("w", static_cast<int>(i)))) : -1);
  }
  for (int file = 0; file < shape.files && shape.part == 0; ++file) {
    result.layout.key.push_back(columns.add(sql("{}", numbered("k", file + 1))));
  }
  add_accounts(shape, columns, result.layout);
  Select select;
  select.columns = columns.take();
  select.from = sql("chosen_value");
  result.step = {"merged_result",
                 "The original's cell against the enriched value, by the policy of its column; and what reports and side "
                 "files tell of it.",
                 {select}};
  return result;
}

MergedResult unmatched_result(const SqlShape& shape) {
  MergedResult result;
  ColumnList columns;
  result.layout.row = columns.add(sql("row"));
  for (const int column : shape.plan.unmatched_columns) {
    const bool of_part = std::binary_search(shape.columns.begin(), shape.columns.end(), column);
    result.layout.output.push_back(
        of_part ? columns.add(sql("coalesce({}, '') AS {}", numbered("v", column), numbered("w", column))) : -1);
  }
  Select select;
  select.columns = columns.take();
  select.from = sql("unmatched_value");
  result.step = {"unmatched_enriched", "One line per record of nobody.", {select}};
  return result;
}

}  // namespace crm
