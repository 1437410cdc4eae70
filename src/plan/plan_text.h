#pragma once

#include <string>
#include <vector>

#include "model/plan.h"
#include "model/profile.h"

namespace crm {

/// The plan for people, as `crm-merge plan` prints it: inputs, what rows are matched by, each output column
/// with its sources and rules, what was decided, warnings. The same plan gives the same text; paths and
/// measurements are not in it.
std::string plan_text(const MergePlan& plan, const InputProfile& original,
                      const std::vector<InputProfile>& enriched);

}  // namespace crm
