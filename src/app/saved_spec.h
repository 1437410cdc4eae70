#pragma once

#include <string>
#include <vector>

#include "app/resolve.h"
#include "model/plan.h"
#include "model/profile.h"

namespace crm {

/// The spec in force, as the text of `path`. Errors: as spec_yaml.
std::string saved_spec(const RunOptions& run, const MergePlan& plan, const InputProfile& original,
                       const std::vector<InputProfile>& enriched, const std::string& path);

/// The JSON Schema of spec files, with what the option table says of each key.
std::string spec_schema_text();

/// What a key of a spec file is for.
std::string spec_key_help(std::string_view key);

}  // namespace crm
