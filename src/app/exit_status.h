#pragma once

#include <string>

#include "base/error.h"

namespace crm {

/// The process's exit status for an error (contract, section 9). `signal` is the one that asked to stop, or 0.
int exit_status(ErrorCode code, int signal);

/// The lines that an error prints on standard error: `crm-merge: error: …`, its details with `verbose`, or one JSON object.
/// Nothing for output_closed: who closed the pipe does not want to hear.
struct ErrorStyle {
  bool json = false;
  bool verbose = false;
  bool colour = false;
};
std::string error_text(const Error& error, int status, const ErrorStyle& style);

}  // namespace crm
