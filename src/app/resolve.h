#pragma once

#include <string>
#include <utility>
#include <vector>

#include "merge/machine.h"
#include "app/options.h"
#include "app/progress_display.h"
#include "engine/engine.h"
#include "engine/memory_division.h"
#include "merge/run_limits.h"
#include "model/spec.h"
#include "spec/spec_file.h"

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
  /// How it runs, as it was said in a spec or on the command line: what --save-spec writes of it.
  std::vector<std::pair<std::string, std::string>> running;
};

/// Understands what was typed, and a spec file beneath it: what is typed wins over the environment, that over the spec, and
/// per column where an option is for columns. Takes defaults, and refuses what contradicts itself.
///
/// Errors: invalid_config, one line that names the option.
RunOptions resolve_options(Command command, const TypedOptions& typed, const Machine& machine,
                           const SpecFile* file = nullptr);

/// Parses `--progress`; also used to know how to print an error before the rest is understood.
ProgressMode parse_progress_mode(const std::string& text);

}  // namespace crm
