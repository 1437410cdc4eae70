#pragma once

#include <string>

#include "jobs/job_data.h"

namespace crm {

/// The text of `job` in the newer form, which parse_job_data reads back as the same job. Rules of a spec file that are
/// `weaker` stand with the others, without those whose column another rule names.
///
/// Errors: invalid_config for what job data cannot say: two rules for one column, bytes that are not UTF-8.
std::string job_data_text(const JobData& job);

}  // namespace crm
