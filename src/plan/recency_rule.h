#pragma once

#include <optional>
#include <vector>

#include "plan/column_rules.h"
#include "plan/plan_notes.h"

namespace crm {

/// Per enriched file the column of `--recency`, if it has one.
///
/// Errors: invalid_config if most_recent is asked for without it, if no file has the column, if it is
/// ambiguous in one.
std::vector<std::optional<int>> resolve_recency(const RuleSources& sources, const RuledColumns& ruled,
                                                PlanNotes& notes);

}  // namespace crm
