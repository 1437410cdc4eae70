#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "jobs/job_data.h"
#include "jobs/json_object.h"
#include "queue/job_queue.h"
#include "server/api.h"
#include "server/job_files.h"
#include "server/job_json.h"
#include "server/json_response.h"
#include "server/problem.h"
#include "server/upload_names.h"
#include "storage/object_store.h"

namespace crm {
namespace {

using nlohmann::ordered_json;

constexpr const char* kIdPattern = "[0-9A-Za-z_-]{1,128}";
constexpr std::size_t kShownLogLines = 200;
constexpr int kDefaultAttempts = 3;
constexpr std::chrono::milliseconds kDefaultBackoff{2000};

void read_options(const ordered_json& value, NewJob& job) {
  JsonObject options(value, "options");
  job.name = options.text("name").value_or(job.name);
  if (job.name.empty() || job.name.size() > kMaxJobNameBytes)
    throw Error(ErrorCode::invalid_config, "options.name: give 1 to 200 bytes");
  job.options.priority = static_cast<int>(options.count("priority", kMaxPriority).value_or(0));
  job.options.attempts = static_cast<int>(options.count("attempts", kMaxAttempts).value_or(kDefaultAttempts));
  if (job.options.attempts < 1) throw Error(ErrorCode::invalid_config, "options.attempts: give at least 1");
  job.options.delay = std::chrono::milliseconds(
      options.count("delay_ms", static_cast<std::uint64_t>(kMaxDelay.count())).value_or(0));
  if (const ordered_json* backoff = options.find("backoff")) {
    JsonObject object(*backoff, "options.backoff");
    const std::string type = object.required_text("type");
    if (type != "fixed" && type != "exponential")
      throw Error(ErrorCode::invalid_config, "options.backoff.type: give fixed or exponential");
    job.options.backoff.kind = type == "fixed" ? Backoff::Kind::fixed : Backoff::Kind::exponential;
    const auto delay = object.count("delay_ms", static_cast<std::uint64_t>(kMaxBackoff.count()));
    if (!delay) throw Error(ErrorCode::invalid_config, "options.backoff.delay_ms: is missing");
    job.options.backoff.delay = std::chrono::milliseconds(*delay);
    object.refuse_unknown();
  }
  options.refuse_unknown();
}

Response submit(const Api& api, const Call& call) {
  JsonLimits limits;
  limits.bytes = kMaxMergeJobBytes;
  ordered_json json = parse_json("job data", call.body, limits);
  NewJob job;
  job.name = api.options.job_name;
  job.options.attempts = kDefaultAttempts;
  job.options.backoff = {Backoff::Kind::exponential, kDefaultBackoff};
  if (json.is_object() && json.contains("options")) {
    const ordered_json options = json["options"];
    json.erase("options");
    read_options(options, job);
  }
  name_uploads(api.parts.store, json);
  job.data = json.dump();
  check_sources(api.parts.store, api.options, parse_job_data(job.data));
  job.idempotency_key = std::string(call.request.header("Idempotency-Key").value_or(""));
  if (job.idempotency_key.size() > kMaxIdempotencyKeyBytes) {
    throw HttpProblem(400, "bad_parameter", "Idempotency-Key: at most 255 bytes");
  }
  job.submitted_by = call.caller.name;
  const AddResult added = api.parts.queue.add(job);
  const std::string url = "/api/v1/jobs/" + added.id;
  Response response =
      json_response(added.existed ? 200 : 201, {{"id", added.id}, {"url", url}, {"existed", added.existed}});
  response.set("Location", url);
  return response;
}

Response list(const Api& api, const Call& call) {
  JobQuery query;
  std::string states = call.query_value("state").value_or("");
  for (std::size_t at = 0; at < states.size();) {
    const std::size_t comma = std::min(states.find(',', at), states.size());
    if (const auto state = job_state_from(std::string_view(states).substr(at, comma - at)))
      query.states.push_back(*state);
    at = comma + 1;
  }
  query.search = call.query_value("search").value_or("");
  query.cursor = call.query_value("cursor").value_or("");
  if (const auto limit = call.query_value("limit")) query.limit = std::stoul(*limit);
  const JobPage page = api.parts.queue.list(query);
  ordered_json jobs = ordered_json::array();
  for (const Job& job : page.jobs) jobs.push_back(job_summary(job));
  const JobCounts counts = api.parts.queue.counts();
  ordered_json count = ordered_json::object();
  for (const JobState state : {JobState::waiting, JobState::active, JobState::delayed, JobState::completed,
                               JobState::failed, JobState::cancelled}) {
    count[to_text(state)] = counts[state];
  }
  return json_response(200, {{"jobs", std::move(jobs)},
                             {"next", page.next ? ordered_json(*page.next) : ordered_json(nullptr)},
                             {"counts", std::move(count)}});
}

Job find_job(const Api& api, const Call& call) {
  auto job = api.parts.queue.get(call.path_value("id"));
  if (!job) throw HttpProblem(404, "not_found", "there is no such job; it was deleted, or its time is over");
  return *std::move(job);
}

Response show(const Api& api, const Call& call) {
  const Job job = find_job(api, call);
  ordered_json json = job_summary(job);
  json["data"] = ordered_json::parse(job.data, nullptr, false);
  if (!json["data"].is_object()) json.erase("data");
  if (!job.result.empty()) {
    json["result"] = ordered_json::parse(job.result, nullptr, false);
    if (!json["result"].is_object()) json.erase("result");
  }
  json["outputs"] = ordered_json::array();
  for (const PublishedOutput& output : published_outputs(job)) {
    json["outputs"].push_back({{"name", output.name},
                               {"url", fmt::format("/api/v1/jobs/{}/outputs/{}", job.id, output.name)},
                               {"file", output.key.substr(output.key.find_last_of('/') + 1)}});
  }
  const auto head = api.parts.queue.log(job.id, 0, 0);
  const std::uint64_t first = head && head->total > kShownLogLines ? head->total - kShownLogLines : 0;
  const auto log = api.parts.queue.log(job.id, first, kShownLogLines).value_or(LogPage{});
  json["log"] = {{"first", log.first}, {"total", log.total}, {"lines", log.lines}};
  return json_response(200, json);
}

Response cancel(const Api& api, const Call& call) {
  const std::string& id = call.path_value("id");
  switch (api.parts.queue.cancel(id)) {
    case CancelOutcome::cancelled:
      return json_response(200, {{"id", id}, {"outcome", "cancelled"}});
    case CancelOutcome::requested:
      return json_response(202, {{"id", id}, {"outcome", "requested"}});
    case CancelOutcome::already_finished:
      throw HttpProblem(409, "finished", "this job is finished already");
    case CancelOutcome::not_found:
      break;
  }
  throw HttpProblem(404, "not_found", "there is no such job");
}

Response retry(const Api& api, const Call& call) {
  switch (api.parts.queue.retry(call.path_value("id"))) {
    case RetryOutcome::queued:
      return json_response(200, job_summary(find_job(api, call)));
    case RetryOutcome::not_failed:
      throw HttpProblem(409, "not_failed", "only a failed or cancelled job can be tried again");
    case RetryOutcome::not_found:
      break;
  }
  throw HttpProblem(404, "not_found", "there is no such job");
}

Response remove(const Api& api, const Call& call) {
  const Job job = find_job(api, call);
  switch (api.parts.queue.remove(job.id)) {
    case RemoveOutcome::active:
      throw HttpProblem(409, "active", "this job is running; cancel it first");
    case RemoveOutcome::not_found:
      throw HttpProblem(404, "not_found", "there is no such job");
    case RemoveOutcome::removed:
      break;
  }
  // After the job: files without a job are swept up some day, a job without files would lie.
  delete_files_of(job, api.parts.queue, api.parts.store);
  Response response;
  response.status = 204;
  return response;
}

}  // namespace

void add_job_routes(const Api& api, std::vector<Route>& routes) {
  const Parameter id = path_parameter("id", "the job", kIdPattern);
  const Parameter state{.name = "state",
                        .description = "only these, with commas between them",
                        .words = {"waiting", "active", "delayed", "completed", "failed", "cancelled"},
                        .several = true};
  const Parameter search{
      .name = "search", .description = "a part of id, name, submitter or data", .most = kMaxSearchBytes};
  const Parameter cursor{.name = "cursor", .description = "`next` of the page before", .most = 500};
  const Parameter limit{.name = "limit",
                        .description = "jobs in a page (default 50)",
                        .type = Parameter::Type::count,
                        .least = 1,
                        .most = kMaxPageJobs};
  routes.push_back({.method = "POST",
                    .path = "/api/v1/jobs",
                    .role = Role::write,
                    .id = "submitJob",
                    .summary = "Submits a merge",
                    .outcomes = {{201, "queued", "JobAccepted"},
                                 {200, "the Idempotency-Key is known: this is its job", "JobAccepted"}},
                    .handle = [&api](const Call& call) { return submit(api, call); },
                    .body_schema = "JobSubmission",
                    .max_body_bytes = kMaxMergeJobBytes,
                    .request_headers = {"Idempotency-Key"}});
  routes.push_back({.method = "GET",
                    .path = "/api/v1/jobs",
                    .id = "listJobs",
                    .summary = "Jobs, the newest first",
                    .parameters = {state, search, cursor, limit},
                    .outcomes = {{200, "a page", "JobList"},
                                 {422, "the cursor is none", "Problem", "application/problem+json"}},
                    .handle = [&api](const Call& call) { return list(api, call); }});
  routes.push_back({.method = "GET",
                    .path = "/api/v1/jobs/{id}",
                    .id = "getJob",
                    .summary = "One job with progress, result, error and log",
                    .parameters = {id},
                    .outcomes = {{200, "the job", "Job"}},
                    .handle = [&api](const Call& call) { return show(api, call); }});
  routes.push_back({.method = "POST",
                    .path = "/api/v1/jobs/{id}/cancel",
                    .role = Role::write,
                    .id = "cancelJob",
                    .summary = "Stops a job",
                    .parameters = {id},
                    .outcomes = {{200, "it will not run", "Cancelled"},
                                 {202, "its worker stops within a second", "Cancelled"}},
                    .handle = [&api](const Call& call) { return cancel(api, call); }});
  routes.push_back({.method = "POST",
                    .path = "/api/v1/jobs/{id}/retry",
                    .role = Role::write,
                    .id = "retryJob",
                    .summary = "A failed or cancelled job once more",
                    .parameters = {id},
                    .outcomes = {{200, "queued again", "JobSummary"}},
                    .handle = [&api](const Call& call) { return retry(api, call); }});
  routes.push_back({.method = "DELETE",
                    .path = "/api/v1/jobs/{id}",
                    .role = Role::write,
                    .id = "deleteJob",
                    .summary = "Deletes a job, its outputs, and uploads that no other job uses",
                    .parameters = {id},
                    .outcomes = {{204, "deleted", "", ""}},
                    .handle = [&api](const Call& call) { return remove(api, call); }});
}

}  // namespace crm
