#include "report/report_warnings.h"

#include <unordered_set>

namespace crm {

std::vector<std::string> all_warnings(const MergePlan& plan, const InputProfile& original,
                                      const std::vector<InputProfile>& enriched, const MergeReport& report) {
  std::vector<std::string> all;
  std::unordered_set<std::string> seen;
  const auto add = [&](const std::vector<std::string>& warnings) {
    for (const std::string& warning : warnings) {
      if (seen.insert(warning).second) all.push_back(warning);
    }
  };
  add(plan.warnings);
  add(original.warnings);
  for (const InputProfile& profile : enriched) add(profile.warnings);
  add(report.warnings);
  return all;
}

}  // namespace crm
