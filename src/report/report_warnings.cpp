#include "report/report_warnings.h"

#include <unordered_set>

namespace crm {

std::vector<std::string> report_warnings(const ReportFacts& facts) {
  std::vector<std::string> all;
  std::unordered_set<std::string> seen;
  const auto add = [&](const std::vector<std::string>& warnings) {
    for (const std::string& warning : warnings) {
      if (seen.insert(warning).second) all.push_back(warning);
    }
  };
  add(facts.plan.warnings);
  add(facts.original.warnings);
  for (const InputProfile& profile : facts.enriched) add(profile.warnings);
  add(facts.report.warnings);
  return all;
}

}  // namespace crm
