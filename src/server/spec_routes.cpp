#include <algorithm>
#include <nlohmann/json.hpp>

#include "jobs/job_data.h"
#include "jobs/json_object.h"
#include "server/api.h"
#include "server/json_response.h"
#include "server/problem.h"
#include "server/stored_json.h"
#include "storage/object_store.h"

namespace crm {
namespace {

using nlohmann::ordered_json;

/// A name is one component of a key as it stands.
constexpr const char* kNamePattern = "[A-Za-z0-9][A-Za-z0-9 ._-]{0,99}";
constexpr std::size_t kMaxSpecs = 1000;
constexpr std::string_view kSpecPrefix = "specs/";

std::string spec_key(const std::string& name) { return std::string(kSpecPrefix) + name + ".json"; }

bool is_spec_name(const std::string& name) {
  const auto alphanumeric = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  if (name.empty() || name.size() > 100 || !alphanumeric(name[0])) return false;
  return std::all_of(name.begin(), name.end(), [&](char c) {
    return alphanumeric(c) || std::string_view(" ._-").find(c) != std::string_view::npos;
  });
}

Response save(const Api& api, const Call& call) {
  const ordered_json json = parse_json("the body", call.body);
  JsonObject body(json, "");
  const std::string name = body.required_text("name");
  const ordered_json* rules = body.find("spec");
  if (!rules) throw Error(ErrorCode::invalid_config, "spec: is missing; give the rules");
  body.refuse_unknown();
  if (!is_spec_name(name)) {
    throw Error(ErrorCode::invalid_config,
                "name: letters, digits, space, ., _ and -, a letter or digit first, at most 100");
  }
  parse_rules(rules->dump(), {});
  const bool is_new = !api.parts.store.stat(spec_key(name));
  if (is_new && api.parts.store.list({std::string(kSpecPrefix), "", kMaxSpecs}).objects.size() >= kMaxSpecs) {
    throw HttpProblem(409, "too_many", "1000 rules are saved; delete some first");
  }
  const ordered_json record = {{"name", name},
                               {"spec", *rules},
                               {"saved_at", rfc3339(api.parts.clock.wall_now())},
                               {"saved_by", call.caller.name}};
  save_record(api.parts.store, spec_key(name), record);
  return json_response(is_new ? 201 : 200, record);
}

ordered_json load(const Api& api, const std::string& name) {
  auto record = load_record(api.parts.store, spec_key(name));
  if (!record) throw HttpProblem(404, "not_found", "no rules are saved under that name");
  return *std::move(record);
}

Response list(const Api& api) {
  ordered_json specs = ordered_json::array();
  for (const ObjectInfo& object : api.parts.store.list({std::string(kSpecPrefix), "", kMaxSpecs}).objects) {
    if (auto record = load_record(api.parts.store, object.key)) specs.push_back(*std::move(record));
  }
  return json_response(200, {{"specs", std::move(specs)}});
}

Response remove(const Api& api, const Call& call) {
  load(api, call.path_value("name"));
  api.parts.store.remove(spec_key(call.path_value("name")));
  Response response;
  response.status = 204;
  return response;
}

}  // namespace

void add_spec_routes(const Api& api, std::vector<Route>& routes) {
  const Parameter name = path_parameter("name", "of the rules", kNamePattern);
  routes.push_back({.method = "POST",
                    .path = "/api/v1/specs",
                    .role = Role::write,
                    .id = "saveSpec",
                    .summary = "Saves rules under a name, for next week's files; the same name is replaced",
                    .outcomes = {{201, "saved", "Spec"}, {200, "replaced", "Spec"}},
                    .handle = [&api](const Call& call) { return save(api, call); },
                    .body_schema = "SpecRequest",
                    .max_body_bytes = 256u << 10});
  routes.push_back({.method = "GET",
                    .path = "/api/v1/specs",
                    .id = "listSpecs",
                    .summary = "All saved rules, by name",
                    .outcomes = {{200, "the rules", "SpecList"}},
                    .handle = [&api](const Call&) { return list(api); }});
  routes.push_back({.method = "GET",
                    .path = "/api/v1/specs/{name}",
                    .id = "getSpec",
                    .summary = "The rules of that name",
                    .parameters = {name},
                    .outcomes = {{200, "the rules", "Spec"}},
                    .handle = [&api](const Call& call) {
                      return json_response(200, load(api, call.path_value("name")));
                    }});
  routes.push_back({.method = "DELETE",
                    .path = "/api/v1/specs/{name}",
                    .role = Role::write,
                    .id = "deleteSpec",
                    .summary = "Forgets rules",
                    .parameters = {name},
                    .outcomes = {{204, "forgotten", "", ""}},
                    .handle = [&api](const Call& call) { return remove(api, call); }});
}

}  // namespace crm
