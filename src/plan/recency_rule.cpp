#include "plan/recency_rule.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "base/error.h"
#include "base/text.h"
#include "plan/column_names.h"

namespace crm {
namespace {

[[noreturn]] void fail(const std::string& message) { throw Error(ErrorCode::invalid_config, message); }

bool uses_most_recent(const RuledColumns& ruled) {
  return std::any_of(ruled.columns.begin(), ruled.columns.end(),
                     [](const PlanColumn& column) { return column.strategy == Strategy::most_recent; });
}

void check_recency_is_given(const MergeSpec& spec) {
  const auto asks_for_it = [](const auto& rule) { return rule.second == Strategy::most_recent; };
  const bool asked_for_one = std::any_of(spec.strategy_for.begin(), spec.strategy_for.end(), asks_for_it) ||
                             std::any_of(spec.weaker.strategy_for.begin(), spec.weaker.strategy_for.end(), asks_for_it);
  if (asked_for_one || spec.strategy == Strategy::most_recent) {
    fail("most_recent needs to know the column with the dates of the enriched rows: add --recency COLUMN");
  }
  if (spec.recency_format)
    fail("--recency-format says how to read the dates of --recency COLUMN, which is missing");
}

/// The recency column of one file: under the name that the file has itself, else under that of the merged
/// file.
std::optional<int> recency_in(const RuleSources& sources, std::size_t file, const std::string& typed) {
  const InputProfile& profile = sources.enriched[file];
  const std::vector<int> found = find_columns(profile.columns, typed);
  if (found.size() > 1) throw_ambiguous_column(profile.columns, found, typed, {"--recency", profile.name});
  if (found.size() == 1) return found[0];
  for (const SharedColumn& column : sources.headers.columns) {
    if (column.sources[file] >= 0 && same_name(column.name, typed)) return column.sources[file];
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::optional<int>> resolve_recency(const RuleSources& sources, const RuledColumns& ruled,
                                                PlanNotes& notes) {
  std::vector<std::optional<int>> recency(sources.enriched.size());
  if (!sources.spec.recency) {
    check_recency_is_given(sources.spec);
    return recency;
  }
  const std::string& typed = *sources.spec.recency;
  std::vector<std::string> all_columns, without;
  bool is_somewhere = false, all_empty = true;
  for (std::size_t file = 0; file < sources.enriched.size(); ++file) {
    const InputProfile& profile = sources.enriched[file];
    all_columns.insert(all_columns.end(), profile.columns.begin(), profile.columns.end());
    recency[file] = recency_in(sources, file, typed);
    is_somewhere = is_somewhere || recency[file];
    all_empty = all_empty && profile.empty;
    if (!recency[file] && !profile.empty) without.push_back(profile.name);
  }
  if (!is_somewhere && !all_empty)
    throw_unknown_column(all_columns, typed, {"--recency", "any enriched file"});
  if (!uses_most_recent(ruled)) {
    notes.warnings.push_back("--recency has no effect: no column uses the strategy most_recent");
  } else if (!without.empty()) {
    notes.warnings.push_back(fmt::format("{}: no column {}, so its rows count as the oldest",
                                         fmt::join(without, ", "), shown(typed)));
  }
  return recency;
}

}  // namespace crm
