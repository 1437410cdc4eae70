#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "base/line_log.h"
#include "queue/job_queue.h"
#include "storage/object_store.h"
#include "worker/job_attempt.h"

namespace crm {

inline constexpr int kMostConcurrentJobs = 64;
/// Uploads into which nothing came for so long were given up.
inline constexpr std::chrono::milliseconds kIdleUpload = std::chrono::hours(24);

enum class AttemptEnd { completed, failed, will_retry, cancelled, handed_back, lock_lost };

/// What became of one attempt, for figures.
struct AttemptSummary {
  AttemptEnd end = AttemptEnd::completed;
  std::optional<ErrorCode> error;     ///< of failed and will_retry
  std::chrono::duration<double> took{};
  MergeFigures figures;               ///< of completed
};

struct WorkerSettings {
  std::string name;                             ///< kept with the jobs that it takes
  int concurrency = 3;
  std::uint64_t process_memory_bytes = 0;       ///< all jobs together; fewer run at once where it is short. 0: no limit
  std::chrono::milliseconds lock_duration{60'000};
  std::chrono::milliseconds stalled_interval{30'000};
  int max_stalled = 3;
  std::optional<RateLimit> limit = RateLimit{10, std::chrono::milliseconds{1000}};
  std::chrono::milliseconds drain_timeout{25'000};
  std::chrono::milliseconds sweep_interval{3'600'000};
  MergeSettings merge;
  std::function<void(const AttemptSummary&)> on_end;      ///< hears of each attempt; may be empty. Any thread
  std::function<void(std::uint64_t orphans)> on_swept;    ///< left-overs that were removed; may be empty. Any thread
};

/// How many jobs run at once: `concurrency`, or fewer where memory is short; at least one.
int concurrent_jobs(const WorkerSettings& settings);

/// Takes jobs, runs each attempt in a process of its own, and ends them in the queue.
///
/// Threads of its own: one per concurrent job; those of a LockKeeper; one that looks for stalled jobs and for what dead
/// owners left.
class MergeWorker {
 public:
  /// Starts. `queue`, `store`, `log` and `clock` outlive it. Errors: invalid_config, denied (work folder).
  MergeWorker(JobQueue& queue, ObjectStore& store, WorkerSettings settings, LineLog& log, const Clock& clock);
  /// As `drain`.
  ~MergeWorker();
  MergeWorker(const MergeWorker&) = delete;
  MergeWorker& operator=(const MergeWorker&) = delete;

  /// Takes no new jobs, lets the active ones finish within the drain timeout, hands the rest back. Once more does nothing.
  void drain();
  /// Removes folders of jobs that are over, and what dead writers left in the store. Any thread.
  void sweep();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace crm
