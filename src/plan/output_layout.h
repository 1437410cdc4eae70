#pragma once

#include "model/plan.h"
#include "model/spec.h"
#include "plan/plan_notes.h"

namespace crm {

/// Lays out the merged file of `plan` (its header and columns are resolved): original columns, each with its
/// alternate, new columns, explaining columns, match column. A generated name that is taken gets `_2`, `_3`…,
/// with a warning.
///
/// Errors: invalid_config for a blank `--match-column`.
std::vector<OutputColumn> lay_out_output(const MergeSpec& spec, const MergePlan& plan, PlanNotes& notes);

/// The columns of the unmatched-enriched file: identifiers in their order, other shared ones, new ones.
std::vector<int> lay_out_unmatched(const MergePlan& plan);

}  // namespace crm
