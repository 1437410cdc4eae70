#include "service/janitor.h"

#include <map>
#include <optional>

#include "server/job_files.h"
#include "server/uploaded_file.h"

namespace crm {
namespace {

constexpr std::size_t kJobsAtOnce = 100;

std::uint64_t delete_expired_jobs(const RetentionSettings& retention, JobQueue& queue, ObjectStore& store) {
  RetentionPolicy policy;
  policy.completed.age = retention.results;
  policy.failed.age = policy.cancelled.age = retention.failed;
  std::uint64_t deleted = 0;
  for (;;) {
    const std::vector<JobId> expired = queue.expired(policy, kJobsAtOnce);
    std::uint64_t gone = 0;
    for (const JobId& id : expired) {
      const auto job = queue.get(id);
      if (!job) continue;
      delete_files_of(*job, queue, store);
      gone += queue.remove(id) == RemoveOutcome::removed ? 1 : 0;
    }
    deleted += gone;
    if (expired.size() < kJobsAtOnce || gone == 0) return deleted;
  }
}

template <typename Visit>
void each_object(ObjectStore& store, const std::string& prefix, Visit visit) {
  ListQuery query;
  query.prefix = prefix;
  for (;;) {
    const ObjectPage page = store.list(query);
    for (const ObjectInfo& object : page.objects) visit(object);
    if (!page.next) return;
    query.cursor = *page.next;
  }
}

/// Uploads that came long ago and that no job waits for. A finished job may still name them: it is not run again by itself.
std::uint64_t delete_old_uploads(std::chrono::milliseconds age, JobQueue& queue, ObjectStore& store, const Clock& clock) {
  std::uint64_t deleted = 0;
  each_object(store, std::string(kUploadPrefix), [&](const ObjectInfo& object) {
    const auto id = upload_id_of_key(object.key);
    if (!id || clock.wall_now() - object.modified < age || is_used_by_unfinished_job(queue, object.key)) return;
    store.remove(object.key);
    store.remove(record_key(*id));
    ++deleted;
  });
  return deleted;
}

/// The job whose result `key` is, by the prefix that a job without one of its own gets.
std::optional<JobId> job_of_key(const std::string& key, const std::string& prefix) {
  const std::size_t slash = key.find('/', prefix.size());
  if (!key.starts_with(prefix) || slash == std::string::npos) return std::nullopt;
  return key.substr(prefix.size(), slash - prefix.size());
}

std::uint64_t delete_orphans(const std::string& prefix, JobQueue& queue, ObjectStore& store, const Clock& clock) {
  std::map<JobId, bool> known;
  std::uint64_t deleted = 0;
  each_object(store, prefix, [&](const ObjectInfo& object) {
    const auto id = job_of_key(object.key, prefix);
    if (!id || clock.wall_now() - object.modified < kOrphanAge) return;
    const auto [found, is_new] = known.try_emplace(*id, false);
    if (is_new) found->second = queue.get(*id).has_value();
    if (found->second) return;
    deleted += store.remove(object.key) ? 1 : 0;
  });
  return deleted;
}

}  // namespace

JanitorReport tidy(const RetentionSettings& retention, const std::string& results_prefix, JobQueue& queue,
                   ObjectStore& store, const Clock& clock) {
  JanitorReport report;
  report.jobs = delete_expired_jobs(retention, queue, store);
  if (retention.uploads) report.uploads = delete_old_uploads(*retention.uploads, queue, store, clock);
  report.orphans = delete_orphans(results_prefix, queue, store, clock);
  return report;
}

}  // namespace crm
