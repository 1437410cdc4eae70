#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "base/clock.h"
#include "http/message.h"

namespace crm {

/// `json` as the body; bytes that are not UTF-8 are replaced.
Response json_response(int status, const nlohmann::ordered_json& json);

/// "2026-11-22T13:00:00.000Z". Source: RFC 3339.
std::string rfc3339(WallTime time);

}  // namespace crm
