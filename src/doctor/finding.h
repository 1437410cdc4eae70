#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace crm {

enum class Health { ok, warning, problem };

/// One thing that was looked at.
struct Finding {
  std::string topic;          ///< "memory", "temporary files": findings of one topic stand together
  std::string name;           ///< "control group"
  Health health = Health::ok;
  std::string text;           ///< what it is, and what is wrong with it
  std::string mend;           ///< the one thing to do; empty where it is ok
};

/// "ok", "warning", "problem".
std::string_view health_name(Health health);

/// The findings as JSON, indented; docs/doctor.md describes the shape.
std::string findings_json(const std::vector<Finding>& findings);

}  // namespace crm
