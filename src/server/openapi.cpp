#include "server/openapi.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "http/response_head.h"
#include "jobs/job_data.h"
#include "server/api_schemas.h"

namespace crm {
namespace {

using nlohmann::ordered_json;

/// Moves the local definitions of a schema to where it stands in the document.
ordered_json component(std::string_view schema, const std::string& name) {
  std::string text(schema);
  const std::string from = "\"#/$defs/", to = "\"#/components/schemas/" + name + "/$defs/";
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  ordered_json json = ordered_json::parse(text);
  json.erase("$schema");
  json.erase("$id");
  return json;
}

/// A job's data with the options of the queue beside it.
ordered_json submission(const ordered_json& job_data, const ordered_json& options) {
  ordered_json schema = job_data;
  schema["title"] = "JobSubmission";
  schema.erase("$defs");
  schema["properties"]["options"] = options;
  return schema;
}

ordered_json components() {
  ordered_json schemas = ordered_json::parse(api_schemas());
  schemas["JobData"] = component(job_data_schema(), "JobData");
  schemas["JobProgress"] = component(job_progress_schema(), "JobProgress");
  schemas["JobResult"] = component(job_result_schema(), "JobResult");
  schemas["JobSubmission"] = submission(schemas["JobData"], {{"$ref", "#/components/schemas/JobOptions"}});
  return schemas;
}

ordered_json reference(const std::string& schema, const ordered_json& schemas) {
  if (!schemas.contains(schema)) throw Error(ErrorCode::internal, "no such component: " + schema);
  return {{"$ref", "#/components/schemas/" + schema}};
}

ordered_json parameter_schema(const Parameter& parameter) {
  if (parameter.type == Parameter::Type::count) {
    return {{"type", "integer"}, {"minimum", parameter.least}, {"maximum", parameter.most}};
  }
  ordered_json schema = {{"type", "string"}};
  if (!parameter.words.empty() && parameter.several) {
    const std::string word = fmt::format("({})", fmt::join(parameter.words, "|"));
    schema["pattern"] = fmt::format("^{0}(,{0})*$", word);
  } else if (!parameter.words.empty()) {
    schema["enum"] = parameter.words;
  }
  if (!parameter.pattern.empty()) schema["pattern"] = "^(?:" + parameter.pattern + ")$";
  if (parameter.least) schema["minLength"] = parameter.least;
  if (parameter.most) schema["maxLength"] = parameter.most;
  return schema;
}

ordered_json parameters_of(const Route& route) {
  ordered_json list = ordered_json::array();
  for (const Parameter& parameter : route.parameters) {
    const bool in_path = parameter.in == Parameter::In::path;
    list.push_back({{"name", parameter.name},
                    {"in", in_path ? "path" : "query"},
                    {"required", in_path},
                    {"description", parameter.description},
                    {"schema", parameter_schema(parameter)}});
  }
  for (const std::string& header : route.request_headers) {
    list.push_back(
        {{"name", header}, {"in", "header"}, {"required", false}, {"schema", {{"type", "string"}}}});
  }
  return list;
}

/// The statuses of problems that a route may answer with.
std::set<int> problems_of(const Route& route) {
  std::set<int> statuses = {400, 421, 431, 500, 503};
  if (route.role != Role::open) statuses.insert({401, 403});
  if (route.method != "GET") statuses.insert(403);
  if (std::any_of(route.parameters.begin(), route.parameters.end(),
                  [](const Parameter& p) { return p.in == Parameter::In::path; })) {
    statuses.insert(404);
  }
  if (route.role != Role::open) statuses.insert(507);
  if (route.method != "GET") statuses.insert({409, 413, 422});
  if (!route.body_schema.empty()) statuses.insert({404, 415});
  return statuses;
}

ordered_json responses_of(const Route& route, const ordered_json& schemas) {
  ordered_json responses = ordered_json::object();
  for (const RouteOutcome& outcome : route.outcomes) {
    ordered_json response = {{"description", outcome.description}};
    if (!outcome.schema.empty()) {
      response["content"][outcome.media_type]["schema"] = reference(outcome.schema, schemas);
    } else if (!outcome.media_type.empty() && outcome.media_type != "application/json") {
      response["content"][outcome.media_type] = ordered_json::object();
    }
    responses[std::to_string(outcome.status)] = std::move(response);
  }
  for (const int status : problems_of(route)) {
    if (responses.contains(std::to_string(status))) continue;
    ordered_json response = {{"description", reason_phrase(status)}};
    response["content"]["application/problem+json"]["schema"] = reference("Problem", schemas);
    responses[std::to_string(status)] = std::move(response);
  }
  return responses;
}

ordered_json operation_of(const Route& route, const ordered_json& schemas) {
  ordered_json operation = {{"operationId", route.id}, {"summary", route.summary}};
  if (route.role == Role::open) operation["security"] = ordered_json::array();
  if (route.role != Role::open) operation["x-role"] = route.role == Role::write ? "write" : "read";
  ordered_json parameters = parameters_of(route);
  if (!parameters.empty()) operation["parameters"] = std::move(parameters);
  if (!route.body_schema.empty()) {
    operation["requestBody"]["required"] = true;
    operation["requestBody"]["content"]["application/json"]["schema"] = reference(route.body_schema, schemas);
  } else if (route.open_body) {
    operation["requestBody"]["required"] = true;
    operation["requestBody"]["content"]["application/octet-stream"] = ordered_json::object();
  }
  operation["responses"] = responses_of(route, schemas);
  return operation;
}

}  // namespace

std::string openapi_document(const std::vector<Route>& routes, const std::string& version) {
  ordered_json document = {{"openapi", "3.1.0"}};
  document["info"] = {
      {"title", "crm-merge"},
      {"version", version},
      {"description", "Merges a CRM's export with vendors' files. Errors are RFC 9457 problems."},
      {"license", {{"name", "MIT"}}}};
  document["servers"] = {{{"url", "/"}}};
  document["security"] = {{{"token", ordered_json::array()}}, {{"cookie", ordered_json::array()}}};
  const ordered_json schemas = components();
  ordered_json& paths = document["paths"];
  for (const Route& route : routes) {
    std::string method = route.method;
    std::transform(method.begin(), method.end(), method.begin(),
                   [](char c) { return static_cast<char>(c - 'A' + 'a'); });
    paths[route.path][method] = operation_of(route, schemas);
  }
  document["components"]["schemas"] = schemas;
  document["components"]["securitySchemes"] = {
      {"token", {{"type", "http"}, {"scheme", "bearer"}}},
      {"cookie", {{"type", "apiKey"}, {"in", "cookie"}, {"name", "crm_merge_session"}}}};
  return document.dump(2);
}

std::vector<std::string> api_schema_names() {
  std::vector<std::string> names;
  const ordered_json all = components();
  for (const auto& [name, schema] : all.items()) names.push_back(name);
  return names;
}

}  // namespace crm
