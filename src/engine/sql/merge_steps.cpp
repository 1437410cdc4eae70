#include "engine/sql/merge_steps.h"

#include <algorithm>

#include "engine/sql/consolidate_steps.h"
#include "engine/sql/key_functions.h"

namespace crm {
namespace {

Sql kind_literal(Kind kind) { return sql("{}", Literal(std::string(kind_name(kind)))); }

/// A column of a file's record as `met` names it: e1_v3.
Sql of_file(int file, const char* stem, int column) {
  return sql("{}", Identifier("e" + std::to_string(file + 1) + "_" + stem + std::to_string(column)));
}

Sql numbers(const std::vector<int>& values) {
  std::vector<Sql> parts;
  for (const int value : values) parts.push_back(sql("{}", value));
  return Sql::join(parts, ", ");
}

/// Which file's value is taken: a 1-based number, NULL for none.
Sql choice(const SqlShape& shape, int column) {
  std::vector<int> files = shape.files_of_column[column];
  std::vector<Sql> cases;
  if (shape.is_measured(column)) {
    std::vector<Sql> measures;
    for (const int file : files) measures.push_back(of_file(file, "m", column));
    for (const int file : files) cases.push_back(sql("WHEN {} THEN {}", of_file(file, "m", column), file + 1));
    return sql("CASE greatest({}) {} END", Sql::join(measures, ", "), Sql::join(cases, " "));
  }
  if (shape.plan.columns[column].strategy == Strategy::last) std::reverse(files.begin(), files.end());
  for (const int file : files) {
    cases.push_back(sql("WHEN {} IS NOT NULL THEN {}", of_file(file, "v", column), file + 1));
  }
  return sql("CASE {} END", Sql::join(cases, " "));
}

/// A member of the chosen file's record.
Sql of_chosen_file(const SqlShape& shape, const char* stem, int column) {
  std::vector<Sql> cases;
  for (const int file : shape.files_of_column[column]) {
    cases.push_back(sql("WHEN {} THEN {}", file + 1, of_file(file, stem, column)));
  }
  return sql("CASE {} {} END", numbered("p", column), Sql::join(cases, " "));
}

/// The arguments of crm_most_frequent and crm_concat, in the order of ranks.
Sql groups(const SqlShape& shape, int column) {
  std::vector<Sql> parts;
  for (const int file : shape.files_of_column[column]) {
    parts.push_back(sql("CAST({} AS BIGINT), {}, {}, {}, {}", file + 1, of_file(file, "v", column),
                        of_file(file, "s", column),
                        shape.lines ? of_file(file, "l", column) : sql("CAST(0 AS BIGINT)"),
                        of_file(file, "d", column)));
  }
  return Sql::join(parts, ", ");
}

void add_choice(const SqlShape& shape, int column, Select& select) {
  const PlanColumn& merged = shape.plan.columns[column];
  const Identifier r = numbered("r", column), v = numbered("v", column), p = numbered("p", column);
  if (shape.is_set_strategy(column)) {
    const bool concat = merged.strategy == Strategy::concat;
    select.columns.push_back(concat ? sql("crm_concat({}, {}) AS {}", column, groups(shape, column), r)
                                    : sql("crm_most_frequent({}, {}) AS {}", column, groups(shape, column), r));
    select.columns.push_back(sql("struct_extract({}, 'text') AS {}", r, v));
    if (concat) {
      select.columns.push_back(sql("struct_extract({}, 'sources') AS {}", r, numbered("q", column)));
    } else {
      select.columns.push_back(sql("struct_extract({}, 'file') AS {}", r, p));
      select.columns.push_back(sql("struct_extract({}, 'row') AS {}", r, numbered("s", column)));
      if (shape.lines) select.columns.push_back(sql("struct_extract({}, 'line') AS {}", r, numbered("l", column)));
    }
    return;
  }
  select.columns.push_back(sql("CAST({} AS BIGINT) AS {}", choice(shape, column), p));
  select.columns.push_back(sql("{} AS {}", of_chosen_file(shape, "v", column), v));
  select.columns.push_back(sql("{} AS {}", of_chosen_file(shape, "s", column), numbered("s", column)));
  if (shape.lines) select.columns.push_back(sql("{} AS {}", of_chosen_file(shape, "l", column), numbered("l", column)));
}

void add_conflict(const SqlShape& shape, Side side, int column, Select& select) {
  const PlanColumn& merged = shape.plan.columns[column];
  std::vector<Sql> values, within;
  if (merged.original_column && side == Side::original) {
    values.push_back(sql("crm_value({})", numbered("c", *merged.original_column)));
  }
  for (const int file : shape.files_of_column[column]) {
    values.push_back(of_file(file, "v", column));
    within.push_back(of_file(file, "x", column));
  }
  if (values.size() == 1) {
    select.columns.push_back(sql("{} AS {}", within.front(), numbered("x", column)));
    return;
  }
  select.columns.push_back(sql("greatest(crm_conflict({}, {}), {}) AS {}", kind_literal(merged.kind),
                               Sql::join(values, ", "), Sql::join(within, ", "), numbered("x", column)));
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

Sql output_cell(const SqlShape& shape, const OutputColumn& output) {
  switch (output.role) {
    case OutputColumn::Role::original:
      return output.column < 0 ? sql("{}", numbered("c", output.original_column))
                               : after(shape.plan.columns[output.column], output.column);
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
  for (int j = 0; j < static_cast<int>(shape.plan.columns.size()); ++j) {
    MergedLayout::Column& place = layout.columns[j];
    const PlanColumn& merged = shape.plan.columns[j];
    if (shape.files_of_column[j].empty()) continue;
    if (merged.original_column) place.before = columns.add(sql("{}", numbered("c", *merged.original_column)));
    place.value = columns.add(sql("{}", numbered("v", j)));
    place.conflict = columns.add(sql("{}", numbered("x", j)));
    if (merged.strategy == Strategy::concat) {
      place.sources = columns.add(sql("{}", numbered("q", j)));
    } else {
      place.file = columns.add(sql("{}", numbered("p", j)));
      place.source_row = columns.add(sql("{}", numbered("s", j)));
      if (shape.lines) place.source_line = columns.add(sql("{}", numbered("l", j)));
    }
    if (!shape.plan.want_conflicts) continue;
    place.file_value.assign(shape.files, -1);
    place.file_values.assign(shape.files, -1);
    for (const int file : shape.files_of_column[j]) {
      place.file_value[file] = columns.add(of_file(file, "v", j));
      place.file_values[file] = columns.add(of_file(file, "d", j));
    }
  }
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
    step.selects.push_back(all_of(numbered("carried_", file + 1)));
    step.selects.back().where = {sql("range = {}", range.number)};
  }
  return step;
}

Step met(const SqlShape& shape, Side side, const RangeSql& range) {
  Select select;
  select.columns = {sql("o.row")};
  if (side == Side::original) {
    for (int c = 0; c < shape.plan.original_column_count; ++c) select.columns.push_back(member(sql("o"), "c", c));
    select.from = sql("crm_range({}) AS o", range.slot);
  } else {
    select.from = sql("(SELECT range AS row FROM range({}, {})) AS o", range.first_row, range.end_row);
  }
  select.joins.push_back(sql("LEFT JOIN {} AS t ON t.row = o.row",
                             side == Side::original ? sql("taken") : sql("unmatched_taken")));
  for (int file = 0; file < shape.files; ++file) {
    const Identifier key = numbered("k", file + 1), values = numbered("e", file + 1);
    select.joins.push_back(
        sql("LEFT JOIN {} AS {} ON {}.key_id = t.{}", side_table(side, "record", file), values, values, key));
    select.columns.push_back(sql("t.{}", key));
    for (const RecordColumn& column : record_columns(shape, file)) {
      const std::vector<int> lanes = side == Side::original ? shape.masked_lanes(column.column) : std::vector<int>{};
      const Identifier name(values.name() + "_" + column.name.text());
      select.columns.push_back(lanes.empty() ? sql("{}.{} AS {}", values, column.name, name)
                                             : sql("CASE WHEN t.{} & 255 NOT IN ({}) THEN {}.{} END AS {}", key,
                                                   numbers(lanes), values, column.name, name));
    }
  }
  return {side == Side::original ? "met" : "unmatched_met",
          "Each row of the range beside the record that it reaches in each file: at most one, so no row is multiplied. "
          "What a company's match may not fill is left out.",
          {select}};
}

Step chosen_value(const SqlShape& shape, Side side) {
  Select select;
  select.columns = {sql("row")};
  if (side == Side::original) {
    for (int c = 0; c < shape.plan.original_column_count; ++c) select.columns.push_back(sql("{}", numbered("c", c)));
  }
  for (int file = 0; file < shape.files; ++file) select.columns.push_back(sql("{}", numbered("k", file + 1)));
  for (int j = 0; j < static_cast<int>(shape.plan.columns.size()); ++j) {
    if (shape.files_of_column[j].empty()) {
      select.columns.push_back(sql("CAST(NULL AS VARCHAR) AS {}", numbered("v", j)));
      continue;
    }
    add_choice(shape, j, select);
    add_conflict(shape, side, j, select);
    if (!shape.plan.want_conflicts) continue;
    for (const int file : shape.files_of_column[j]) {
      for (const char* stem : {"v", "d"}) select.columns.push_back(of_file(file, stem, j));
    }
  }
  select.from = side == Side::original ? sql("met") : sql("unmatched_met");
  return {side == Side::original ? "chosen_value" : "unmatched_value",
          "Per column the value that is chosen over all files, where it came from, and whether the values differ.",
          {select}};
}

MergedResult merged_result(const SqlShape& shape) {
  MergedResult result;
  ColumnList columns;
  result.layout.row = columns.add(sql("row"));
  for (std::size_t i = 0; i < shape.plan.output.size(); ++i) {
    result.layout.output.push_back(columns.add(
        sql("{} AS {}", output_cell(shape, shape.plan.output[i]), numbered("w", static_cast<int>(i)))));
  }
  for (int file = 0; file < shape.files; ++file) {
    result.layout.key.push_back(columns.add(sql("{}", numbered("k", file + 1))));
  }
  if (shape.plan.record_id_column) {
    result.layout.record_id = columns.add(sql("{} AS record_id", numbered("c", *shape.plan.record_id_column)));
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
    result.layout.output.push_back(
        columns.add(sql("coalesce({}, '') AS {}", numbered("v", column), numbered("w", column))));
  }
  Select select;
  select.columns = columns.take();
  select.from = sql("unmatched_value");
  result.step = {"unmatched_enriched", "One line per record of nobody.", {select}};
  return result;
}

}  // namespace crm
