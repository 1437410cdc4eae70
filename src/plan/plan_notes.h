#pragma once

#include <string>
#include <vector>

namespace crm {

/// The lines for people that planning leaves behind: see MergePlan::decisions and MergePlan::warnings.
struct PlanNotes {
  std::vector<std::string> decisions;
  std::vector<std::string> warnings;
};

}  // namespace crm
