#pragma once

#include "app/merge_command.h"
#include "app/options.h"

namespace crm {

/// `crm-merge backup FOLDER`. Errors: as back_up.
void run_backup(const TypedOptions& typed, const CommandContext& context);

/// `crm-merge restore FOLDER`. Errors: as restore.
void run_restore(const TypedOptions& typed, const CommandContext& context);

}  // namespace crm
