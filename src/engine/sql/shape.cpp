#include "engine/sql/shape.h"

#include <algorithm>
#include <numeric>

#include "engine/sql/key_functions.h"

namespace crm {

namespace {

std::vector<int> all_columns(const MergePlan& plan) {
  std::vector<int> columns(plan.columns.size());
  std::iota(columns.begin(), columns.end(), 0);
  return columns;
}

}  // namespace

SqlShape::SqlShape(const MergePlan& the_plan) : SqlShape(the_plan, all_columns(the_plan)) {}

SqlShape::SqlShape(const MergePlan& the_plan, std::vector<int> the_columns)
    : plan(the_plan),
      files(static_cast<int>(the_plan.inputs.size())),
      columns(std::move(the_columns)),
      lines(the_plan.want_provenance) {
  columns_of_file.resize(plan.inputs.size());
  files_of_column.resize(plan.columns.size());
  for (const int column : columns) {
    const PlanColumn& merged = plan.columns[column];
    for (int file = 0; file < files; ++file) {
      if (merged.sources[file] < 0) continue;
      columns_of_file[file].push_back(column);
      files_of_column[column].push_back(file);
    }
    std::sort(files_of_column[column].begin(), files_of_column[column].end(),
              [&](int a, int b) { return merged.rank[a] < merged.rank[b]; });
  }
}

std::vector<SqlShape> SqlShape::parts_of(const MergePlan& plan, std::size_t most_file_columns) {
  // A list of values takes several times the room of a value.
  constexpr std::size_t kListWeight = 3;
  const SqlShape whole(plan);
  std::vector<std::vector<int>> columns(1);
  std::size_t weight = 0;
  for (const int column : whole.columns) {
    const std::size_t more = std::max<std::size_t>(1, whole.files_of_column[column].size()) *
                             (whole.lists(column) ? kListWeight : 1);
    if (weight + more > most_file_columns && !columns.back().empty()) {
      columns.emplace_back();
      weight = 0;
    }
    columns.back().push_back(column);
    weight += more;
  }
  std::vector<SqlShape> parts;
  for (std::vector<int>& of_part : columns) {
    parts.push_back(SqlShape(plan, std::move(of_part)));
    parts.back().part = static_cast<int>(parts.size()) - 1;
    parts.back().parts = static_cast<int>(columns.size());
  }
  return parts;
}

bool SqlShape::makes(const OutputColumn& output) const {
  if (output.column < 0) return part == 0;
  return std::binary_search(columns.begin(), columns.end(), output.column);
}

Identifier SqlShape::part_table(Side side, const char* stem, int file) const {
  const Identifier table = side_table(side, stem, file);
  return parts == 1 ? table : Identifier(table.name() + "_part_" + std::to_string(part + 1));
}

bool SqlShape::is_set_strategy(int column) const {
  const Strategy strategy = plan.columns[column].strategy;
  return strategy == Strategy::most_frequent || strategy == Strategy::concat;
}

bool SqlShape::lists(int column) const { return is_set_strategy(column) || plan.want_conflicts; }

bool SqlShape::is_measured(int column) const {
  const Strategy strategy = plan.columns[column].strategy;
  return files_of_column[column].size() > 1 &&
         (strategy == Strategy::longest || strategy == Strategy::most_complete || strategy == Strategy::most_recent);
}

bool SqlShape::needs_completeness(int file) const {
  return std::any_of(columns_of_file[file].begin(), columns_of_file[file].end(),
                     [&](int column) { return plan.columns[column].strategy == Strategy::most_complete; });
}

bool SqlShape::needs_recency(int file) const {
  const auto goes_by_it = [&](int column) { return plan.columns[column].strategy == Strategy::most_recent; };
  if (part > 0) return std::any_of(columns_of_file[file].begin(), columns_of_file[file].end(), goes_by_it);
  // Rows without a time are counted for every file, whichever of its columns go by it.
  const std::vector<int> all = all_columns(plan);
  return std::any_of(all.begin(), all.end(), goes_by_it);
}

std::vector<int> SqlShape::masked_lanes(int column) const {
  std::vector<int> lanes;
  if (plan.match == MatchMode::all) return lanes;
  for (std::size_t i = 0; i < plan.identifiers.size(); ++i) {
    const PlanIdentifier& identifier = plan.identifiers[i];
    if (!identifier.company_fills_only) continue;
    if (std::find(identifier.fills.begin(), identifier.fills.end(), column) != identifier.fills.end()) continue;
    lanes.push_back(static_cast<int>(2 * i + 1));
  }
  return lanes;
}

bool SqlShape::has_shared_limits() const {
  return plan.match == MatchMode::any &&
         std::any_of(plan.identifiers.begin(), plan.identifiers.end(),
                     [](const PlanIdentifier& identifier) { return identifier.max_shared > 0; });
}

ConflictPolicy effective_policy(const PlanColumn& column) {
  if (column.is_identifier && column.policy != ConflictPolicy::original_only) return ConflictPolicy::keep_original;
  return column.policy;
}

Identifier numbered(const char* stem, int number) { return Identifier(stem + std::to_string(number)); }

Sql member(const Sql& table, const char* stem, int number) { return sql("{}.{}", table, numbered(stem, number)); }

RangeSql RangeSql::of(std::uint64_t number, std::uint64_t rows_per_range, std::uint64_t slot, std::uint64_t rows) {
  const std::uint64_t first = number * rows_per_range + 1;  // rows are counted from 1
  const std::uint64_t end = std::min(first + rows_per_range, rows + 1);
  return {sql("{}", first),        sql("{}", end),    sql("{}", first << kEntryRowBits), sql("{}", end << kEntryRowBits),
          sql("{}", number),       sql("{}", slot)};
}

RangeSql RangeSql::parameters() {
  return {sql("$first_row"), sql("$end_row"), sql("$first_key"), sql("$end_key"), sql("$range"), sql("$range")};
}

Identifier side_table(Side side, const char* stem, int file) {
  return Identifier((side == Side::unmatched ? "unmatched_" : "") + std::string(stem) + "_" + std::to_string(file + 1));
}

}  // namespace crm
