#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "model/spec.h"

namespace crm {

/// Fills the rules of `spec` from `rules`, the object that stands at `path`. Its keys are the command line's
/// options in snake_case. Errors: invalid_config that begins with the path of what is wrong.
void read_rules(const nlohmann::ordered_json& rules, const std::string& path,
                const std::vector<std::string>& enriched_names, MergeSpec& spec);

/// One identifier as `--on` spells it ("email", "Email 2|Email 3:email").
OnItem read_identifier(const std::string& text, const std::string& path);

/// A two-letter country, in capitals. Errors: invalid_config.
std::string read_region(const std::string& text, const std::string& path);

}  // namespace crm
