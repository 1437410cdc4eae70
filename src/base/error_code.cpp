#include "base/error_code.h"

namespace crm {

std::string_view error_code_name(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_config: return "invalid_config";
    case ErrorCode::invalid_input: return "invalid_input";
    case ErrorCode::not_found: return "not_found";
    case ErrorCode::conflict: return "conflict";
    case ErrorCode::denied: return "denied";
    case ErrorCode::limit_exceeded: return "limit_exceeded";
    case ErrorCode::unavailable: return "unavailable";
    case ErrorCode::cancelled: return "cancelled";
    case ErrorCode::lock_lost: return "lock_lost";
    case ErrorCode::output_closed: return "output_closed";
    case ErrorCode::internal: return "internal";
  }
  return "internal";
}

std::optional<ErrorCode> error_code_of_name(std::string_view name) {
  for (int code = 0; code <= static_cast<int>(ErrorCode::internal); ++code) {
    if (error_code_name(static_cast<ErrorCode>(code)) == name) return static_cast<ErrorCode>(code);
  }
  return std::nullopt;
}

}  // namespace crm
