#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "jobs/job_data.h"

namespace crm {

class JsonObject;

/// What both forms share, and the API's profile calls.

/// One character, or comma, tab, semicolon, pipe. Errors: invalid_config.
char read_delimiter(const std::string& text, const std::string& path);
/// An input without a path, named after a file, key or URI: its last part without suffixes and query.
InputRef input_named_after(std::string_view where);
/// The prefix of the outputs' keys: relative, with a `/` at its end, without `..`. "" if it is not given.
std::string read_output_prefix(JsonObject& job, std::string_view key);
/// The producer's own JSON, compact; "null" if there is none.
std::string read_metadata(JsonObject& job);

}  // namespace crm
