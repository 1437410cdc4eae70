#pragma once

#include <string>

#include "app/machine.h"
#include "app/options.h"
#include "app/progress_display.h"
#include "engine/engine.h"
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

/// The memory limit may not be less.
inline constexpr std::uint64_t kLeastMemoryBytes = 96'000'000;
inline constexpr std::uint64_t kDefaultMemoryBytes = 512'000'000;
inline constexpr int kMostThreads = 64;
inline constexpr int kMostDefaultThreads = 16;

/// Understands what was typed, takes defaults, and refuses what contradicts itself.
///
/// Errors: invalid_config, one line that names the option.
RunOptions resolve_options(Command command, const TypedOptions& typed, const Machine& machine);

/// Parses `--progress`; also used to know how to print an error before the rest is understood.
ProgressMode parse_progress_mode(const std::string& text);

}  // namespace crm
