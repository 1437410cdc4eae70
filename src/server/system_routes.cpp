#include <nlohmann/json.hpp>

#include "http/gzip_source.h"
#include "http/negotiation.h"
#include "jobs/json_object.h"
#include "queue/job_queue.h"
#include "server/api.h"
#include "server/json_response.h"
#include "server/metrics.h"
#include "server/problem.h"

namespace crm {
namespace {

using nlohmann::ordered_json;

Response text_response(const Call& call, std::string body, std::string type) {
  Response response;
  response.set("Content-Type", std::move(type));
  response.set("Cache-Control", "no-store");
  response.set("Vary", "Accept-Encoding");
  if (accepts_gzip(call.request.header("Accept-Encoding").value_or(""))) {
    response.set("Content-Encoding", "gzip");
    response.body = gzipped(body);
  } else {
    response.body = std::move(body);
  }
  return response;
}

Response ready_response(const Api& api) {
  std::vector<std::string> reasons;
  if (api.parts.not_ready) reasons = api.parts.not_ready();
  try {
    (void)api.parts.queue.counts();
  } catch (const Error& error) {
    reasons.push_back("queue: " + error.message());
  }
  return json_response(reasons.empty() ? 200 : 503,
                       {{"status", reasons.empty() ? "ok" : "not_ready"}, {"reasons", reasons}});
}

Response metrics_response(const Api& api, const Call& call) {
  Metrics& metrics = api.parts.metrics;
  const JobCounts counts = api.parts.queue.counts();
  for (const JobState state : {JobState::waiting, JobState::active, JobState::delayed, JobState::completed,
                               JobState::failed, JobState::cancelled}) {
    metrics.set("crm_merge_queue_jobs", {{"state", to_text(state)}}, static_cast<double>(counts[state]));
  }
  if (api.parts.collect) api.parts.collect(metrics);
  return text_response(call, metrics.text(), "text/plain; version=0.0.4; charset=utf-8");
}

std::string role_word(Role role) { return role == Role::write ? "write" : "read"; }

Response sign_in(const Api& api, const Call& call) {
  const ordered_json json = parse_json("the body", call.body);
  JsonObject body(json, "");
  const std::string token = body.required_text("token");
  body.refuse_unknown();
  if (!api.access.needs_token()) return json_response(200, {{"name", "local"}, {"role", "write"}});
  const auto caller = api.access.caller_of(token);
  if (!caller) throw HttpProblem(401, "unauthorized", "this token is not known; ask the operator for one");
  Response response = json_response(200, {{"name", caller->name}, {"role", role_word(caller->role)}});
  response.set("Set-Cookie", api.access.session_cookie(*caller, call.request.secure));
  return response;
}

}  // namespace

void add_system_routes(const Api& api, const std::string& openapi, std::vector<Route>& routes) {
  routes.push_back({.method = "GET",
                    .path = "/healthz",
                    .role = Role::open,
                    .id = "health",
                    .summary = "The process lives",
                    .outcomes = {{200, "it does", "Health"}},
                    .handle = [](const Call&) {
                      return json_response(200, {{"status", "ok"}});
                    }});
  routes.push_back({.method = "GET",
                    .path = "/readyz",
                    .role = Role::open,
                    .id = "ready",
                    .summary = "It can take work",
                    .outcomes = {{200, "it can", "Health"}, {503, "it cannot, for these reasons", "Health"}},
                    .handle = [&api](const Call&) { return ready_response(api); }});
  routes.push_back({.method = "GET",
                    .path = "/metrics",
                    .role = api.options.access.open_metrics ? Role::open : Role::read,
                    .id = "metrics",
                    .summary = "Figures for Prometheus",
                    .outcomes = {{200, "Prometheus' text format", "", "text/plain"}},
                    .handle = [&api](const Call& call) { return metrics_response(api, call); }});
  routes.push_back(
      {.method = "GET",
       .path = "/api/v1/openapi.json",
       .role = Role::open,
       .id = "openapi",
       .summary = "This document",
       .outcomes = {{200, "OpenAPI 3.1", "Object"}},
       .handle = [&openapi](const Call& call) { return text_response(call, openapi, "application/json"); }});
}

void add_session_routes(const Api& api, std::vector<Route>& routes) {
  routes.push_back({.method = "POST",
                    .path = "/api/v1/session",
                    .role = Role::open,
                    .id = "signIn",
                    .summary = "A token for a cookie, for the page",
                    .outcomes = {{200, "signed in; Set-Cookie", "Session"},
                                 {401, "no such token", "Problem", "application/problem+json"}},
                    .handle = [&api](const Call& call) { return sign_in(api, call); },
                    .body_schema = "SessionRequest"});
  routes.push_back(
      {.method = "GET",
       .path = "/api/v1/session",
       .role = Role::read,
       .id = "whoAmI",
       .summary = "Who is signed in",
       .outcomes = {{200, "the caller", "Session"}},
       .handle = [](const Call& call) {
         return json_response(200, {{"name", call.caller.name}, {"role", role_word(call.caller.role)}});
       }});
  routes.push_back({.method = "DELETE",
                    .path = "/api/v1/session",
                    .role = Role::open,
                    .id = "signOut",
                    .summary = "Ends the cookie",
                    .outcomes = {{204, "signed out", "", ""}},
                    .handle = [&api](const Call& call) {
                      Response response;
                      response.status = 204;
                      response.set("Set-Cookie", api.access.ended_session_cookie(call.request.secure));
                      return response;
                    }});
}

}  // namespace crm
