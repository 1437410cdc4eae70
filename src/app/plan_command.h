#pragma once

#include "app/merge_command.h"

namespace crm {

/// `crm-merge plan`: looks at the inputs, plans, and prints the plan (or its SQL) on standard output.
void run_plan(const RunOptions& run, const CommandContext& context);

}  // namespace crm
