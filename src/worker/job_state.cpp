#include "worker/job_state.h"

#include <nlohmann/json.hpp>

namespace crm {

using nlohmann::json;

std::string to_json(const JobProgressState& state) {
  json inputs = json::array();
  for (const FetchedInput& input : state.inputs) inputs.push_back({{"key", input.key}, {"etag", input.etag}});
  return json{{"rules", state.rules}, {"inputs", inputs}, {"is_merged", state.is_merged}, {"published", state.published}}
      .dump();
}

std::optional<JobProgressState> job_state_from_json(const std::string& text) {
  try {
    const json value = json::parse(text);
    JobProgressState state;
    state.rules = value.at("rules").get<std::string>();
    for (const json& input : value.at("inputs")) {
      state.inputs.push_back({input.at("key").get<std::string>(), input.at("etag").get<std::string>()});
    }
    state.is_merged = value.at("is_merged").get<bool>();
    state.published = value.at("published").get<std::map<std::string, std::string>>();
    return state;
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

}  // namespace crm
