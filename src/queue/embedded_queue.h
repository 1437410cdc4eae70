#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>

#include "queue/job_table.h"
#include "queue/owner_lock.h"
#include "queue/sqlite.h"
#include "queue/sqlite_job_queue.h"

namespace crm {

/// The queue in an SQLite file. One connection writes and one reads, each used by one thread at a time; a
/// change wakes those who wait in this process, others look every kQueuePoll.
///
/// A lock's end is a time of the steady clock, which all processes of the machine share and nobody can set;
/// whose owner is dead has lost it at once (`OwnerLock`).
class EmbeddedQueue final : public SqliteJobQueue {
 public:
  EmbeddedQueue(const std::filesystem::path& file, const Clock& clock);

  AddResult add(const NewJob& job) override;
  std::optional<Job> get(const JobId& id) override;
  JobPage list(const JobQuery& query) override;
  JobCounts counts() override;
  std::optional<LogPage> log(const JobId& id, std::uint64_t first, std::size_t limit) override;
  CancelOutcome cancel(const JobId& id) override;
  RetryOutcome retry(const JobId& id) override;
  RemoveOutcome remove(const JobId& id) override;
  std::vector<JobId> expired(const RetentionPolicy& policy, std::size_t limit) override;

  EventId last_event() override;
  EventBatch read_events(const EventId& after, std::size_t limit, std::chrono::milliseconds wait,
                         std::stop_token stop) override;

  std::optional<TakenJob> take(const TakeOptions& options, std::stop_token stop) override;
  std::vector<JobId> renew(std::span<const JobLock> locks, std::chrono::milliseconds lock_duration) override;
  std::vector<JobId> wait_for_cancel(std::span<const JobLock> locks, std::chrono::milliseconds wait,
                                     std::stop_token stop) override;
  LockState update_progress(const JobLock& lock, std::string_view progress) override;
  LockState append_log(const JobLock& lock, std::string_view line) override;
  LockState complete(const JobLock& lock, std::string_view result) override;
  FailOutcome fail(const JobLock& lock, const Failure& failure) override;
  LockState cancelled(const JobLock& lock) override;
  LockState hand_back(const JobLock& lock) override;
  StalledJobs check_stalled(int max_stalled) override;

  void backup(const std::filesystem::path& target) override;

 private:
  struct TakeTry {
    std::optional<TakenJob> taken;
    std::optional<SteadyTime>
        again_at;  ///< when there may be one without anybody's doing: a delay or rate window ends
  };

  /// Runs `change` in a write transaction and wakes who waits.
  template <class Change>
  auto write(sqlite::Durability durability, Change&& change);
  /// Runs `change` with the standing of the job that `lock` owns, or says that it is lost.
  template <class Change>
  LockState write_locked(sqlite::Durability durability, const JobLock& lock, Change&& change);
  template <class Read>
  auto read(Read&& look);

  /// Waits until something was changed since `seen`, but for other processes' changes at most kQueuePoll.
  void wait_for_change(std::uint64_t seen, SteadyTime deadline, const std::stop_token& stop);
  std::uint64_t changes_seen();
  void tell_change();

  void tell(const JobId& id, JobEventType type, std::string_view text = {});
  TakeTry try_take(const TakeOptions& options);
  std::optional<SteadyTime> nothing_until(WallTime now);
  void promote_due(WallTime now);
  /// Counts one start; or, where the window is full, tells when the next begins.
  std::optional<SteadyTime> full_until(const RateLimit& limit);
  FailOutcome end_attempt(const job_table::Standing& job, const Failure& failure, std::string_view reason);
  void finish(const job_table::Standing& job, JobState state, std::string_view reason = {});
  void put_back(const job_table::Standing& job, job_table::Place place, std::string_view reason = {});

  const Clock& clock_;
  OwnerLock owner_;
  std::mutex writer_mutex_;
  sqlite::Database writer_;  ///< guarded by writer_mutex_
  std::mutex reader_mutex_;
  sqlite::Database reader_;  ///< guarded by reader_mutex_
  std::mutex change_mutex_;
  std::condition_variable_any changed_;
  std::uint64_t changes_ = 0;  ///< guarded by change_mutex_
};

template <class Change>
auto EmbeddedQueue::write(sqlite::Durability durability, Change&& change) {
  const std::lock_guard lock(writer_mutex_);
  sqlite::Transaction transaction(writer_, durability);
  auto outcome = change();
  transaction.commit();
  tell_change();
  return outcome;
}

template <class Change>
LockState EmbeddedQueue::write_locked(sqlite::Durability durability, const JobLock& lock, Change&& change) {
  return write(durability, [&] {
    const auto job = job_table::locked(writer_, lock);
    if (!job) return LockState::lost;
    change(*job);
    return LockState::held;
  });
}

template <class Read>
auto EmbeddedQueue::read(Read&& look) {
  const std::lock_guard lock(reader_mutex_);
  return look();
}

}  // namespace crm
