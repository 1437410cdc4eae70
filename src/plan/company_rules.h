#pragma once

#include <vector>

#include "model/plan.h"
#include "plan/column_rules.h"
#include "plan/plan_notes.h"

namespace crm {

/// Marks the identifiers whose match may mean the company alone, next to one of a person, and resolves
/// `--columns-for`: what such a match may fill (contract, section 5).
///
/// Errors: invalid_config for an unknown or ambiguous column, and for a kind that no company has.
void apply_columns_for(const RuleSources& sources, const RuledColumns& ruled,
                       std::vector<PlanIdentifier>& cascade, PlanNotes& notes);

}  // namespace crm
