#include "server/json_response.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace crm {

Response json_response(int status, const nlohmann::ordered_json& json) {
  Response response;
  response.status = status;
  response.set("Content-Type", "application/json");
  response.set("Cache-Control", "no-store");
  response.body = json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  return response;
}

std::string rfc3339(WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

}  // namespace crm
