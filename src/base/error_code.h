#pragma once

#include <optional>
#include <string_view>

#include "base/error.h"

// How codes of errors are spelled wherever programs read them: JSON, HTTP problems, failed jobs.
namespace crm {

/// "invalid_config", "invalid_input", …
std::string_view error_code_name(ErrorCode code);
/// Nothing for a word that is none.
std::optional<ErrorCode> error_code_of_name(std::string_view name);

}  // namespace crm
