#pragma once

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "plan/planner.h"
#include "plan/spec_parse.h"

// What the planner's tests say their cases in: headers in, a plan or an error line out.
namespace crm::plan_test {

using Names = std::vector<std::string>;
using Rows = std::vector<std::vector<std::string>>;

inline InputProfile file(std::string name, Names columns, Rows sample = {}) {
  InputProfile profile;
  profile.path = name + ".csv";
  profile.name = std::move(name);
  profile.encoding = "utf-8";
  profile.compression = "none";
  profile.empty = columns.empty();
  profile.columns = std::move(columns);
  profile.sample = std::move(sample);
  return profile;
}

/// One case: an original, its enriched files, and what was asked for.
struct Case {
  InputProfile original;
  std::vector<InputProfile> enriched;
  MergeSpec spec = {};

  Case(InputProfile crm, std::vector<InputProfile> vendors)
      : original(std::move(crm)), enriched(std::move(vendors)) {}

  MergePlan plan() const { return plan_merge(spec, original, enriched); }

  /// The error's line; "no error" if the plan stands. Any code but invalid_config is told.
  std::string error() const {
    try {
      plan();
    } catch (const Error& error) {
      return error.code() == ErrorCode::invalid_config ? error.message() : "code: " + error.message();
    }
    return "no error";
  }

  Case& on(std::string_view list) {
    spec.on = parse_on("--on", list);
    return *this;
  }
  Case& map(std::string_view rule) {
    Names names;
    for (const InputProfile& input : enriched) names.push_back(input.name);
    spec.maps.push_back(parse_map("--map", rule, names));
    return *this;
  }
};

/// The names of the plan's merged columns, in order.
inline Names merged(const MergePlan& plan) {
  Names names;
  for (const PlanColumn& column : plan.columns) names.push_back(column.name);
  return names;
}

inline Names output(const MergePlan& plan) {
  Names names;
  for (const OutputColumn& column : plan.output) names.push_back(column.name);
  return names;
}

inline const PlanColumn& column(const MergePlan& plan, const std::string& name) {
  for (const PlanColumn& candidate : plan.columns) {
    if (candidate.name == name) return candidate;
  }
  throw std::runtime_error("no merged column " + name);
}

/// Where the columns of an enriched file go, by name; "-" where they are left out.
inline Names targets(const MergePlan& plan, std::size_t input = 0) {
  Names names;
  for (int target : plan.inputs.at(input).targets)
    names.push_back(target < 0 ? "-" : plan.columns[target].name);
  return names;
}

inline bool has_line(const std::vector<std::string>& lines, std::string_view part) {
  return std::any_of(lines.begin(), lines.end(),
                     [&](const std::string& line) { return line.find(part) != std::string::npos; });
}

}  // namespace crm::plan_test
