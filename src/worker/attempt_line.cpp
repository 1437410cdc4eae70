#include "worker/attempt_line.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "base/error_code.h"

namespace crm {
namespace {

using nlohmann::json;

AttemptLine error_of(const json& error) {
  const std::string message = error.value("message", "");
  return AttemptError{error_code_of_name(error.value("code", "")).value_or(ErrorCode::internal), message.substr(0, message.find('\n'))};
}

AttemptLine progress_of(const json& line) {
  EngineProgress progress;
  progress.stage = line.at("stage").get<std::string>();
  progress.fraction = line.value("fraction", 0.0);
  progress.rows = line.value("rows", std::uint64_t{0});
  progress.total_rows = line.value("total_rows", std::uint64_t{0});
  progress.rows_per_second = line.value("rows_per_second", 0.0);
  return progress;
}

}  // namespace

AttemptLine parse_attempt_line(std::string_view text) {
  const json line = json::parse(text, nullptr, false);
  if (!line.is_object()) return {};
  try {
    if (line.contains("error")) return error_of(line["error"]);
    if (line.contains("stage")) return progress_of(line);
  } catch (const json::exception&) {
    // A line of another shape says nothing to us: the exit status decides.
  }
  return {};
}

bool is_retryable(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_config:
    case ErrorCode::invalid_input:
    case ErrorCode::not_found:
    case ErrorCode::denied: return false;
    case ErrorCode::conflict:
    case ErrorCode::limit_exceeded:
    case ErrorCode::unavailable:
    case ErrorCode::cancelled:
    case ErrorCode::lock_lost:
    case ErrorCode::output_closed:
    case ErrorCode::internal: return true;
  }
  return true;
}

}  // namespace crm
