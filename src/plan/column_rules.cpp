#include "plan/column_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "model/rule_names.h"
#include "plan/column_names.h"
#include "plan/header_meaning.h"
#include "plan/merged_names.h"

namespace crm {
namespace {

[[noreturn]] void fail(const std::string& message) { throw Error(ErrorCode::invalid_config, message); }

std::vector<std::string> input_names(const RuleSources& sources) {
  std::vector<std::string> names;
  for (const InputProfile& input : sources.enriched) names.push_back(input.name);
  return names;
}

/// The new columns to keep, in their order: indices into HeaderMap::columns.
std::vector<int> choose_new_columns(const RuleSources& sources, const MergedNames& names) {
  std::vector<int> chosen;
  std::set<int> dropped;
  for (const std::string& typed : sources.spec.drop) dropped.insert(names.resolve_new(typed, "--drop"));
  if (sources.spec.columns) {
    for (const std::string& typed : *sources.spec.columns) {
      const int column = names.resolve_new(typed, "--columns");
      const std::string& name = sources.headers.columns[column].name;
      if (std::find(chosen.begin(), chosen.end(), column) != chosen.end()) {
        fail(fmt::format("--columns: {} is given twice", shown(name)));
      }
      if (dropped.count(column))
        fail(fmt::format("--columns and --drop both name {}; give it to one", shown(name)));
      chosen.push_back(column);
    }
    return chosen;
  }
  for (std::size_t i = 0; i < sources.headers.columns.size(); ++i) {
    const int column = static_cast<int>(i);
    if (!sources.headers.columns[i].original_column && !dropped.count(column)) chosen.push_back(column);
  }
  return chosen;
}

/// The rules of one option, the command line's and a spec file's.
template <typename Value>
struct RuleLists {
  const std::vector<std::pair<std::string, Value>>& rules;
  const std::vector<std::pair<std::string, Value>>& weaker;
};

/// The rules of one list by column of the header map: a later equal one changes nothing, a different one
/// contradicts.
template <typename Value>
std::map<int, Value> by_column(const std::vector<std::pair<std::string, Value>>& rules,
                               const MergedNames& names, const std::string& option, PlanNotes& notes,
                               const RuleSources& sources) {
  std::map<int, Value> values;
  for (const auto& [typed, value] : rules) {
    const MergedNames::Meaning meaning = names.resolve(typed, option);
    if (meaning.shared < 0) {
      notes.warnings.push_back(fmt::format("{} {} has no effect: no enriched file has this column", option,
                                           shown(sources.original.columns[meaning.original])));
      continue;
    }
    const auto [before, is_first] = values.emplace(meaning.shared, value);
    if (!is_first && before->second != value) {
      fail(fmt::format("{}: {} is given two different values", option,
                       shown(sources.headers.columns[meaning.shared].name)));
    }
  }
  return values;
}

/// Both lists by column: the spec file's rule holds where the command line has none.
template <typename Value>
std::map<int, Value> both_by_column(const RuleLists<Value>& lists, const MergedNames& names, const std::string& option,
                                    PlanNotes& notes, const RuleSources& sources) {
  std::map<int, Value> values = by_column(lists.rules, names, option, notes, sources);
  values.merge(by_column(lists.weaker, names, option, notes, sources));
  return values;
}

/// Why nobody but the CRM writes an original column; empty if vendors may.
std::string_view protection(const RuleSources& sources, int original_column) {
  if (sources.record_id == original_column) return "record id";
  return protection_of_header(sources.original.columns[original_column]);
}

/// The identifier that a merged column is, or an enriched file's source of it.
struct IdentifierOf {
  std::optional<Kind> of_original, of_source;
};

IdentifierOf identifier_of(const RuleSources& sources, const SharedColumn& column) {
  IdentifierOf found;
  for (std::size_t i = 0; i < sources.identifiers.cascade.size(); ++i) {
    const PlanIdentifier& identifier = sources.identifiers.cascade[i];
    const auto holds = [](const std::vector<int>& columns, int wanted) {
      return std::find(columns.begin(), columns.end(), wanted) != columns.end();
    };
    if (!found.of_original && column.original_column &&
        holds(identifier.original_columns, *column.original_column)) {
      found.of_original = identifier.kind;
    }
    for (std::size_t file = 0; file < sources.enriched.size(); ++file) {
      if (!found.of_source && column.sources[file] >= 0 &&
          holds(sources.identifiers.input_columns[file][i], column.sources[file])) {
        found.of_source = identifier.kind;
      }
    }
  }
  return found;
}

Kind comparison_kind(const SharedColumn& column, const IdentifierOf& identifier) {
  if (identifier.of_original) return *identifier.of_original;
  if (const auto meaning = meaning_of_header(column.name)) return meaning->kind;
  // A new column that the values alone made an identifier.
  if (!column.original_column && identifier.of_source) return *identifier.of_source;
  return Kind::exact;
}

ConflictPolicy policy_of(const RuleSources& sources, const PlanColumn& column,
                         const std::optional<ConflictPolicy>& given, PlanNotes& notes) {
  if (!column.original_column) {
    if (given) {
      notes.warnings.push_back(fmt::format(
          "--on-conflict-for {} has no effect: the column is new, so nothing conflicts with the original",
          shown(column.name)));
    }
    return ConflictPolicy::keep_original;
  }
  const std::string_view reason = protection(sources, *column.original_column);
  if (!given && !reason.empty()) {
    notes.decisions.push_back(fmt::format(
        "{} keeps the original's cells: {} (--on-conflict-for changes that)", shown(column.name), reason));
    return ConflictPolicy::original_only;
  }
  const ConflictPolicy policy = given.value_or(sources.spec.on_conflict);
  if (column.is_identifier &&
      (policy == ConflictPolicy::use_enriched || policy == ConflictPolicy::create_alternate)) {
    if (given) {
      notes.warnings.push_back(fmt::format(
          "--on-conflict-for {}={} has no effect: rows are matched by this column, so it keeps its values",
          shown(column.name), policy_name(policy)));
    }
    return ConflictPolicy::keep_original;
  }
  return policy;
}

std::vector<int> rank_of(const RuleSources& sources, const std::string& column,
                         const std::vector<std::string>* preferred) {
  std::vector<int> order;
  if (preferred) {
    for (const std::string& typed : *preferred) {
      const int file = resolve_input(input_names(sources), typed, "--prefer " + shown(column));
      if (std::find(order.begin(), order.end(), file) != order.end()) {
        fail(
            fmt::format("--prefer {}: {} is given twice", shown(column), shown(sources.enriched[file].name)));
      }
      order.push_back(file);
    }
  }
  for (std::size_t file = 0; file < sources.enriched.size(); ++file) {
    if (std::find(order.begin(), order.end(), static_cast<int>(file)) == order.end())
      order.push_back(static_cast<int>(file));
  }
  std::vector<int> rank(order.size());
  for (std::size_t place = 0; place < order.size(); ++place) rank[order[place]] = static_cast<int>(place);
  return rank;
}

}  // namespace

RuledColumns rule_columns(const RuleSources& sources, PlanNotes& notes) {
  const MergedNames names(sources.original, sources.enriched, sources.headers);
  const MergeSpec& spec = sources.spec;
  const auto strategies = both_by_column(RuleLists<Strategy>{spec.strategy_for, spec.weaker.strategy_for}, names,
                                         "--strategy-for", notes, sources);
  const auto policies = both_by_column(RuleLists<ConflictPolicy>{spec.on_conflict_for, spec.weaker.on_conflict_for}, names,
                                       "--on-conflict-for", notes, sources);
  // Also where the column is in no enriched file, or left out: a name that means nothing is never taken in silence.
  for (const auto& [typed, files] : spec.prefer) rank_of(sources, typed, &files);
  for (const auto& [typed, files] : spec.weaker.prefer) rank_of(sources, typed, &files);
  const auto preferred = both_by_column(RuleLists<std::vector<std::string>>{spec.prefer, spec.weaker.prefer}, names,
                                        "--prefer", notes, sources);

  std::vector<int> kept;
  for (std::size_t i = 0; i < sources.headers.columns.size(); ++i) {
    if (sources.headers.columns[i].original_column) kept.push_back(static_cast<int>(i));
  }
  for (int column : choose_new_columns(sources, names)) kept.push_back(column);

  RuledColumns ruled;
  ruled.number.assign(sources.headers.columns.size(), -1);
  for (int index : kept) {
    const SharedColumn& shared = sources.headers.columns[index];
    const IdentifierOf identifier = identifier_of(sources, shared);
    PlanColumn column;
    column.name = shared.name;
    column.original_column = shared.original_column;
    column.sources = shared.sources;
    column.is_identifier = identifier.of_original.has_value();
    column.kind = comparison_kind(shared, identifier);
    const auto strategy = strategies.find(index);
    column.strategy = strategy == strategies.end() ? sources.spec.strategy : strategy->second;
    const auto policy = policies.find(index);
    column.policy = policy_of(sources, column,
                              policy == policies.end() ? std::nullopt : std::optional(policy->second), notes);
    const auto prefer = preferred.find(index);
    column.rank = rank_of(sources, column.name, prefer == preferred.end() ? nullptr : &prefer->second);
    ruled.number[index] = static_cast<int>(ruled.columns.size());
    ruled.columns.push_back(std::move(column));
  }
  const auto warn_dropped = [&](const auto& rules, std::string_view option) {
    for (const auto& [index, value] : rules) {
      if (ruled.number[index] < 0) {
        notes.warnings.push_back(fmt::format("{} {} has no effect: --columns or --drop leave the column out",
                                             option, shown(sources.headers.columns[index].name)));
      }
    }
  };
  warn_dropped(strategies, "--strategy-for");
  warn_dropped(policies, "--on-conflict-for");
  warn_dropped(preferred, "--prefer");
  return ruled;
}

}  // namespace crm
