#pragma once

#include <vector>

#include "model/plan.h"
#include "model/profile.h"
#include "model/spec.h"

namespace crm {

/// Resolves what the user asked for against what the files have: identifiers and their columns, which
/// enriched column goes where, the rules of each column, and the output's layout (contract, sections 3 to 7).
///
/// `enriched` is in rank order, as `spec.enriched`; files are called by their profile's name.
/// Pure: no file, no clock; detection by content looks at the profiles' samples.
///
/// Errors: invalid_config, one line that names the option to change, for a spec that is contradictory or that
/// these files cannot satisfy; invalid_input if the original has no header.
MergePlan plan_merge(const MergeSpec& spec, const InputProfile& original,
                     const std::vector<InputProfile>& enriched);

}  // namespace crm
