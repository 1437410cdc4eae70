#pragma once

#include "app/merge_command.h"
#include "app/options.h"

namespace crm {

/// `crm-merge token NAME [read|write]`: makes a token; see its help. Returns the exit status. Errors: invalid_config.
int run_token(const TypedOptions& typed, const CommandContext& context);

}  // namespace crm
