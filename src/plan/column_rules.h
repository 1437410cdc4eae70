#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/plan.h"
#include "model/profile.h"
#include "model/spec.h"
#include "plan/header_mapping.h"
#include "plan/identifiers.h"
#include "plan/plan_notes.h"

namespace crm {

/// What the rules of columns are resolved against.
struct RuleSources {
  const MergeSpec& spec;
  const InputProfile& original;
  const std::vector<InputProfile>& enriched;
  const HeaderMap& headers;
  const Identifiers& identifiers;
  std::optional<int> record_id;
};

/// The merged columns with their rules, and where each column of the header map went.
struct RuledColumns {
  std::vector<PlanColumn> columns;
  std::vector<int> number;  ///< per HeaderMap::columns: index into `columns`, or -1 where --columns or --drop leave it out
};

/// Chooses and orders the new columns (`--columns`, `--drop`) and resolves each column's kind, strategy, policy and rank.
///
/// Errors: invalid_config for unknown or ambiguous names and for rules that contradict each other.
RuledColumns rule_columns(const RuleSources& sources, PlanNotes& notes);

/// Resolves `--columns-for` into the cascade: what the match of a company may fill.
void apply_columns_for(const RuleSources& sources, const RuledColumns& ruled, std::vector<PlanIdentifier>& cascade,
                       PlanNotes& notes);

/// Per enriched file the column of `--recency`, if it has one.
std::vector<std::optional<int>> resolve_recency(const RuleSources& sources, const RuledColumns& ruled, PlanNotes& notes);

}  // namespace crm
