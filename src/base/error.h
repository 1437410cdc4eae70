#pragma once

#include <cstddef>
#include <exception>
#include <string>
#include <string_view>
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
      : code_(code), message_(std::move(message)), headline_bytes_(message_.size()), details_(std::move(details)) {}

  /// With lines of a list under the message (the first rejects), which must be printable as they stand.
  static Error with_list(ErrorCode code, std::string headline, std::string_view list) {
    Error error(code, std::move(headline));
    error.message_ += list;
    return error;
  }

  ErrorCode code() const noexcept { return code_; }
  const char* what() const noexcept override { return message_.c_str(); }
  const std::string& message() const noexcept { return message_; }
  /// The message without its list: what goes on one line, whatever a name in it holds.
  std::string_view headline() const noexcept { return std::string_view(message_).substr(0, headline_bytes_); }
  /// Empty, or lines that each begin with a line end.
  std::string_view list() const noexcept { return std::string_view(message_).substr(headline_bytes_); }
  /// More for `--verbose`: causes, system errors. May be empty; may have several lines.
  const std::string& details() const noexcept { return details_; }

 private:
  ErrorCode code_;
  std::string message_;
  std::size_t headline_bytes_;
  std::string details_;
};

}  // namespace crm
