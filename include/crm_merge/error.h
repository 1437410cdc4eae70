#pragma once

#include <exception>
#include <string>

#include "crm_merge/export.h"

namespace crm_merge {

/// What kind of failure this is, for programs; the message is for people.
enum class ErrorCode {
  invalid_config,  ///< what was asked for cannot be: a rule, a statement, an output's place
  invalid_input,   ///< an input that cannot be read, or holds records that cannot be read
  not_found,       ///< an input that is not there
  conflict,        ///< something else is in the way: a table of that name, a database that is in use
  denied,          ///< no permission
  limit_exceeded,  ///< out of memory, disk, connections or time
  unavailable,     ///< DuckDB's library cannot be found
  cancelled,       ///< the caller asked to stop
  internal,        ///< a fault in this library: please report it
};

/// The one error of this library: a code, and one line that a person can act on.
///
/// Rules are named by the options of the command line (`--on`, `--strategy`), as in MergeSpec's comments.
class CRM_MERGE_API Error : public std::exception {
 public:
  Error(ErrorCode code, std::string message, std::string details = {});
  Error(const Error&) = default;
  Error& operator=(const Error&) = default;
  ~Error() override;

  ErrorCode code() const noexcept { return code_; }
  const char* what() const noexcept override { return message_.c_str(); }
  const std::string& message() const noexcept { return message_; }
  /// Causes, such as DuckDB's own words; may be empty, may have several lines.
  const std::string& details() const noexcept { return details_; }

 private:
  ErrorCode code_;
  std::string message_;
  std::string details_;
};

/// "invalid_input": as in JSON.
CRM_MERGE_API const char* error_code_name(ErrorCode code) noexcept;

}  // namespace crm_merge
