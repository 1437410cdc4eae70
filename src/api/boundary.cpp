#include "api/boundary.h"

#include "crm_merge/version.h"

namespace crm_merge {
namespace {

ErrorCode to_public(crm::ErrorCode code) {
  switch (code) {
    case crm::ErrorCode::invalid_config: return ErrorCode::invalid_config;
    case crm::ErrorCode::invalid_input: return ErrorCode::invalid_input;
    case crm::ErrorCode::not_found: return ErrorCode::not_found;
    case crm::ErrorCode::conflict: return ErrorCode::conflict;
    case crm::ErrorCode::denied:
    case crm::ErrorCode::output_closed: return ErrorCode::denied;
    case crm::ErrorCode::limit_exceeded: return ErrorCode::limit_exceeded;
    case crm::ErrorCode::unavailable: return ErrorCode::unavailable;
    case crm::ErrorCode::cancelled: return ErrorCode::cancelled;
    case crm::ErrorCode::lock_lost:
    case crm::ErrorCode::internal: return ErrorCode::internal;
  }
  return ErrorCode::internal;
}

}  // namespace

Error to_public(const crm::Error& error) { return {to_public(error.code()), error.message(), error.details()}; }

Error::Error(ErrorCode code, std::string message, std::string details)
    : code_(code), message_(std::move(message)), details_(std::move(details)) {}

Error::~Error() = default;

const char* error_code_name(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::invalid_config: return "invalid_config";
    case ErrorCode::invalid_input: return "invalid_input";
    case ErrorCode::not_found: return "not_found";
    case ErrorCode::conflict: return "conflict";
    case ErrorCode::denied: return "denied";
    case ErrorCode::limit_exceeded: return "limit_exceeded";
    case ErrorCode::unavailable: return "unavailable";
    case ErrorCode::cancelled: return "cancelled";
    case ErrorCode::internal: return "internal";
  }
  return "internal";
}

const char* version() noexcept { return CRM_MERGE_VERSION; }

}  // namespace crm_merge
