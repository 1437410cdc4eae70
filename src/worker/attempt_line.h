#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/error.h"

namespace crm {

/// How far the engine is.
struct EngineProgress {
  std::string stage;   ///< "import_original", …
  double fraction = 0; ///< of the merge, 0 to 1
  std::uint64_t rows = 0, total_rows = 0;  ///< of the stage; 0: not known
  double rows_per_second = 0;
};

struct AttemptError {
  ErrorCode code = ErrorCode::internal;
  std::string message;  ///< its first line: the others may quote the data
};

/// A line of `--progress json`: progress, an error, or something else (the summary, which the report tells better).
using AttemptLine = std::variant<std::monostate, EngineProgress, AttemptError>;
AttemptLine parse_attempt_line(std::string_view line);

/// False where trying again cannot help: what the user gave is at fault.
bool is_retryable(ErrorCode code);

}  // namespace crm
