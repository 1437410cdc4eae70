#pragma once

#include <exception>
#include <string>
#include <utility>

namespace crm {

/// What kind of failure this is; the doors of the product (exit status, HTTP, retry) switch on it.
enum class ErrorCode {
  invalid_config,  ///< usage, rules, or an output that cannot be written (exit status 2)
  invalid_input,   ///< input data that is unreadable or against the rules (3)
  not_found,       ///< an input that is not there (3)
  conflict,        ///< something else holds what is needed (2)
  denied,          ///< no permission to write an output or to use a resource (2)
  limit_exceeded,  ///< out of memory, disk or time (4)
  unavailable,     ///< a service failed (5)
  cancelled,       ///< the person or the system asked to stop (130 or 143)
  lock_lost,       ///< another worker owns the job now (1)
  output_closed,   ///< the reader of standard output went away (141, silent)
  internal,        ///< a fault in this program (1)
};

/// The one error of the product: a code and one line that a person can act on (what, where, what to do).
///
/// Expected outcomes (a reject, no key, no match) are values and never thrown.
class Error : public std::exception {
 public:
  Error(ErrorCode code, std::string message, std::string details = {})
      : code_(code), message_(std::move(message)), details_(std::move(details)) {}

  ErrorCode code() const noexcept { return code_; }
  const char* what() const noexcept override { return message_.c_str(); }
  const std::string& message() const noexcept { return message_; }
  /// More for `--verbose`: causes, system errors. May be empty; may have several lines.
  const std::string& details() const noexcept { return details_; }

 private:
  ErrorCode code_;
  std::string message_;
  std::string details_;
};

}  // namespace crm
