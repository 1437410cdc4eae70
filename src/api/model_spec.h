#pragma once

#include "crm_merge/merge.h"
#include "merge/merge_job.h"

namespace crm_merge {

/// What the caller asked for, in the product's own terms. Errors: invalid_config, one line that names the option.
crm::MergeJob to_job(const MergeSpec& spec, const MergeOptions& options);

/// 0: one per processor that this process may use, up to 16. Errors: invalid_config for less or more than 64.
int resolved_threads(int threads);
/// Empty: $TMPDIR, else /var/tmp.
std::filesystem::path resolved_temp_dir(const std::filesystem::path& folder);

}  // namespace crm_merge
