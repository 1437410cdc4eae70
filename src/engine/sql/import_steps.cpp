#include "engine/sql/import_steps.h"

#include "engine/sql/key_functions.h"

namespace crm {
namespace {

Sql cells(const std::vector<int>& columns) {
  std::vector<Sql> names;
  for (const int column : columns) names.push_back(sql(", {}", numbered("c", column)));
  return Sql::join(names, "");
}

/// The keys of a row, in the order of the cascade. `columns` are those of each identifier in this file.
Sql keys_of(const MergePlan& plan, MatchMode match, const std::vector<std::vector<int>>& columns) {
  std::vector<Sql> lists;
  for (std::size_t i = 0; i < plan.identifiers.size(); ++i) {
    const bool in_file = i < columns.size() && !columns[i].empty();
    if (!in_file && match == MatchMode::any) continue;
    lists.push_back(sql("crm_keys({}, {}{})", Literal(std::string(kind_name(plan.identifiers[i].kind))), i,
                        in_file ? cells(columns[i]) : Sql()));
  }
  if (lists.empty()) return sql("CAST([] AS VARCHAR[])");
  if (match == MatchMode::all) return sql("crm_all_keys({})", Sql::join(lists, ", "));
  return Sql::join(lists, " || ");
}

Step keys_step(const MergePlan& plan, MatchMode match, const std::vector<std::vector<int>>& columns, const Sql& rows) {
  Step step;
  step.name = "keyed";
  step.reason = match == MatchMode::all
                    ? "The one key of a row: all identifiers together; none where one is missing."
                    : "The keys of a row, in the order of --on, each with the number of its identifier.";
  step.selects = {{{sql("row"), sql("{} AS keys", keys_of(plan, match, columns))}, rows, {}, {}, {}, {}, {}}};
  return step;
}

/// True for a key (by its id) that more than --max-shared rows have.
Sql shared(const SqlShape& shape, const Sql& key_id, const Sql& rows) {
  std::vector<Sql> cases;
  for (std::size_t i = 0; i < shape.plan.identifiers.size(); ++i) {
    const std::uint64_t limit = shape.plan.identifiers[i].max_shared;
    if (limit > 0) cases.push_back(sql("WHEN {} THEN {} > {}", i, rows, limit));
  }
  return sql("CASE ({} & 255) >> 1 {} ELSE FALSE END", key_id, Sql::join(cases, " "));
}

Step one_select(const char* name, const char* reason, Select select) { return {name, reason, {std::move(select)}}; }

}  // namespace

Sql rows_of_file(int file, bool in_order) {
  return in_order ? sql("crm_read_in_order({})", file + 1) : sql("crm_read({})", file + 1);
}

std::vector<Step> original_key(const SqlShape& shape) {
  std::vector<std::vector<int>> columns;
  for (const PlanIdentifier& identifier : shape.plan.identifiers) columns.push_back(identifier.original_columns);
  Select select;
  select.columns = {sql("unnest(crm_entries(row, keys)) AS entry"), sql("unnest(keys) AS key")};
  select.from = sql("keyed");
  return {keys_step(shape.plan, shape.plan.match, columns, sql("crm_read(0)")),
          one_select("original_key",
                     "Every key of every row of the original. An entry sorts by row, then by place in the cascade; its "
                     "last byte tells the identifier.",
                     select)};
}

std::vector<Step> key_table(const SqlShape&) {
  Select select;
  select.columns = {sql("key"), sql("min(entry) AS key_id"), sql("count(*) AS rows")};
  select.from = sql("original_key");
  select.group_by = {sql("key")};
  return {one_select("key",
                     "Each key once. Its id is the first entry that holds it: from here on a key is a number, and "
                     "numbers sort as the original does. A row holds a key once, so entries count rows.",
                     select)};
}

std::vector<Step> shared_key(const SqlShape& shape) {
  Select select;
  select.columns = {sql("key_id"), sql("key"), sql("rows")};
  select.from = sql("key");
  select.where = {shared(shape, sql("key_id"), sql("rows"))};
  return {one_select("shared_key",
                     "Keys that more rows of the original hold than --max-shared allows: a switchboard is no person.",
                     select)};
}

std::vector<Step> row_key(const SqlShape& shape) {
  Select held_again;
  held_again.columns = {sql("key"), sql("key_id")};
  held_again.from = sql("key");
  held_again.where = {sql("rows > 1")};
  Select select;
  select.columns = {sql("o.entry"), sql("coalesce(k.key_id, o.entry) AS key_id")};
  select.from = sql("original_key AS o");
  select.joins = {sql("LEFT JOIN held_again AS k ON k.key = o.key")};
  if (shape.has_shared_limits()) {
    select.joins.push_back(sql("ANTI JOIN shared_key AS s ON s.key_id = coalesce(k.key_id, o.entry)"));
  }
  return {one_select("held_again", "Only a key that several rows hold has an id other than the row's own entry.", held_again),
          one_select("row_key", "The keys of the original's rows as numbers, without those that many rows share.", select)};
}

std::vector<Step> enriched_key(const SqlShape& shape, int file) {
  Select listed;
  listed.columns = {sql("row"), sql("unnest(keys) AS key"), sql("generate_subscripts(keys, 1) AS place")};
  listed.from = sql("keyed");
  Select select;
  select.columns = {sql("e.row"), sql("k.key_id"), sql("e.place")};
  select.from = sql("listed AS e");
  select.joins = {sql("LEFT JOIN key AS k ON k.key = e.key")};
  Step step = one_select("", "Where the keys of this file's rows stand in the original; NULL where nobody has them.", select);
  step.name = numbered("enriched_key_", file + 1).name();
  return {keys_step(shape.plan, shape.plan.match, shape.plan.inputs[file].identifier_columns, rows_of_file(file)),
          one_select("listed", "A line per key.", listed), step};
}

std::vector<Step> file_key(const SqlShape& shape, int file) {
  Select select;
  select.columns = {sql("key_id"), sql("count(*) AS rows")};
  select.from = sql("{}", numbered("enriched_key_", file + 1));
  select.where = {sql("key_id IS NOT NULL")};
  select.group_by = {sql("key_id")};
  if (shape.has_shared_limits()) select.having = {sql("NOT {}", shared(shape, sql("key_id"), sql("count(*)")))};
  Step step = one_select("", "The keys by which this file can be reached, and how many of its rows have each.", select);
  step.name = numbered("file_key_", file + 1).name();
  return {step};
}

std::vector<Step> reach(const SqlShape& shape) {
  Step candidates;
  candidates.name = "candidate";
  candidates.reason = "The keys of a row that each file has.";
  Select select;
  select.columns = {sql("entry >> {} AS row", kEntryRowBits)};
  for (int file = 0; file < shape.files; ++file) {
    Select of_file;
    of_file.columns = {sql("CAST({} AS UTINYINT) AS file", file + 1), sql("r.entry"), sql("r.key_id")};
    of_file.from = sql("row_key AS r");
    of_file.joins = {sql("SEMI JOIN {} AS f ON f.key_id = r.key_id", numbered("file_key_", file + 1))};
    candidates.selects.push_back(of_file);
    select.columns.push_back(
        sql("arg_min(key_id, entry) FILTER (WHERE file = {}) AS {}", file + 1, numbered("k", file + 1)));
  }
  select.from = sql("candidate");
  select.group_by = {sql("row")};
  select.order_by = {sql("row")};
  return {candidates, one_select("reach",
                                 "The cascade: in each file a row takes the first of its keys that some row of the file "
                                 "has. In order, so that a range of rows is a slice.",
                                 select)};
}

std::vector<Step> used_key(const SqlShape&, int file) {
  Select select;
  select.columns = {sql("f.key_id"), sql("f.rows")};
  select.from = sql("{} AS f", numbered("file_key_", file + 1));
  select.joins = {sql("SEMI JOIN reach AS r ON r.{} = f.key_id", numbered("k", file + 1))};
  Step step = one_select("", "The keys that some row has taken: rows of nobody go no further.", select);
  step.name = numbered("used_key_", file + 1).name();
  return {step};
}

Step shared_in_file(const SqlShape& shape, int file) {
  Select counted;
  counted.columns = {sql("key_id"), sql("count(*) AS rows")};
  counted.from = sql("{}", numbered("enriched_key_", file + 1));
  counted.where = {sql("key_id IS NOT NULL")};
  counted.group_by = {sql("key_id")};
  counted.having = {shared(shape, sql("key_id"), sql("count(*)"))};
  Select select;
  select.columns = {sql("k.key"), sql("s.rows"), sql("(k.key_id & 255) >> 1 AS identifier")};
  select.from = sql("(\n{}\n) AS s", counted.print().indented());
  select.joins = {sql("JOIN key AS k ON k.key_id = s.key_id")};
  return one_select("shared_in_file", "The keys that --max-shared blocks in this file.", select);
}

Step shared_in_original(const SqlShape& shape) {
  std::vector<Sql> held;
  for (int file = 0; file < shape.files; ++file) {
    held.push_back(sql("SELECT key_id FROM {}", numbered("enriched_key_", file + 1)));
  }
  Select select;
  select.columns = {sql("s.key"), sql("s.rows"), sql("(s.key_id & 255) >> 1 AS identifier")};
  select.from = sql("shared_key AS s");
  select.joins = {sql("SEMI JOIN (\n{}\n) AS e ON e.key_id = s.key_id", Sql::join(held, "\nUNION ALL\n").indented())};
  return one_select("shared_in_original", "The keys that --max-shared blocks in the original, and that some file has.", select);
}

std::vector<Step> unmatched_row(const SqlShape& shape, int file) {
  Select alone;
  alone.columns = {sql("row")};
  alone.from = sql("{}", numbered("enriched_key_", file + 1));
  alone.group_by = {sql("row")};
  alone.having = {sql("count(key_id) = 0")};
  Select select;
  select.columns = {sql("e.row"), sql("e.keys[1] AS key")};
  select.from = sql("keyed AS e");
  select.joins = {sql("JOIN alone AS a ON a.row = e.row")};
  Step step = one_select("", "Rows of nobody, by their first key.", select);
  step.name = numbered("unmatched_row_", file + 1).name();
  // Also under --match all they are grouped by one key, that of their first identifier.
  return {keys_step(shape.plan, MatchMode::any, shape.plan.inputs[file].identifier_columns, rows_of_file(file)),
          one_select("alone", "Rows with keys, none of which any row of the original has.", alone), step};
}

std::vector<Step> unmatched_record(const SqlShape& shape) {
  Step all;
  all.name = "appearance";
  all.reason = "Every such row of every file, numbered by rank of the file, then row.";
  for (int file = 0; file < shape.files; ++file) {
    Select select;
    select.columns = {sql("key"), sql("CAST({} AS BIGINT) * 1099511627776 + row AS place", file)};
    select.from = sql("{}", numbered("unmatched_row_", file + 1));
    all.selects.push_back(select);
  }
  Select grouped;
  grouped.columns = {sql("key"), sql("min(place) AS place")};
  grouped.from = sql("appearance");
  grouped.group_by = {sql("key")};
  Select select;
  select.columns = {sql("row_number() OVER (ORDER BY place) AS row"), sql("key")};
  select.from = sql("first_appearance");
  return {all, one_select("first_appearance", "Each key once.", grouped),
          one_select("unmatched_record", "A record per key, numbered by first appearance.", select)};
}

std::vector<Step> unmatched_member(const SqlShape&, int file) {
  Select select;
  select.columns = {sql("u.row"), sql("r.row << {} AS key_id", kEntryRowBits)};
  select.from = sql("{} AS u", numbered("unmatched_row_", file + 1));
  select.joins = {sql("JOIN unmatched_record AS r ON r.key = u.key")};
  Step step = one_select("", "The record that a row of nobody belongs to.", select);
  step.name = numbered("unmatched_member_", file + 1).name();
  return {step};
}

std::vector<Step> unmatched_used_key(const SqlShape&, int file) {
  Select select;
  select.columns = {sql("key_id"), sql("count(*) AS rows")};
  select.from = sql("{}", numbered("unmatched_member_", file + 1));
  select.group_by = {sql("key_id")};
  Step step = one_select("", "How many rows of this file belong to a record.", select);
  step.name = numbered("unmatched_used_key_", file + 1).name();
  return {step};
}

std::vector<Step> unmatched_reach(const SqlShape& shape) {
  Step all;
  all.name = "used";
  all.reason = "The records that each file has rows of.";
  Select select;
  select.columns = {sql("key_id >> {} AS row", kEntryRowBits)};
  for (int file = 0; file < shape.files; ++file) {
    Select of_file;
    of_file.columns = {sql("CAST({} AS UTINYINT) AS file", file + 1), sql("key_id")};
    of_file.from = sql("{}", numbered("unmatched_used_key_", file + 1));
    all.selects.push_back(of_file);
    select.columns.push_back(sql("min(key_id) FILTER (WHERE file = {}) AS {}", file + 1, numbered("k", file + 1)));
  }
  select.from = sql("used");
  select.group_by = {sql("row")};
  select.order_by = {sql("row")};
  return {all, one_select("unmatched_reach", "A record reaches the rows that it stands for.", select)};
}

}  // namespace crm
