#include "plan/resolved_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <string>

#include "base/text.h"
#include "model/rule_names.h"
#include "plan/column_names.h"
#include "plan/header_mapping.h"
#include "plan/header_meaning.h"

namespace crm {
namespace {

/// The text by which options find this very column again: its name, or its position where the name is blank or not its alone.
std::string reference(const std::vector<std::string>& names, int column) {
  const std::string& name = names[static_cast<std::size_t>(column)];
  if (!is_white(name) && find_columns(names, name) == std::vector<int>{column}) return name;
  std::string position = fmt::format("#{}", column + 1);
  // A column may be called so itself; "#02" is the second one too.
  while (std::find(names.begin(), names.end(), position) != names.end()) position.insert(1, "0");
  return position;
}

/// What the resolved spec is made from.
struct Sources {
  const MergeSpec& spec;
  const MergePlan& plan;
  const InputProfile& original;
  const std::vector<InputProfile>& enriched;
  HeaderMap headers;
  std::vector<std::string> merged_names;  ///< that rules may name: the original's columns, then the new ones

  Sources(const MergeSpec& asked, const MergePlan& planned, const InputProfile& crm, const std::vector<InputProfile>& vendors)
      : spec(asked), plan(planned), original(crm), enriched(vendors), merged_names(crm.columns) {
    PlanNotes told_already;
    headers = map_headers(spec, original, enriched, told_already);
    for (const SharedColumn& column : headers.columns) {
      if (!column.original_column) merged_names.push_back(column.name);
    }
  }

  /// How a rule names a merged column.
  std::string rule_name(const PlanColumn& column) const {
    if (column.original_column) return reference(merged_names, *column.original_column);
    const auto begin = merged_names.begin() + static_cast<std::ptrdiff_t>(original.columns.size());
    const auto found = std::find(begin, merged_names.end(), column.name);
    return reference(merged_names, static_cast<int>(found - merged_names.begin()));
  }
};

std::vector<OnItem> resolved_identifiers(const Sources& sources) {
  std::vector<OnItem> items;
  for (std::size_t i = 0; i < sources.plan.identifiers.size(); ++i) {
    const PlanIdentifier& identifier = sources.plan.identifiers[i];
    OnItem item;
    item.kind = identifier.kind;
    for (const int column : identifier.original_columns) item.columns.push_back(reference(sources.original.columns, column));
    item.text = fmt::format("{}:{}", fmt::join(item.columns, "|"), kind_name(item.kind));
    for (std::size_t file = 0; file < sources.enriched.size(); ++file) {
      if (sources.enriched[file].empty) continue;  // what it will have some day is not known
      std::vector<std::string>& theirs = item.enriched_columns[sources.enriched[file].name];
      for (const int column : sources.plan.inputs[file].identifier_columns[i]) {
        theirs.push_back(reference(sources.enriched[file].columns, column));
      }
    }
    items.push_back(std::move(item));
  }
  return items;
}

std::vector<MapRule> resolved_maps(const Sources& sources) {
  std::vector<MapRule> maps;
  for (std::size_t file = 0; file < sources.enriched.size(); ++file) {
    const InputProfile& profile = sources.enriched[file];
    for (std::size_t i = 0; i < profile.columns.size(); ++i) {
      const MappedColumn& mapped = sources.headers.inputs[file][i];
      const std::string theirs = reference(profile.columns, static_cast<int>(i));
      if (mapped.reason == MapReason::left_out && !is_white(profile.columns[i])) {
        maps.push_back({profile.name, theirs, "", true});
      } else if (mapped.reason == MapReason::rule || mapped.reason == MapReason::synonym) {
        const SharedColumn& goal = sources.headers.columns[static_cast<std::size_t>(mapped.target)];
        maps.push_back({profile.name, theirs,
                        goal.original_column ? reference(sources.original.columns, *goal.original_column) : goal.name});
      }
    }
  }
  return maps;
}

/// New columns are chosen only if somebody chose: those of next week's files come out too.
void resolve_new_columns(const Sources& sources, MergeSpec& resolved) {
  std::set<std::string> kept;
  std::vector<std::string> columns, drop;
  for (const PlanColumn& column : sources.plan.columns) {
    if (column.original_column) continue;
    kept.insert(column.name);
    columns.push_back(sources.rule_name(column));
  }
  for (std::size_t i = sources.original.columns.size(); i < sources.merged_names.size(); ++i) {
    if (!kept.contains(sources.merged_names[i])) drop.push_back(reference(sources.merged_names, static_cast<int>(i)));
  }
  if (sources.spec.columns) resolved.columns = std::move(columns);
  resolved.drop = sources.spec.columns ? std::vector<std::string>() : std::move(drop);
}

void resolve_column_rules(const Sources& sources, MergeSpec& resolved) {
  resolved.strategy_for.clear();
  resolved.prefer.clear();
  resolved.on_conflict_for.clear();
  std::vector<int> files(sources.enriched.size());
  std::iota(files.begin(), files.end(), 0);
  for (const PlanColumn& column : sources.plan.columns) {
    const std::string name = sources.rule_name(column);
    if (column.strategy != sources.spec.strategy) resolved.strategy_for.emplace_back(name, column.strategy);
    if (column.rank != files) {
      std::vector<int> order = files;
      std::sort(order.begin(), order.end(), [&](int a, int b) {
        return column.rank[static_cast<std::size_t>(a)] < column.rank[static_cast<std::size_t>(b)];
      });
      std::vector<std::string> names;
      for (const int file : order) names.push_back(sources.enriched[static_cast<std::size_t>(file)].name);
      resolved.prefer.emplace_back(name, std::move(names));
    }
    if (!column.original_column) continue;
    const bool is_protected =
        sources.plan.record_id_column == column.original_column ||
        !protection_of_header(sources.original.columns[static_cast<std::size_t>(*column.original_column)]).empty();
    if (is_protected || column.policy != sources.spec.on_conflict) resolved.on_conflict_for.emplace_back(name, column.policy);
  }
}

void resolve_companies(const Sources& sources, MergeSpec& resolved) {
  resolved.columns_for.clear();
  std::set<Kind> done;
  for (const PlanIdentifier& identifier : sources.plan.identifiers) {
    if (!identifier.company_fills_only || identifier.fills.empty() || !done.insert(identifier.kind).second) continue;
    std::vector<std::string> names;
    for (const int column : identifier.fills) {
      names.push_back(sources.rule_name(sources.plan.columns[static_cast<std::size_t>(column)]));
    }
    resolved.columns_for.emplace_back(kind_name(identifier.kind), std::move(names));
  }
}

}  // namespace

MergeSpec resolved_spec(const MergeSpec& spec, const MergePlan& plan, const InputProfile& original,
                        const std::vector<InputProfile>& enriched) {
  const Sources sources(spec, plan, original, enriched);
  MergeSpec resolved = spec;
  resolved.on = resolved_identifiers(sources);
  resolved.max_shared.clear();
  if (spec.match == MatchMode::any) {
    for (const PlanIdentifier& identifier : plan.identifiers) {
      const bool is_said = identifier.max_shared > 0 || identifier.kind == Kind::phone;  // no limit is the others' default
      if (is_said) resolved.max_shared[identifier.kind] = identifier.max_shared;
    }
  }
  resolved.region = plan.region;
  resolved.maps = resolved_maps(sources);
  resolved.auto_map = false;
  resolve_new_columns(sources, resolved);
  resolve_column_rules(sources, resolved);
  resolve_companies(sources, resolved);
  if (plan.record_id_column) resolved.id = reference(original.columns, *plan.record_id_column);
  resolved.match_column = spec.match_column.value_or("match_quality");
  resolved.weaker = {};
  resolved.known_columns.clear();
  resolved.known_columns["original"] = original.columns;
  for (const InputProfile& file : enriched) {
    if (!file.empty) resolved.known_columns[file.name] = file.columns;
  }
  return resolved;
}

}  // namespace crm
