#include "bullmq/bullmq_queue.h"

#include <array>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "bullmq/own_scripts.h"
#include "queue/job_rules.h"
#include "redis/redis_health.h"

// What producers ask.
namespace crm::bullmq {
namespace {

using nlohmann::json;

/// So often the queue is asked which BullMQ made it: applications are upgraded while workers run.
constexpr std::chrono::milliseconds kLookAtVersion{5'000};
/// The lock of a job that is cancelled before its turn, while that is written.
constexpr std::chrono::milliseconds kClaim{30'000};
constexpr std::chrono::hours kMaxClockDifference{24};

}  // namespace

BullmqQueue::BullmqQueue(const BullmqOptions& options, const Clock& clock)
    : clock_(clock),
      keys_(options.prefix, options.queue),
      stalled_interval_(options.stalled_interval),
      pool_(parse_redis_url(options.url)),
      renewals_(pool_.url()),
      marker_(pool_, keys_),
      cancels_(pool_.url(), keys_),
      index_(keys_),
      has_fixed_scripts_(!options.bullmq_folder.empty()) {
  if (stalled_interval_.count() <= 0)
    throw Error(ErrorCode::invalid_config, "the stalled check's interval must be longer than 0 ms");
  scripts_ = has_fixed_scripts_ ? installed_scripts(options.bullmq_folder) : embedded_scripts(6);
  pool_.with(kAskPatience, [](RedisConnection& redis, bool) { return require_usable_redis(redis), true; });
}

std::shared_ptr<const ScriptSet> BullmqQueue::scripts(RedisConnection& redis) {
  const SteadyTime at = system_clock().steady_now();
  {
    const std::lock_guard lock(mutex_);
    if (has_fixed_scripts_ || at - scripts_looked_ < kLookAtVersion) return scripts_;
  }
  const std::string made_by = redis.ask({"HGET", keys_("meta"), "version"}).text;
  auto wanted = embedded_scripts(made_by.starts_with("bullmq:5.") ? 5 : 6);
  const std::lock_guard lock(mutex_);
  scripts_looked_ = at;
  scripts_ = std::move(wanted);
  return scripts_;
}

const ScriptSet& BullmqQueue::current_scripts() {
  // Sets are never freed: there are two, or the one that was installed.
  const std::lock_guard lock(mutex_);
  return *scripts_;
}

std::string BullmqQueue::add_with(RedisConnection& redis, const NewJob& job, const std::string& raw_id,
                                  const json& opts) {
  const json head = {keys_.base(), raw_id,  job.name, opts.at("timestamp"), nullptr, nullptr, nullptr,
                     nullptr,      nullptr, nullptr};
  const std::vector<std::string> arguments = {pack(head), job.data, pack(opts)};
  const auto run = [&](ScriptName name, std::initializer_list<const char*> names) {
    std::vector<std::string> keys;
    for (const char* key : names) keys.push_back(keys_(key));
    return (*scripts(redis))[name].run(redis, keys, arguments);
  };
  RedisReply reply;
  if (job.options.delay.count() > 0) {
    reply = run(ScriptName::addDelayedJob, {"marker", "meta", "id", "delayed", "completed", "events"});
  } else if (job.options.priority > 0) {
    reply = run(ScriptName::addPrioritizedJob,
                {"marker", "meta", "id", "prioritized", "delayed", "completed", "active", "events", "pc"});
  } else {
    reply = run(ScriptName::addStandardJob,
                {"wait", "paused", "meta", "id", "completed", "delayed", "active", "events", "marker"});
  }
  if (reply.kind == RedisReply::Kind::text) return reply.text;
  throw Error(ErrorCode::internal, "BullMQ refused a new job with code " + std::to_string(reply.integer));
}

AddResult BullmqQueue::add(const NewJob& job) {
  require_new_job(job);
  const WallTime at = clock_.wall_now();
  const std::string raw_id =
      job.idempotency_key.empty() ? new_job_id(at) : raw_id_for_key(job.idempotency_key);
  const std::string call = new_lock_token();
  const json opts = to_opts(job, raw_id, at, call);
  // Sending it again does no harm: the id is known, and a job that is there is not added again.
  return pool_.with(kAskPatience, [&](RedisConnection& redis, bool) -> AddResult {
    const std::string id = add_with(redis, job, raw_id, opts);
    if (job.idempotency_key.empty()) return {to_job_id(id), false};
    const RedisReply stored = redis.ask({"HMGET", keys_.job(id), "name", "data", "opts"});
    const StoredOptions options(stored.list.at(2).text);
    // A worker may have ended and removed it already.
    const bool is_mine = stored.list[0].is_nil() || options.own("add") == call;
    if (is_mine) return {to_job_id(id), false};
    const std::string key = options.own("key");
    if (stored.list[0].text == job.name && stored.list[1].text == job.data &&
        (key.empty() || key == job.idempotency_key)) {
      return {to_job_id(id), true};
    }
    throw Error(ErrorCode::conflict,
                "this idempotency key belongs to another job; use a new key, or the same name and data");
  });
}

bool BullmqQueue::is_job(RedisConnection& redis, const std::string& raw_id) {
  const RedisReply reply = redis.ask_all({{"HEXISTS", keys_.job(raw_id), "timestamp"}}).front();
  return reply.integer == 1;
}

bool BullmqQueue::claim(RedisConnection& redis, const std::string& raw_id, const std::string& token) {
  const std::vector<std::string> keys = {keys_("wait"),        keys_("paused"),  keys_("active"),
                                         keys_("prioritized"), keys_("delayed"), keys_.job(raw_id),
                                         keys_.lock(raw_id)};
  return claim_script().run(redis, keys, {raw_id, token, std::to_string(kClaim.count())}).integer == 1;
}

CancelOutcome BullmqQueue::cancel(const JobId& id) {
  const auto raw_id = to_raw_id(id);
  if (!raw_id) return CancelOutcome::not_found;
  const std::string token = new_lock_token();
  return pool_.with(kAskPatience, [&](RedisConnection& redis, bool is_again) {
    const auto is_finished = [&] {
      const auto in =
          redis.ask_all({{"ZSCORE", keys_("completed"), *raw_id}, {"ZSCORE", keys_("failed"), *raw_id}});
      return !in[0].is_nil() || !in[1].is_nil();
    };
    if (!is_job(redis, *raw_id)) return CancelOutcome::not_found;
    if (is_finished()) {
      const std::string ended_by = redis.ask({"HGET", keys_.job(*raw_id), kEndedBy}).text;
      return is_again && ended_by == token ? CancelOutcome::cancelled : CancelOutcome::already_finished;
    }
    // First the key, which a worker looks at when it takes the job, and when it ends an attempt of it.
    redis.ask(
        {"SET", keys_.cancel(*raw_id), "1", "EX", std::to_string(std::chrono::seconds(kKeepCancel).count())});
    const bool is_mine =
        claim(redis, *raw_id, token) || (is_again && redis.ask({"GET", keys_.lock(*raw_id)}).text == token);
    if (is_mine) {
      const auto job = ending(redis, {.id = id, .token = token});
      if (job && finish_cancelled(redis, *job) >= 0) return CancelOutcome::cancelled;
    }
    if (is_finished()) {
      redis.ask({"DEL", keys_.cancel(*raw_id)});
      return CancelOutcome::already_finished;
    }
    redis.ask({"PUBLISH", keys_.cancel_channel(), *raw_id});
    return CancelOutcome::requested;
  });
}

RetryOutcome BullmqQueue::retry(const JobId& id) {
  const auto raw_id = to_raw_id(id);
  if (!raw_id) return RetryOutcome::not_found;
  return pool_.with(kAskPatience, [&](RedisConnection& redis, bool is_again) {
    if (!is_job(redis, *raw_id)) return RetryOutcome::not_found;
    if (redis.ask({"ZSCORE", keys_("failed"), *raw_id}).is_nil())
      return is_again ? RetryOutcome::queued : RetryOutcome::not_failed;
    const auto set = scripts(redis);
    const std::string job = keys_.job(*raw_id);
    std::vector<std::string> keys = {job, keys_("events"), keys_("failed"), keys_("wait"), keys_("meta")};
    const auto more = set->major() == 5 ? std::vector<const char*>{"paused", "active", "marker"}
                                        : std::vector<const char*>{"active", "marker", "prioritized", "pc"};
    for (const char* name : more) keys.push_back(keys_(name));
    const auto replies =
        redis.ask_all({{"MULTI"},
                       {"HDEL", job, "defa", "stc", "stacktrace", "progress", "returnvalue", kEndedBy},
                       {"DEL", keys_.cancel(*raw_id)},
                       {"ZREM", keys_.cancelled(), *raw_id},
                       (*set)[ScriptName::reprocessJob].by_text(
                           keys, {*raw_id, "LPUSH", "failedReason", "failed", "1", "1"}),
                       {"EXEC"}});
    if (!replies.back().is_list()) throw_redis_error(replies.back());
    const RedisReply& outcome = replies.back().list.back();
    if (outcome.is_error()) throw_redis_error(outcome);
    return outcome.integer == 1 ? RetryOutcome::queued : RetryOutcome::not_failed;
  });
}

RemoveOutcome BullmqQueue::remove(const JobId& id) {
  const auto raw_id = to_raw_id(id);
  if (!raw_id) return RemoveOutcome::not_found;
  return pool_.with(kAskPatience, [&](RedisConnection& redis, bool is_again) {
    if (!is_job(redis, *raw_id) && !is_again) return RemoveOutcome::not_found;
    if (!redis.ask({"LPOS", keys_("active"), *raw_id}).is_nil()) return RemoveOutcome::active;
    const JobFields fields = {{"finishedOn", redis.ask({"HGET", keys_.job(*raw_id), "finishedOn"}).text}};
    const auto removed = (*scripts(redis))[ScriptName::removeJob].run(
        redis, {keys_.job(*raw_id), keys_("repeat")}, {*raw_id, "1", keys_.base()});
    if (removed.integer == 0) return RemoveOutcome::active;
    if (removed.integer < 0) {
      throw Error(
          ErrorCode::conflict,
          "this job belongs to a job scheduler; remove the scheduler in the application that made it");
    }
    // The event of its end is not newer than that, but for clocks that differ.
    const auto finished = time_field(fields, "finishedOn");
    const std::string newest =
        finished ? bullmq::to_text(*finished + kMaxClockDifference) : "9000000000000000";
    redis.ask({"DEL", keys_.cancel(*raw_id)});
    redis.ask({"ZREM", keys_.cancelled(), *raw_id});
    index_.remove(redis, {*raw_id});
    forget_events_script().run(redis, {keys_("events")}, {*raw_id, newest});
    return RemoveOutcome::removed;
  });
}

}  // namespace crm::bullmq

namespace crm {

std::unique_ptr<JobQueue> open_bullmq_queue(const BullmqOptions& options, const Clock& clock) {
  return std::make_unique<bullmq::BullmqQueue>(options, clock);
}

}  // namespace crm
