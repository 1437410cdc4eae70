#pragma once

#include <cstdint>

#include "base/clock.h"
#include "base/line_log.h"
#include "queue/job_queue.h"
#include "service/settings.h"
#include "storage/object_store.h"

namespace crm {

/// What one round has deleted.
struct JanitorReport {
  std::uint64_t jobs = 0;      ///< whose time was over, with their files
  std::uint64_t uploads = 0;   ///< that no job needs
  std::uint64_t orphans = 0;   ///< results of jobs that are gone
};

/// Results without a job are left alone for so long: their job may be about to say that it is completed.
inline constexpr std::chrono::milliseconds kOrphanAge = std::chrono::hours(24);

/// Deletes what is kept no longer: jobs, uploads, and results whose job is gone. Nothing that a job which is not finished
/// names. Threads: one at a time. Errors: those of queue and store; what was done until then is done.
JanitorReport tidy(const RetentionSettings& retention, const std::string& results_prefix, JobQueue& queue,
                   ObjectStore& store, const Clock& clock);

}  // namespace crm
