#pragma once

#include <functional>
#include <stop_token>
#include <string_view>

#include "app/resolve.h"
#include "app/terminal.h"

namespace crm {

/// What a sub-command works with, beside its options.
struct CommandContext {
  std::stop_token stop;
  Display display;
  std::function<void(std::string_view)> write_error;   ///< to standard error
};

/// `crm-merge merge`: opens, plans, runs the engine, checks the accounts, publishes, and prints the summary.
///
/// Errors: Error, as the contract's section 9; nothing is published then.
void run_merge(const RunOptions& run, const CommandContext& context);

}  // namespace crm
