#pragma once

#include <string>

#include "app/merge_command.h"

namespace crm {

/// `crm-merge attempt FILE`: what a worker runs for one attempt of a job, in a process of its own so that the job's memory
/// limit is the kernel's to confirm and a crash is one job's. Not for people. Ends with the process that started it.
///
/// Errors: as run_merge.
void run_attempt(const std::string& request_file, const CommandContext& context);

}  // namespace crm
