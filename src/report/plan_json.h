#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "model/plan.h"
#include "model/profile.h"

namespace crm {

/// The spec as resolved: every rule that the merge followed, defaults included, columns by position (1-based) and name.
nlohmann::ordered_json plan_json(const MergePlan& plan, const std::vector<InputProfile>& enriched);

}  // namespace crm
