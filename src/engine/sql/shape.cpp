#include "engine/sql/shape.h"

#include <algorithm>

#include "engine/sql/key_functions.h"

namespace crm {

SqlShape::SqlShape(const MergePlan& the_plan)
    : plan(the_plan), files(static_cast<int>(the_plan.inputs.size())), lines(the_plan.want_provenance) {
  columns_of_file.resize(plan.inputs.size());
  files_of_column.resize(plan.columns.size());
  for (int column = 0; column < static_cast<int>(plan.columns.size()); ++column) {
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

bool SqlShape::needs_recency(int) const {
  // Rows without a time are counted for every file, whichever of its columns go by it.
  return std::any_of(plan.columns.begin(), plan.columns.end(),
                     [](const PlanColumn& column) { return column.strategy == Strategy::most_recent; });
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

RangeSql RangeSql::of(std::uint64_t number, std::uint64_t rows_per_range, std::uint64_t slot) {
  const std::uint64_t first = number * rows_per_range + 1;  // rows are counted from 1
  const std::uint64_t end = first + rows_per_range;
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
