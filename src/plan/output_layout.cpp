#include "plan/output_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>

#include "base/error.h"
#include "base/text.h"
#include "plan/column_names.h"

namespace crm {
namespace {

constexpr std::string_view kMatchColumn = "match_quality";
constexpr std::string_view kNoMatchColumn = "none";

bool is_generated(OutputColumn::Role role) {
  return role != OutputColumn::Role::original && role != OutputColumn::Role::fresh;
}

/// Gives the generated columns names that no other column has.
void make_names_unique(std::vector<OutputColumn>& output, PlanNotes& notes) {
  std::set<std::string> taken;
  for (const OutputColumn& column : output) {
    if (!is_generated(column.role)) taken.insert(column.name);
  }
  for (OutputColumn& column : output) {
    if (!is_generated(column.role)) continue;
    const std::string wanted = column.name;
    for (int number = 2; !taken.insert(column.name).second; ++number)
      column.name = fmt::format("{}_{}", wanted, number);
    if (column.name != wanted) {
      notes.warnings.push_back(fmt::format("the output has a column {} already; the new one is called {}",
                                           shown(wanted), shown(column.name)));
    }
  }
}

}  // namespace

std::vector<OutputColumn> lay_out_output(const MergeSpec& spec, const MergePlan& plan, PlanNotes& notes) {
  std::vector<int> merged(plan.original_header.size(), -1);
  for (std::size_t i = 0; i < plan.columns.size(); ++i) {
    if (plan.columns[i].original_column) merged[*plan.columns[i].original_column] = static_cast<int>(i);
  }
  using Role = OutputColumn::Role;
  std::vector<OutputColumn> output;
  for (std::size_t i = 0; i < plan.original_header.size(); ++i) {
    output.push_back({Role::original, plan.original_header[i], static_cast<int>(i), merged[i]});
    if (merged[i] < 0) continue;
    const PlanColumn& column = plan.columns[merged[i]];
    if (column.policy != ConflictPolicy::create_alternate) continue;  // no identifier has this policy
    output.push_back({Role::alternate, column.name + spec.alternate_suffix, -1, merged[i]});
  }
  for (std::size_t i = 0; i < plan.columns.size(); ++i) {
    if (!plan.columns[i].original_column)
      output.push_back({Role::fresh, plan.columns[i].name, -1, static_cast<int>(i)});
  }
  if (spec.explain_columns) {
    output.push_back({Role::matched_on, "matched_on", -1, -1});
    output.push_back({Role::match_score, "match_score", -1, -1});
    output.push_back({Role::enriched_from, "enriched_from", -1, -1});
  }
  const std::string match_column = spec.match_column.value_or(std::string(kMatchColumn));
  if (is_white(match_column)) {
    throw Error(ErrorCode::invalid_config,
                "--match-column: the name is blank; write none to leave the column out");
  }
  if (match_column != kNoMatchColumn) output.push_back({Role::match_quality, match_column, -1, -1});
  make_names_unique(output, notes);
  return output;
}

std::vector<int> lay_out_unmatched(const MergePlan& plan) {
  std::vector<int> columns;
  std::vector<bool> is_in(plan.columns.size());
  const auto add = [&](std::size_t column) {
    if (!is_in[column]) columns.push_back(static_cast<int>(column));
    is_in[column] = true;
  };
  for (const PlanIdentifier& identifier : plan.identifiers) {
    for (int original : identifier.original_columns) {
      for (std::size_t i = 0; i < plan.columns.size(); ++i) {
        if (plan.columns[i].original_column == original) add(i);
      }
    }
  }
  for (std::size_t i = 0; i < plan.columns.size(); ++i) add(i);  // shared, then new, as they stand
  return columns;
}

}  // namespace crm
