#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "queue/job.h"

namespace crm {

inline constexpr std::size_t kMaxPageJobs = 200;
inline constexpr std::size_t kMaxPageBytes = std::size_t{8}
                                             << 20;  ///< of data, progress and results in a page of jobs
inline constexpr std::size_t kMaxEventsAtOnce = 500;
inline constexpr std::size_t kMaxEventHistory = 10'000;

struct AddResult {
  JobId id;
  bool existed = false;  ///< the idempotency key was known: this is the earlier job
};

/// At most `max` jobs start in each window of `duration`, over all workers of the queue.
struct RateLimit {
  int max = 0;
  std::chrono::milliseconds duration{1000};
};

struct TakeOptions {
  std::string worker = {};  ///< name kept with the job
  std::chrono::milliseconds lock_duration{60'000};
  std::chrono::milliseconds wait{0};  ///< how long to wait for a job
  std::optional<RateLimit> limit = {};
};

/// Whether the lock still held when a worker reported something. `lost`: nothing was changed, somebody else
/// owns the job or will; what the attempt made must not be published.
enum class [[nodiscard]] LockState{held, lost};

struct Failure {
  std::string reason;     ///< begins with a code: "invalid_input: …"; holds no text of the data
  bool retryable = true;  ///< false: fails at once, whatever attempts are left
};

enum class [[nodiscard]] FailOutcome{lost, will_retry, failed, cancelled};
enum class CancelOutcome { cancelled, requested, already_finished, not_found };
enum class RetryOutcome { queued, not_failed, not_found };
enum class RemoveOutcome { removed, active, not_found };

struct StalledJobs {
  std::vector<JobId> back_in_line;
  std::vector<JobId> failed;     ///< stalled more often than allowed
  std::vector<JobId> cancelled;  ///< had been asked to stop
};

struct JobQuery {
  std::vector<JobState> states;  ///< empty: all
  std::string search;            ///< a part of id, name, submitted_by or data, ASCII case ignored; empty: all
  std::string cursor;            ///< `JobPage::next` of the page before; empty: from the newest
  std::size_t limit = 50;        ///< at most kMaxPageJobs
};

struct JobPage {
  std::vector<Job> jobs;  ///< the newest first
  std::optional<std::string>
      next;  ///< nothing: the last page. A page may end early (kMaxPageBytes, length of a search)
};

struct JobCounts {
  std::array<std::uint64_t, 6> by_state{};
  std::uint64_t operator[](JobState state) const { return by_state[static_cast<std::size_t>(state)]; }
};

struct LogPage {
  std::uint64_t first = 0;  ///< number of the first line here, counted from the job's beginning
  std::uint64_t total = 0;  ///< lines ever written; those before the newest kMaxLogLines are gone
  std::vector<std::string> lines;
};

struct EventBatch {
  std::vector<JobEvent> events;
  bool gap = false;  ///< the history no longer reaches back to the place asked for: look at the jobs anew
};

/// How long and how many finished jobs are kept; nothing: no limit.
struct KeepJobs {
  std::optional<std::chrono::milliseconds> age;
  std::optional<std::uint64_t> count;
};

struct RetentionPolicy {
  KeepJobs completed, failed, cancelled;
};

/// Jobs that wait for workers, and what became of them.
///
/// Delivery is at least once: a job whose worker vanishes is taken again; only who holds the newest lock can
/// end it. What has been answered is kept over kill -9; `docs/adr` says what is kept over a power cut.
///
/// Threads: any, all functions. Errors: invalid_input for text that is too long or no JSON (nothing is
/// changed), unavailable when the store of the queue does not answer, limit_exceeded when its disk is full.
class JobQueue {
 public:
  virtual ~JobQueue() = default;

  // --- producers and readers

  /// Errors: conflict when the idempotency key belongs to a job with another name or other data.
  virtual AddResult add(const NewJob& job) = 0;
  virtual std::optional<Job> get(const JobId& id) = 0;
  /// Errors: invalid_input for a cursor that is none.
  virtual JobPage list(const JobQuery& query) = 0;
  virtual JobCounts counts() = 0;
  /// Lines from number `first` on, at most `limit`. Nothing: no such job.
  virtual std::optional<LogPage> log(const JobId& id, std::uint64_t first, std::size_t limit) = 0;
  /// A job that waits is cancelled at once; of an active one it is requested (`wait_for_cancel`).
  virtual CancelOutcome cancel(const JobId& id) = 0;
  /// A failed or cancelled job goes to the end of its line, with all its attempts again.
  virtual RetryOutcome retry(const JobId& id) = 0;
  /// Forgets a job that is not active: payloads, log, and events but for `removed`.
  virtual RemoveOutcome remove(const JobId& id) = 0;
  /// Finished jobs that the policy keeps no longer, at most `limit`. The caller deletes their files, then
  /// removes them.
  virtual std::vector<JobId> expired(const RetentionPolicy& policy, std::size_t limit) = 0;

  // --- events

  /// The newest event's id: what to give to `read_events` to hear only of what comes.
  virtual EventId last_event() = 0;
  /// Events after `after`, the oldest first, at most `limit` (kMaxEventsAtOnce); waits up to `wait` for the
  /// first. Of a job's progress only the newest may be there. Errors: invalid_input for an id that is none.
  virtual EventBatch read_events(const EventId& after, std::size_t limit, std::chrono::milliseconds wait,
                                 std::stop_token stop) = 0;

  // --- workers

  /// The next job, locked for `lock_duration`. Nothing: none came within `wait`, or `stop`. Wakes at once for
  /// what this process adds, within kQueuePoll for other processes.
  virtual std::optional<TakenJob> take(const TakeOptions& options, std::stop_token stop) = 0;
  /// Locks that still hold last `lock_duration` from now. Returns the ids of those that are lost.
  virtual std::vector<JobId> renew(std::span<const JobLock> locks,
                                   std::chrono::milliseconds lock_duration) = 0;
  /// Waits up to `wait` until one of these jobs is to be cancelled. Returns all that are. Another process's
  /// request is heard within kQueuePoll.
  virtual std::vector<JobId> wait_for_cancel(std::span<const JobLock> locks, std::chrono::milliseconds wait,
                                             std::stop_token stop) = 0;
  virtual LockState update_progress(const JobLock& lock, std::string_view progress) = 0;
  virtual LockState append_log(const JobLock& lock, std::string_view line) = 0;
  /// `result` is JSON; "null" when there is nothing to say. Also ends a job that was asked to cancel too
  /// late.
  virtual LockState complete(const JobLock& lock, std::string_view result) = 0;
  /// A job that was asked to cancel ends as cancelled.
  virtual FailOutcome fail(const JobLock& lock, const Failure& failure) = 0;
  /// The worker stopped because it was asked to: the job ends as cancelled.
  virtual LockState cancelled(const JobLock& lock) = 0;
  /// First in line again without using an attempt: for a worker that shuts down. One that was asked to cancel
  /// ends so.
  virtual LockState hand_back(const JobLock& lock) = 0;
  /// Puts jobs whose worker vanished back in line (first), fails those that stalled more than `max_stalled`
  /// times.
  virtual StalledJobs check_stalled(int max_stalled) = 0;
};

/// How long another process's change may stay unseen.
inline constexpr std::chrono::milliseconds kQueuePoll{100};

}  // namespace crm
