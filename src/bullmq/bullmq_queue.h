#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json_fwd.hpp>

#include "bullmq/bullmq_job_queue.h"
#include "bullmq/cancel_listener.h"
#include "bullmq/job_index.h"
#include "bullmq/keys.h"
#include "bullmq/marker_waiter.h"
#include "bullmq/script_set.h"
#include "bullmq/stored_job.h"
#include "redis/redis_pool.h"

namespace crm::bullmq {

/// How long what is asked is tried again while Redis is away, but for the ends of attempts.
inline constexpr std::chrono::milliseconds kAskPatience{2'000};
/// The end of an attempt may be hours of work: as long as its lock may still hold.
inline constexpr std::chrono::milliseconds kEndPatience{45'000};
/// A cancel that nobody ever looked at is forgotten.
inline constexpr std::chrono::hours kKeepCancel{24 * 7};
/// Progress is kept at once, but told as an event at most so often: each event pushes out an older one.
inline constexpr std::chrono::milliseconds kProgressEvery{250};

/// The queue of bullmq_job_queue.h. What producers and readers ask is in bullmq_queue.cpp and
/// bullmq_readers.cpp, the workers' side in bullmq_take.cpp and bullmq_end.cpp.
///
/// Connections: a pool for short commands, one for renewals that nothing large ever blocks, one that waits
/// for jobs, one that hears requests to cancel.
class BullmqQueue final : public JobQueue {
 public:
  BullmqQueue(const BullmqOptions& options, const Clock& clock);

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

 private:
  /// A look for a job.
  struct Polled {
    std::optional<TakenJob> taken;
    bool again = false;  ///< one was found that had to end at once: there may be another
    std::chrono::milliseconds limited{0};
    std::optional<WallTime> next_due;
  };
  /// What must be known of a job to end an attempt of it.
  struct Ending {
    std::string raw_id, token;
    StoredOptions options;
    int attempts_made = 0;
    std::string stack_trace;
    bool cancel_requested = false;
    bool wakes_others =
        false;  ///< the queue has a limit over all workers, which BullMQ does not tell the others of
  };

  std::shared_ptr<const ScriptSet> scripts(RedisConnection& redis);
  const ScriptSet& current_scripts();
  std::string now() const { return bullmq::to_text(clock_.wall_now()); }

  std::string add_with(RedisConnection& redis, const NewJob& job, const std::string& raw_id,
                       const nlohmann::json& opts);
  bool claim(RedisConnection& redis, const std::string& raw_id, const std::string& token);
  bool is_job(RedisConnection& redis, const std::string& raw_id);
  JobPage page_of(RedisConnection& redis, const JobQuery& query);
  std::vector<Job> read_jobs(RedisConnection& redis, const std::vector<std::string>& raw_ids);
  std::vector<std::string> expired_of(RedisConnection& redis, JobState state, const KeepJobs& keep,
                                      std::size_t limit);

  /// Moves `place` behind what readers are not told of.
  EventBatch events_after(RedisConnection& redis, std::string& place, std::size_t limit);
  static bool is_gap(const RedisReply& stream, const std::string& place, bool has_more);

  Polled poll(const TakeOptions& options);
  std::optional<RedisReply> adopt(RedisConnection& redis, const std::string& token);
  Polled admit(RedisConnection& redis, const RedisReply& reply, const std::string& token);
  /// Why a job that was taken must end without being run; nothing: it may run.
  std::optional<std::string> refusal(const JobFields& fields, const std::string& raw_id,
                                     bool cancel_requested) const;

  std::optional<Ending> ending(RedisConnection& redis, const JobLock& lock);
  std::optional<Ending> ending_of(RedisConnection& redis, const std::string& raw_id,
                                  const std::string& token);
  bool has_ended(RedisConnection& redis, const JobLock& lock);
  template <class Act>
  bool end(const JobLock& lock, Act&& act);
  int finish(RedisConnection& redis, const Ending& ending, std::string_view target, std::string_view value);
  int finish_cancelled(RedisConnection& redis, const Ending& ending);
  int fail_with(RedisConnection& redis, const Ending& ending, const Failure& failure, FailOutcome& outcome);
  int retry_after(RedisConnection& redis, const Ending& ending, std::chrono::milliseconds delay,
                  const std::string& fields);
  std::string failure_fields(const Ending& ending, std::string_view reason) const;
  /// Runs commands if the lock holds, all or none.
  LockState write_locked(const JobLock& lock,
                         const std::function<std::vector<RedisCommand>(const std::string& raw_id)>& commands);
  bool tells_progress(const std::string& raw_id);
  void forget_attempt(const std::string& raw_id);

  const Clock& clock_;
  const Keys keys_;
  const std::chrono::milliseconds stalled_interval_;
  RedisPool pool_;
  RedisPool renewals_;
  MarkerWaiter marker_;
  CancelListener cancels_;
  JobIndex index_;
  std::mutex mutex_;
  const bool has_fixed_scripts_;
  std::shared_ptr<const ScriptSet> scripts_;         ///< guarded by mutex_
  SteadyTime scripts_looked_{};                      ///< guarded by mutex_
  std::map<std::string, SteadyTime> progress_told_;  ///< guarded by mutex_
};

}  // namespace crm::bullmq
