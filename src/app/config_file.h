#pragma once

#include <string>
#include <utility>
#include <vector>

#include "app/options.h"

namespace crm {

/// Adds the options of a config file beneath those that were typed or are in the environment: YAML, each option under its
/// name without dashes, a list where it may be given several times.
///
/// Errors: invalid_config, "FILE:LINE:COLUMN: …", for what is no YAML, an unknown option (with the nearest known one), a
/// value of a wrong shape; not_found.
void add_config_file(Command command, const std::string& path, TypedOptions& typed);

/// Such a file, of options by their names without dashes; those without a value are left as comments.
std::string config_text(const std::vector<std::pair<std::string, std::vector<std::string>>>& options);

}  // namespace crm
