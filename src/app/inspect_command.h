#pragma once

#include "app/merge_command.h"
#include "app/options.h"

namespace crm {

/// What `crm-merge inspect` was asked.
struct InspectRun {
  RunOptions run;                              ///< `spec`: the first file is the original, the others are enriched
  std::string name_of_first;                   ///< what it is called in what is printed
  std::optional<std::uint64_t> sample_rows;
  bool json = false;
};

/// Errors: invalid_config.
InspectRun resolve_inspect(const TypedOptions& typed, const Machine& machine);

/// `crm-merge inspect`: looks at every file and prints what was found on standard output. A file that cannot be read is
/// told of on standard error, and the others are looked at all the same.
///
/// Returns the exit status: 0, or 3 if a file could not be read. Errors: Error, as the contract's section 9.
int run_inspect(const InspectRun& inspect, const CommandContext& context);

}  // namespace crm
