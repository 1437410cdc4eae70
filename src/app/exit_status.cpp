#include "app/exit_status.h"

#include <csignal>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/terminal.h"
#include "base/error_code.h"

namespace crm {
namespace {

/// The message as it may reach a terminal: one line, whatever a path or a header in it holds. Only a list of rejects has
/// lines of its own (reject_policy.cpp has made them printable).
std::string on_one_line(const Error& error) { return printable(error.headline()) + std::string(error.list()); }

}  // namespace

int exit_status(ErrorCode code, int signal) {
  switch (code) {
    case ErrorCode::invalid_config:
    case ErrorCode::conflict:
    case ErrorCode::denied: return 2;
    case ErrorCode::invalid_input:
    case ErrorCode::not_found: return 3;
    case ErrorCode::limit_exceeded: return 4;
    case ErrorCode::unavailable: return 5;
    case ErrorCode::cancelled: return signal == 0 ? 128 + SIGINT : 128 + signal;
    case ErrorCode::output_closed: return 128 + SIGPIPE;
    case ErrorCode::lock_lost:
    case ErrorCode::internal: return 1;
  }
  return 1;
}

std::string error_text(const Error& error, int status, const ErrorStyle& style) {
  if (error.code() == ErrorCode::output_closed) return "";
  if (style.json) {
    nlohmann::ordered_json object;
    object["error"]["code"] = error_code_name(error.code());
    object["error"]["message"] = error.message();
    if (style.verbose && !error.details().empty()) object["error"]["details"] = error.details();
    object["error"]["exit_code"] = status;
    return object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  }
  const char* word = style.colour ? "\x1b[1;31merror:\x1b[0m" : "error:";
  std::string text = fmt::format("crm-merge: {} {}\n", word, on_one_line(error));
  if (style.verbose && !error.details().empty()) text += error.details() + "\n";
  return text;
}

}  // namespace crm
