#pragma once

#include <nlohmann/json_fwd.hpp>

#include "jobs/job_data.h"

namespace crm {

/// True if `json`, an object, has a key of the form that the system before this one used.
bool is_older_form(const nlohmann::ordered_json& json);

/// Reads that form; what it does not know becomes a warning. Errors: as parse_job_data.
JobData parse_older_form(const nlohmann::ordered_json& json);

}  // namespace crm
