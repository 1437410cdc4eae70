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
  /// Per HeaderMap::columns: index into `columns`, or -1 where --columns or --drop leave it out.
  std::vector<int> number;
};

/// Chooses and orders the new columns (`--columns`, `--drop`) and resolves each column's kind, strategy,
/// policy and rank.
///
/// Errors: invalid_config for unknown or ambiguous names and for rules that contradict each other.
RuledColumns rule_columns(const RuleSources& sources, PlanNotes& notes);

}  // namespace crm
