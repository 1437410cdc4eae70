#pragma once

#include <string>
#include <vector>

#include "model/plan.h"
#include "model/profile.h"
#include "model/report.h"

namespace crm {

/// Warnings of the plan, the inputs and the run, each once, in this order.
std::vector<std::string> all_warnings(const MergePlan& plan, const InputProfile& original,
                                      const std::vector<InputProfile>& enriched, const MergeReport& report);

}  // namespace crm
