#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "http/message.h"

// Errors as a client sees them: problem+json. Source: RFC 9457.
namespace crm {

/// An answer that is no `Error` of the product: something about HTTP itself.
class HttpProblem : public std::exception {
 public:
  HttpProblem(int status, std::string code, std::string detail)
      : status_(status), code_(std::move(code)), detail_(std::move(detail)) {}

  int status() const noexcept { return status_; }
  const std::string& code() const noexcept { return code_; }
  const char* what() const noexcept override { return detail_.c_str(); }

 private:
  int status_;
  std::string code_, detail_;
};

/// The status that an error's code has over HTTP.
int http_status(ErrorCode code);

/// `{"type", "title", "status", "code", "detail"}`.
Response problem_response(int status, std::string_view code, std::string_view detail);

/// The problem that an exception is; what is not ours becomes "internal" without its text.
Response problem_of(std::exception_ptr fault);

}  // namespace crm
