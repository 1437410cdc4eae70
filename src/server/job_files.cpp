#include "server/job_files.h"

#include <fmt/format.h>

#include "base/error.h"
#include "server/job_json.h"
#include "server/service.h"
#include "server/uploaded_file.h"
#include "storage/object_store.h"

namespace crm {
namespace {

/// True if some job but `except` in one of `states` names `key`.
bool is_named_by_a_job(JobQueue& queue, const std::string& key, const std::vector<JobState>& states,
                       const JobId& except) {
  JobQuery query;
  query.states = states;
  query.search = key.substr(0, kMaxSearchBytes);
  while (true) {
    const JobPage page = queue.list(query);
    for (const Job& job : page.jobs) {
      if (job.id != except) return true;
    }
    if (!page.next) return false;
    query.cursor = *page.next;
  }
}

std::vector<std::string> keys_of_inputs(const Job& job, ObjectStore& store) {
  std::vector<std::string> keys;
  try {
    const JobData data = parse_job_data(job.data);
    const auto add = [&](const JobSource& source) {
      if (!source.key.empty())
        keys.push_back(source.key);
      else if (auto key = store.key_of(source.uri))
        keys.push_back(*std::move(key));
    };
    add(data.original);
    for (const JobSource& source : data.enriched) add(source);
  } catch (const Error&) {
    // Another producer's data that was never right names no files of ours.
  }
  return keys;
}

}  // namespace

std::string key_of_source(ObjectStore& store, const ServiceOptions& options, const JobSource& source,
                          const std::string& path) {
  if (!source.key.empty()) {
    require_key(source.key);
    return source.key;
  }
  if (auto key = store.key_of(source.uri)) return *std::move(key);
  if (options.allow_file_sources && source.uri.starts_with("file:")) return "";
  if (options.allow_http_sources && (source.uri.starts_with("http:") || source.uri.starts_with("https:")))
    return "";
  throw Error(ErrorCode::denied,
              fmt::format("{}: names no file of this service's store; upload the file and give the URI "
                          "that the upload gave",
                          path));
}

void check_sources(ObjectStore& store, const ServiceOptions& options, const JobData& data) {
  const auto check = [&](const JobSource& source, const std::string& path) {
    const std::string key = key_of_source(store, options, source, path);
    if (!key.empty() && !store.stat(key)) {
      throw Error(
          ErrorCode::not_found,
          fmt::format("{}: there is no such file; it was deleted, or its upload is not complete", path));
    }
  };
  check(data.original, data.older_form ? "originalFile" : "original.uri");
  for (std::size_t i = 0; i < data.enriched.size(); ++i) {
    check(data.enriched[i],
          fmt::format(fmt::runtime(data.older_form ? "enrichedFiles[{}]" : "enriched[{}].uri"), i));
  }
}

bool is_used_by_unfinished_job(JobQueue& queue, const std::string& key) {
  return is_named_by_a_job(queue, key, {JobState::waiting, JobState::active, JobState::delayed}, "");
}

void delete_files_of(const Job& job, JobQueue& queue, ObjectStore& store) {
  for (const PublishedOutput& output : published_outputs(job)) store.remove(output.key);
  for (const std::string& key : keys_of_inputs(job, store)) {
    const auto id = upload_id_of_key(key);
    if (!id || is_named_by_a_job(queue, key, {}, job.id)) continue;
    store.remove(key);
    store.remove(record_key(*id));
  }
}

}  // namespace crm
