#include "engine/sql/consolidate_steps.h"

#include "engine/sql/import_steps.h"
#include "engine/sql/key_functions.h"

namespace crm {
namespace {

constexpr SqlTemplate kNoTime = "-9223372036854775807";  // before every time: rows without one come last

Sql kind_literal(const SqlShape& shape, int column) {
  return sql("{}", Literal(std::string(kind_name(shape.plan.columns[column].kind))));
}

Sql numbers(const std::vector<int>& values) {
  std::vector<Sql> parts;
  for (const int value : values) parts.push_back(sql("{}", value));
  return Sql::join(parts, ", ");
}

/// Where a value comes from, as one number: the file (from 1), then the row.
Sql source(int file, const Sql& row) { return sql("{} + {}", static_cast<std::int64_t>(file + 1) << kSourceRowBits, row); }

/// What the strategy compares one value by; larger is better.
Sql measure(const SqlShape& shape, int column) {
  switch (shape.plan.columns[column].strategy) {
    case Strategy::longest: return sql("crm_length(h.{})", numbered("v", column));
    case Strategy::most_complete: return sql("h.completeness");
    case Strategy::most_recent: return sql("coalesce(h.recency, {})", sql(kNoTime));
    case Strategy::first:
    case Strategy::last:
    case Strategy::most_frequent:
    case Strategy::concat: break;
  }
  return sql("0");
}

/// A number by which the strategy's choice comes first: the better measure, then the earlier row.
Sql choice_order(const SqlShape& shape, int column) {
  switch (shape.plan.columns[column].strategy) {
    case Strategy::longest:  // code points fit in 27 bits, rows in 36
      return sql("h.row - {} * 68719476736", measure(shape, column));
    case Strategy::most_complete:  // columns fit in 22 bits, rows in 40
      return sql("h.row - {} * 1099511627776", measure(shape, column));
    case Strategy::most_recent:
      return sql("h.row - CAST({} AS HUGEINT) * 1099511627776", measure(shape, column));
    case Strategy::last: return sql("-h.row");
    case Strategy::first:
    case Strategy::most_frequent:
    case Strategy::concat: break;
  }
  return sql("h.row");
}

/// FROM and WHERE of the part of hit_K at hand.
Select slice(const SqlShape& shape, Side side, int file, const RangeSql& range, const std::optional<Identifier>& among) {
  Select select;
  select.from = sql("{} AS h", shape.part_table(side, "hit", file));
  if (among) select.joins = {sql("SEMI JOIN {} AS a ON a.key_id = h.key_id", *among)};
  select.where = {sql("h.key_id >= {}", range.first_key), sql("h.key_id < {}", range.end_key)};
  return select;
}

/// The record of a key that one row has: the row.
Select single_record(const SqlShape& shape, int file, Select select) {
  select.columns = {sql("h.key_id")};
  for (const int column : shape.columns_of_file[file]) {
    const Identifier value = numbered("v", column);
    const auto where_filled = [&](const Sql& expression, const char* stem) {
      select.columns.push_back(sql("CASE WHEN h.{} IS NOT NULL THEN {} END AS {}", value, expression, numbered(stem, column)));
    };
    select.columns.push_back(sql("h.{}", value));
    where_filled(source(file, sql("h.row")), "s");
    if (shape.lines) where_filled(sql("h.line"), "l");
    if (shape.is_measured(column)) where_filled(measure(shape, column), "m");
    select.columns.push_back(sql("CAST(0 AS UTINYINT) AS {}", numbered("x", column)));
    if (shape.lists(column)) {
      select.columns.push_back(sql("CAST(NULL AS STRUCT(text VARCHAR, \"row\" BIGINT, line BIGINT, \"rows\" BIGINT)[]) AS {}",
                                   numbered("d", column)));
    }
  }
  select.where.push_back(sql("h.size = 1"));
  return select;
}

/// The record of a key that several rows have.
Select group_record(const SqlShape& shape, int file, Select select) {
  select.columns = {sql("h.key_id")};
  for (const int column : shape.columns_of_file[file]) {
    const Identifier value = numbered("v", column);
    const Sql order = choice_order(shape, column);
    const auto of_chosen = [&](const Sql& aggregate, const char* stem) {
      select.columns.push_back(sql("{} FILTER (WHERE h.{} IS NOT NULL) AS {}", aggregate, value, numbered(stem, column)));
    };
    select.columns.push_back(sql("arg_min(h.{}, {}) AS {}", value, order, value));
    of_chosen(sql("arg_min({}, {})", source(file, sql("h.row")), order), "s");
    if (shape.lines) of_chosen(sql("arg_min(h.line, {})", order), "l");
    if (shape.is_measured(column)) of_chosen(sql("max({})", measure(shape, column)), "m");
    const Sql values = sql("crm_values(h.{}, h.row, h.line)", value);
    select.columns.push_back(sql("crm_spread({}, {}) AS {}", kind_literal(shape, column), values, numbered("x", column)));
    if (shape.lists(column)) select.columns.push_back(sql("{} AS {}", values, numbered("d", column)));
  }
  select.where.push_back(sql("h.size > 1"));
  select.group_by = {sql("h.key_id")};
  return select;
}

}  // namespace

std::vector<Step> owner(const SqlShape&, Side side, int file) {
  Select select;
  select.columns = {sql("m.row"), sql("u.key_id"), sql("u.rows AS size")};
  select.from = side == Side::original ? sql("{} AS m", numbered("enriched_key_", file + 1))
                                      : sql("{} AS m", numbered("unmatched_member_", file + 1));
  select.joins = {sql("JOIN {} AS u ON u.key_id = m.key_id", side_table(side, "used_key", file))};
  select.order_by = {sql("m.row"), sql("u.key_id")};
  return {{side_table(side, "owner", file).name(),
           "The rows that somebody reaches, and by which key: once per key that is used, never once per row of the "
           "original.",
           {select}}};
}

std::vector<Step> hit(const SqlShape& shape, Side side, int file) {
  Select select;
  select.columns = {sql("e.key_id"), sql("e.size"), sql("e.row"), sql("e.line")};
  for (const int column : shape.columns_of_file[file]) {
    const Sql value = sql("crm_value(e.{})", numbered("c", shape.plan.columns[column].sources[file]));
    const std::vector<int> lanes = side == Side::original ? shape.masked_lanes(column) : std::vector<int>{};
    select.columns.push_back(lanes.empty() ? sql("{} AS {}", value, numbered("v", column))
                                           : sql("CASE WHEN e.key_id & 255 NOT IN ({}) THEN {} END AS {}",
                                                 numbers(lanes), value, numbered("v", column)));
  }
  const PlanInput& input = shape.plan.inputs[file];
  if (shape.needs_completeness(file)) select.columns.push_back(sql("e.filled AS completeness"));
  if (shape.needs_recency(file)) {
    select.columns.push_back(input.recency_column ? sql("crm_recency(e.{}) AS recency", numbered("c", *input.recency_column))
                                                  : sql("CAST(NULL AS BIGINT) AS recency"));
  }
  select.from = sql("crm_owned({}) AS e", file + 1);
  select.order_by = {sql("e.key_id"), sql("e.row")};
  return {{shape.part_table(side, "hit", file).name(),
           "The file is read again, and only its owned rows are kept: crm_owned gives them with their owner. Sorted by "
           "key; blank cells are NULL, and so is what a company's match may not fill.",
           {select}}};
}

std::vector<Step> consolidated(const SqlShape& shape, Side side, int file, const RangeSql& range,
                               const std::optional<Identifier>& among) {
  const Select rows = slice(shape, side, file, range, among);
  Step group;
  group.name = side_table(side, "grouped", file).name();
  group.reason = "Keys that several rows of the file have: per column the value that its strategy chooses, blanks ignored.";
  group.selects = {group_record(shape, file, rows)};
  Select grouped;
  grouped.columns = {sql("key_id")};
  for (const RecordColumn& column : record_columns(shape, file)) grouped.columns.push_back(column.name);
  grouped.from = sql("{}", Identifier(group.name));
  Step step;
  step.name = side_table(side, "consolidated", file).name();
  step.reason = "One record per key. A key that one row has needs no choosing: the record is the row.";
  step.selects = {single_record(shape, file, rows), grouped};
  return {group, step};
}

std::vector<RecordColumn> record_columns(const SqlShape& shape, int file) {
  std::vector<RecordColumn> columns;
  const auto add = [&](const char* stem, int column) {
    columns.push_back({sql("{}", numbered(stem, column)), column});
  };
  for (const int column : shape.columns_of_file[file]) {
    add("v", column);
    add("s", column);
    if (shape.lines) add("l", column);
    if (shape.is_measured(column)) add("m", column);
    add("x", column);
    if (shape.lists(column)) add("d", column);
  }
  return columns;
}

std::vector<Step> carried_key(const SqlShape&, int file, std::uint64_t rows_per_range) {
  const Identifier key = numbered("k", file + 1);
  Select select;
  select.columns = {sql("DISTINCT (row - 1) // {} AS range", rows_per_range), sql("{} AS key_id", key)};
  select.from = sql("reach");
  select.where = {sql("(row - 1) // {} <> (({} >> {}) - 1) // {}", rows_per_range, key, kEntryRowBits, rows_per_range)};
  return {{numbered("carried_key_", file + 1).name(),
           "Keys that are taken in another range than the one whose rows hold them first.",
           {select}}};
}

std::vector<Step> carried(const SqlShape& shape, int file) {
  Select select;
  select.columns = {sql("k.range"), sql("k.key_id")};
  for (const RecordColumn& column : record_columns(shape, file)) select.columns.push_back(sql("r.{}", column.name));
  select.from = sql("{} AS k", numbered("carried_key_", file + 1));
  select.joins = {sql("JOIN {} AS r ON r.key_id = k.key_id", shape.part_table(Side::original, "carried_record", file))};
  select.order_by = {sql("k.range"), sql("k.key_id")};
  return {{shape.part_table(Side::original, "carried", file).name(),
           "Their records, once for each range that needs them, in the order of ranges.",
           {select}}};
}

}  // namespace crm
