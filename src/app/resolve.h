#pragma once

#include <string>

#include "merge/machine.h"
#include "app/options.h"
#include "app/progress_display.h"
#include "engine/engine.h"
#include "engine/memory_division.h"
#include "merge/run_limits.h"
#include "model/spec.h"

namespace crm {

/// Everything that a run needs to know, resolved from what was typed.
struct RunOptions {
  MergeSpec spec;
  EngineKind engine = EngineKind::stream;
  EngineLimits limits;
  ProgressMode progress = ProgressMode::automatic;
  bool json = false;        ///< `--progress json`: whatever is said on standard error is JSON
  bool quiet = false;
  bool verbose = false;
  bool print_sql = false;   ///< plan --sql
};

/// Understands what was typed, takes defaults, and refuses what contradicts itself.
///
/// Errors: invalid_config, one line that names the option.
RunOptions resolve_options(Command command, const TypedOptions& typed, const Machine& machine);

/// Parses `--progress`; also used to know how to print an error before the rest is understood.
ProgressMode parse_progress_mode(const std::string& text);

}  // namespace crm
