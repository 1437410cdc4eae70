#include "doctor/finding.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace crm {
namespace {

/// Bumped when a key changes its meaning or goes; new keys leave it.
constexpr int kDoctorVersion = 1;

}  // namespace

std::string_view health_name(Health health) {
  switch (health) {
    case Health::ok: return "ok";
    case Health::warning: return "warning";
    case Health::problem: return "problem";
  }
  return "";
}

std::string findings_json(const std::vector<Finding>& findings) {
  const auto count = [&](Health health) {
    return std::count_if(findings.begin(), findings.end(), [&](const Finding& f) { return f.health == health; });
  };
  nlohmann::ordered_json json = {{"version", kDoctorVersion},
                                 {"problems", count(Health::problem)},
                                 {"warnings", count(Health::warning)},
                                 {"checks", nlohmann::ordered_json::array()}};
  for (const Finding& finding : findings) {
    nlohmann::ordered_json check = {{"topic", finding.topic}, {"name", finding.name},
                                    {"status", health_name(finding.health)}, {"text", finding.text}};
    if (!finding.mend.empty()) check["mend"] = finding.mend;
    json["checks"].push_back(std::move(check));
  }
  constexpr int kIndent = 2;
  return json.dump(kIndent, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace crm
