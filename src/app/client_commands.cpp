#include "app/client_commands.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "app/brought_files.h"
#include "app/followed_job.h"
#include "app/job_summary.h"
#include "app/resolve_parts.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/random.h"
#include "jobs/write_job_data.h"

namespace crm {
namespace {

using nlohmann::ordered_json;

std::uint64_t bytes_of(const std::string& path) {
  std::error_code ignored;
  const std::uintmax_t size = std::filesystem::file_size(path, ignored);
  return ignored ? 0 : size;
}

/// Sends the files of the merge. Returns the job data that names them.
JobData sent_files(ServiceClient& client, const SubmitRun& run, const CommandContext& context) {
  JobData data;
  data.spec = run.spec;
  data.outputs = run.outputs;
  std::vector<std::string> paths = {run.spec.original.path};
  for (const InputRef& input : run.spec.enriched) paths.push_back(input.path);
  std::uint64_t total = 0, done = 0;
  for (const std::string& path : paths) total += bytes_of(path);
  with_progress(run.telling, context, [&](ProgressDisplay& display) {
    for (std::size_t i = 0; i < paths.size(); ++i) {
      Transfer transfer{.file = std::filesystem::path(paths[i]).filename().string(), .file_total = bytes_of(paths[i])};
      const std::string uri = client.upload(paths[i], i == 0 ? "original" : "enriched", [&](std::uint64_t bytes) {
        transfer.file_bytes = bytes;
        transfer.fraction = total == 0 ? 0 : static_cast<double>(done + bytes) / static_cast<double>(total);
        display.transfer(transfer);
      });
      done += transfer.file_total;
      if (i == 0) data.original = {.uri = uri, .key = "", .name = transfer.file};
      else data.enriched.push_back({.uri = uri, .key = "", .name = ""});
    }
  });
  return data;
}

ordered_json report_of(ServiceClient& client, const ordered_json& job) {
  if (!output_file_name(job, OutputKind::report)) return nullptr;
  ordered_json report = ordered_json::parse(output_text(client, job.at("id").get<std::string>(), OutputKind::report), nullptr, false);
  return report.is_object() ? report : ordered_json(nullptr);
}

void tell_summary(ServiceClient& client, const ordered_json& job, const std::vector<BroughtOutput>& brought,
                  const Telling& telling, const CommandContext& context) {
  if (telling.quiet) return;
  const ordered_json report = telling.json ? ordered_json(nullptr) : report_of(client, job);
  const JobSummaryFacts facts{job, report, brought, telling.verbose};
  context.write_error(telling.json ? job_summary_json(facts) : job_summary_text(facts, context.display));
}

void bring(ServiceClient& client, const ordered_json& job, BroughtFiles& files, const Telling& telling,
           const CommandContext& context) {
  with_progress(telling, context, [&](ProgressDisplay& display) { files.fetch(client, job, display); });
  files.publish();
}

/// The job as it is, which must be completed. Errors: also conflict for one that is not finished.
ordered_json completed_job(ServiceClient& client, const std::string& id) {
  ordered_json job = client.job(id);
  const std::string state = job.value("state", "");
  if (state == "failed" || state == "cancelled") throw error_of_job(job);
  if (state != "completed") {
    throw Error(ErrorCode::conflict, fmt::format("job {0} is {1}; crm-merge watch {0} waits for its end", id, state));
  }
  return job;
}

/// Where nothing is asked for: the merged file under the service's name, but never over a file of that name.
std::vector<BroughtOutput> merged_file_of(const ordered_json& job) {
  const std::string file = std::filesystem::path(output_file_name(job, OutputKind::merged).value_or("merged.csv")).filename().string();
  if (file_exists(file)) {
    throw Error(ErrorCode::invalid_config, fmt::format("{0} is there already; give -o {0} to replace it, or another name", file));
  }
  return {{OutputKind::merged, file}};
}

}  // namespace

void run_submit(const SubmitRun& run, const CommandContext& context) {
  BroughtFiles files(run.brought);
  ServiceClient client(run.server, context.stop);
  JobData data;
  try {
    data = sent_files(client, run, context);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::cancelled) throw;
    throw Error(ErrorCode::cancelled, "cancelled; no job was submitted, and no file was written or changed");
  }
  const std::string id = client.submit(job_data_text(data), random_hex());
  if (!run.wait) {
    write_all(STDOUT_FILENO, id + "\n", "standard output");
    return;
  }
  if (run.telling.json) context.write_error(ordered_json{{"job", id}, {"state", "waiting"}}.dump() + "\n");
  else if (!run.telling.quiet) context.write_error(fmt::format("crm-merge: job {} is submitted to {}\n", id, client.url()));
  const ordered_json job = follow_job(client, id, run.telling, context);
  if (!run.brought.empty()) bring(client, job, files, run.telling, context);
  tell_summary(client, job, run.brought, run.telling, context);
}

void run_watch(const WatchRun& run, const CommandContext& context) {
  ServiceClient client(run.server, context.stop);
  const ordered_json job = follow_job(client, run.id, run.telling, context);
  tell_summary(client, job, {}, run.telling, context);
}

void run_fetch(FetchRun run, const CommandContext& context) {
  ServiceClient client(run.server, context.stop);
  const ordered_json job = completed_job(client, run.id);
  if (run.brought.empty()) run.brought = merged_file_of(job);
  BroughtFiles files(run.brought);
  bring(client, job, files, run.telling, context);
  tell_summary(client, job, run.brought, run.telling, context);
}

void run_jobs(const ListRun& run, const CommandContext& context) {
  ServiceClient client(run.server, context.stop);
  const ordered_json jobs = client.jobs(run.filter);
  constexpr int kIndent = 2;
  write_all(STDOUT_FILENO, run.json ? jobs.dump(kIndent) + "\n" : job_table_text(jobs, detect_display(STDOUT_FILENO)), "standard output");
}

void run_cancel(const ServerAddress& server, const std::string& id, const CommandContext& context) {
  ServiceClient client(server, context.stop);
  const std::string outcome = client.cancel(id);
  context.write_error(outcome == "requested" ? fmt::format("crm-merge: job {} stops within a second\n", id)
                                             : fmt::format("crm-merge: job {} is cancelled\n", id));
}

}  // namespace crm
