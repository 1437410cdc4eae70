#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "bullmq/bullmq_queue.h"
#include "queue/job_rules.h"

// What a worker reports, and how attempts end.
namespace crm::bullmq {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

/// What scripts answer when somebody else owns the job, or it is gone.
constexpr int kGone = -1, kPendingChildren = -4, kFailedChildren = -9;
/// A renewal between a look at the lock and the change makes one look again.
constexpr int kGuardTries = 10;

std::string with_line(const std::string& stack_trace, std::string_view reason, std::size_t limit) {
  json lines = json::parse(stack_trace, nullptr, false);
  if (!lines.is_array()) lines = json::array();
  lines.push_back(reason);
  if (lines.size() > limit)
    lines.erase(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(lines.size() - limit));
  return lines.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

std::optional<BullmqQueue::Ending> BullmqQueue::ending(RedisConnection& redis, const JobLock& lock) {
  const auto raw_id = to_raw_id(lock.id);
  if (!raw_id) return std::nullopt;
  return ending_of(redis, *raw_id, lock.token);
}

std::optional<BullmqQueue::Ending> BullmqQueue::ending_of(RedisConnection& redis, const std::string& raw_id,
                                                          const std::string& token) {
  const auto answers =
      redis.ask_all({{"HMGET", keys_.job(raw_id), "opts", "atm", "attemptsMade", "stacktrace"},
                     {"EXISTS", keys_.cancel(raw_id)},
                     {"HEXISTS", keys_("meta"), "concurrency"},
                     {"EXISTS", keys_.job(raw_id)}});
  if (answers[3].integer == 0) return std::nullopt;
  const std::vector<RedisReply>& values = answers[0].list;
  JobFields fields = {{"atm", values.at(1).text}};
  if (!values[2].is_nil()) fields["attemptsMade"] = values[2].text;
  return Ending{.raw_id = raw_id,
                .token = token,
                .options = StoredOptions(values[0].text),
                .attempts_made = attempts_made(fields),
                .stack_trace = values[3].text,
                .cancel_requested = answers[1].integer == 1,
                .wakes_others = answers[2].integer == 1};
}

bool BullmqQueue::has_ended(RedisConnection& redis, const JobLock& lock) {
  const auto raw_id = to_raw_id(lock.id);
  if (!raw_id) return false;
  const RedisReply found = redis.ask({"HMGET", keys_.job(*raw_id), kEndedBy, "timestamp"});
  // One that is gone was removed as it ended (removeOnComplete).
  return found.list.at(0).text == lock.token || found.list.at(1).is_nil();
}

/// Runs `act`, which returns what a script answered, until Redis has answered. False: the lock is lost.
template <class Act>
bool BullmqQueue::end(const JobLock& lock, Act&& act) {
  const bool is_held = pool_.with(kEndPatience, [&](RedisConnection& redis, bool is_again) {
    if (is_again && has_ended(redis, lock)) return true;
    const auto job = ending(redis, lock);
    if (!job || act(redis, *job) < 0) return false;
    // Other workers would hear of the free place only when they next look by themselves.
    if (job->wakes_others) redis.ask({"ZADD", keys_("marker"), "0", "0"});
    return true;
  });
  if (const auto raw_id = to_raw_id(lock.id)) forget_attempt(*raw_id);
  return is_held;
}

void BullmqQueue::forget_attempt(const std::string& raw_id) {
  cancels_.forget(raw_id);
  const std::lock_guard lock(mutex_);
  progress_told_.erase(raw_id);
}

int BullmqQueue::finish(RedisConnection& redis, const Ending& job, std::string_view target,
                        std::string_view value) {
  const bool is_completed = target == "completed";
  json packed = {{"token", job.token},
                 {"lockDuration", 1},  // of a next job, which is never asked for here
                 {"keepJobs", job.options.keep_jobs(target)},
                 {"attempts", job.options.attempts()},
                 {"maxMetricsSize", ""}};
  job.options.copy_family_to(packed);
  const std::vector<std::string> keys = {keys_("wait"),
                                         keys_("active"),
                                         keys_("prioritized"),
                                         keys_("events"),
                                         keys_("stalled"),
                                         keys_("limiter"),
                                         keys_("delayed"),
                                         keys_("paused"),
                                         keys_("meta"),
                                         keys_("pc"),
                                         keys_(target),
                                         keys_.job(job.raw_id),
                                         keys_("metrics:" + std::string(target)),
                                         keys_("marker")};
  const std::string fields = is_completed ? pack(json{kEndedBy, job.token}) : failure_fields(job, value);
  const RedisReply reply = (*scripts(redis))[ScriptName::moveToFinished].run(
      redis, keys,
      {job.raw_id, now(), is_completed ? "returnvalue" : "failedReason", std::string(value),
       std::string(target), "0", keys_.base(), pack(packed), fields});
  const int code = static_cast<int>(reply.integer);
  // Children that were added while it ran have failed, or are not done: there is no result.
  if (is_completed && (code == kFailedChildren || code == kPendingChildren)) {
    return finish(redis, job, "failed",
                  code == kFailedChildren ? "invalid_input: a child of this job failed"
                                          : "invalid_input: children of this job are not done");
  }
  if (code >= 0 && job.cancel_requested) redis.ask({"DEL", keys_.cancel(job.raw_id)});
  return code;
}

int BullmqQueue::finish_cancelled(RedisConnection& redis, const Ending& job) {
  // Before the job fails: in this set alone it counts for nothing.
  redis.ask({"ZADD", keys_.cancelled(), now(), job.raw_id});
  const int code = finish(redis, job, "failed", kCancelledReason);
  if (code == kGone) redis.ask({"ZREM", keys_.cancelled(), job.raw_id});
  if (code >= 0) redis.ask({"DEL", keys_.cancel(job.raw_id)});
  return code;
}

std::string BullmqQueue::failure_fields(const Ending& job, std::string_view reason) const {
  const auto limit = static_cast<std::size_t>(job.options.stack_trace_limit());
  return pack(json{"failedReason", reason, "stacktrace", with_line(job.stack_trace, reason, limit), kEndedBy,
                   job.token});
}

int BullmqQueue::retry_after(RedisConnection& redis, const Ending& job, milliseconds delay,
                             const std::string& fields) {
  const auto set = scripts(redis);
  if (delay.count() == 0) {
    const std::vector<std::string> keys = {keys_("active"),       keys_("wait"),        keys_("paused"),
                                           keys_.job(job.raw_id), keys_("meta"),        keys_("events"),
                                           keys_("delayed"),      keys_("prioritized"), keys_("pc"),
                                           keys_("marker"),       keys_("stalled")};
    const char* const push = job.options.lifo() ? "RPUSH" : "LPUSH";
    return static_cast<int>((*set)[ScriptName::retryJob]
                                .run(redis, keys, {keys_.base(), now(), push, job.raw_id, job.token, fields})
                                .integer);
  }
  const Script& script = (*set)[ScriptName::moveToDelayed];
  std::vector<std::string> keys = {
      keys_("marker"), keys_("active"), keys_("prioritized"), keys_("delayed"), keys_.job(job.raw_id),
      keys_("events"), keys_("meta"),   keys_("stalled"),     keys_("wait"),    keys_("limiter")};
  if (script.keys() == 12) keys.push_back(keys_("paused"));
  keys.push_back(keys_("pc"));
  const std::vector<std::string> arguments = {
      keys_.base(), now(), job.raw_id, job.token, std::to_string(delay.count()), "0", fields, "0", ""};
  return static_cast<int>(script.run(redis, keys, arguments).integer);
}

int BullmqQueue::fail_with(RedisConnection& redis, const Ending& job, const Failure& failure,
                           FailOutcome& outcome) {
  const std::string reason(cut_text(failure.reason, kMaxFailedReasonBytes));
  if (job.cancel_requested) {
    outcome = FailOutcome::cancelled;
    return finish_cancelled(redis, job);
  }
  const int failed_attempts = job.attempts_made + 1;
  const auto delay = job.options.backoff_after(failed_attempts);
  if (!failure.retryable || failed_attempts >= job.options.attempts() || !delay) {
    outcome = FailOutcome::failed;
    return finish(redis, job, "failed", reason);
  }
  outcome = FailOutcome::will_retry;
  return retry_after(redis, job, *delay, failure_fields(job, reason));
}

LockState BullmqQueue::complete(const JobLock& lock, std::string_view result) {
  require_result(result);
  const bool is_held = end(lock, [&](RedisConnection& redis, const Ending& job) {
    return finish(redis, job, "completed", result);
  });
  return is_held ? LockState::held : LockState::lost;
}

FailOutcome BullmqQueue::fail(const JobLock& lock, const Failure& failure) {
  FailOutcome outcome = FailOutcome::lost;
  const bool is_held = end(lock, [&](RedisConnection& redis, const Ending& job) {
    return fail_with(redis, job, failure, outcome);
  });
  return is_held ? outcome : FailOutcome::lost;
}

LockState BullmqQueue::cancelled(const JobLock& lock) {
  const bool is_held =
      end(lock, [&](RedisConnection& redis, const Ending& job) { return finish_cancelled(redis, job); });
  return is_held ? LockState::held : LockState::lost;
}

LockState BullmqQueue::hand_back(const JobLock& lock) {
  const bool is_held = end(lock, [&](RedisConnection& redis, const Ending& job) -> int {
    if (job.cancel_requested) return finish_cancelled(redis, job);
    const std::vector<std::string> keys = {keys_("active"),      keys_("wait"),   keys_("stalled"),
                                           keys_("paused"),      keys_("meta"),   keys_("limiter"),
                                           keys_("prioritized"), keys_("marker"), keys_("events")};
    return static_cast<int>((*scripts(redis))[ScriptName::moveJobFromActiveToWait]
                                .run(redis, keys, {job.raw_id, job.token, keys_.job(job.raw_id)})
                                .integer);
  });
  return is_held ? LockState::held : LockState::lost;
}

LockState BullmqQueue::write_locked(
    const JobLock& lock, const std::function<std::vector<RedisCommand>(const std::string&)>& commands) {
  const auto raw_id = to_raw_id(lock.id);
  if (!raw_id) return LockState::lost;
  return pool_.with(kAskPatience, [&](RedisConnection& redis, bool) {
    for (int tries = 0; tries < kGuardTries; ++tries) {
      const auto looked = redis.ask_all({{"WATCH", keys_.lock(*raw_id)}, {"GET", keys_.lock(*raw_id)}});
      if (looked[1].text != lock.token) {
        redis.ask({"UNWATCH"});
        return LockState::lost;
      }
      std::vector<RedisCommand> transaction = commands(*raw_id);
      transaction.insert(transaction.begin(), {"MULTI"});
      transaction.push_back({"EXEC"});
      const RedisReply done = redis.ask_all(transaction).back();
      if (done.is_error()) throw_redis_error(done);
      if (done.is_nil()) continue;
      for (const RedisReply& one : done.list) {
        if (one.is_error()) throw_redis_error(one);
      }
      return LockState::held;
    }
    throw Error(ErrorCode::unavailable,
                "the lock of a job changed too often while something was written to it");
  });
}

bool BullmqQueue::tells_progress(const std::string& raw_id) {
  const std::lock_guard lock(mutex_);
  const SteadyTime at = clock_.steady_now();
  const auto known = progress_told_.find(raw_id);
  if (known != progress_told_.end() && at < known->second + kProgressEvery) return false;
  progress_told_[raw_id] = at;
  return true;
}

LockState BullmqQueue::update_progress(const JobLock& lock, std::string_view progress) {
  require_progress(progress);
  return write_locked(lock, [&](const std::string& raw_id) -> std::vector<RedisCommand> {
    const std::string job = keys_.job(raw_id), text(progress);
    if (!tells_progress(raw_id)) return {{"HSET", job, "progress", text}};
    return {current_scripts()[ScriptName::updateProgress].by_text({job, keys_("events"), keys_("meta")},
                                                                  {raw_id, text})};
  });
}

LockState BullmqQueue::append_log(const JobLock& lock, std::string_view line) {
  const std::string kept(cut_text(line, kMaxLogLineBytes));
  return write_locked(lock, [&](const std::string& raw_id) -> std::vector<RedisCommand> {
    const std::string job = keys_.job(raw_id);
    return {current_scripts()[ScriptName::addLog].by_text({job, keys_.logs(raw_id)},
                                                          {raw_id, kept, std::to_string(kMaxLogLines)}),
            {"HINCRBY", job, kLogLines, "1"}};
  });
}

}  // namespace crm::bullmq
