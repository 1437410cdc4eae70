#include "server/job_json.h"

#include <nlohmann/json.hpp>

#include "server/json_response.h"

namespace crm {
namespace {

using nlohmann::ordered_json;

/// What stands in the queue was checked when it came, or comes from another producer: broken text is null.
ordered_json parsed(const std::string& text) {
  ordered_json json = ordered_json::parse(text, nullptr, false);
  return json.is_discarded() ? ordered_json(nullptr) : json;
}

}  // namespace

ordered_json job_metadata(const Job& job) {
  const ordered_json data = parsed(job.data);
  return data.is_object() && data.contains("metadata") ? data["metadata"] : ordered_json(nullptr);
}

ordered_json job_summary(const Job& job) {
  ordered_json json = {{"id", job.id},
                       {"name", job.name},
                       {"state", to_text(job.state)},
                       {"priority", job.options.priority},
                       {"attempts", job.options.attempts},
                       {"attempts_made", job.attempts_made},
                       {"stalled_count", job.stalled_count},
                       {"cancel_requested", job.cancel_requested},
                       {"created_at", rfc3339(job.created_at)}};
  if (!job.submitted_by.empty()) json["submitted_by"] = job.submitted_by;
  if (!job.worker.empty()) json["worker"] = job.worker;
  if (job.run_at) json["run_at"] = rfc3339(*job.run_at);
  if (job.started_at) json["started_at"] = rfc3339(*job.started_at);
  if (job.finished_at) json["finished_at"] = rfc3339(*job.finished_at);
  if (auto progress = parsed(job.progress); progress.is_object()) json["progress"] = std::move(progress);
  if (!job.failed_reason.empty()) json["failed_reason"] = job.failed_reason;
  if (auto metadata = job_metadata(job); !metadata.is_null()) json["metadata"] = std::move(metadata);
  return json;
}

std::vector<PublishedOutput> published_outputs(const Job& job) {
  std::vector<PublishedOutput> outputs;
  const ordered_json result = parsed(job.result);
  if (!result.is_object() || !result.contains("outputs") || !result["outputs"].is_object()) return outputs;
  for (const auto& [name, output] : result["outputs"].items()) {
    if (output.is_object() && output.contains("key") && output["key"].is_string()) {
      outputs.push_back({name, output["key"].get<std::string>()});
    }
  }
  return outputs;
}

}  // namespace crm
