#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "bullmq/bullmq_queue.h"
#include "queue/job_rules.h"

// Taking jobs, keeping their locks, and the stalled check.
namespace crm::bullmq {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

/// Node's maximumRateLimitDelay: after so long one looks whether the limit still stands.
constexpr milliseconds kLongestLimit{30'000};
/// A request to cancel whose message was lost is seen after so long.
constexpr milliseconds kLookAtCancels{1'000};

std::vector<std::string> raw_ids_of(std::span<const JobLock> locks) {
  std::vector<std::string> ids;
  for (const JobLock& lock : locks) {
    if (auto raw_id = to_raw_id(lock.id)) ids.push_back(std::move(*raw_id));
  }
  return ids;
}

}  // namespace

std::optional<TakenJob> BullmqQueue::take(const TakeOptions& options, std::stop_token stop) {
  require_take(options);
  const SteadyTime deadline = clock_.steady_now() + options.wait;
  while (!stop.stop_requested()) {
    Polled polled = poll(options);
    if (polled.taken) return std::move(polled.taken);
    if (polled.again) continue;
    const milliseconds left = deadline - clock_.steady_now();
    if (left.count() <= 0) return std::nullopt;
    if (polled.limited.count() > 0) {
      std::unique_lock lock(mutex_);
      std::condition_variable_any never;
      never.wait_for(lock, stop, std::min({polled.limited, left, kLongestLimit}), [] { return false; });
      continue;
    }
    MarkerWaiter::Limits limits{.longest = left};
    if (polled.next_due) limits.due = std::max(milliseconds(1), *polled.next_due - clock_.wall_now());
    marker_.wait(limits, options.worker, stop);
  }
  return std::nullopt;
}

BullmqQueue::Polled BullmqQueue::poll(const TakeOptions& options) {
  const std::string token = new_lock_token();
  json packed = {{"token", token}, {"lockDuration", options.lock_duration.count()}};
  if (!options.worker.empty()) packed["name"] = options.worker;
  if (options.limit)
    packed["limiter"] = {{"max", options.limit->max}, {"duration", options.limit->duration.count()}};
  const std::vector<std::string> keys = {keys_("wait"),    keys_("active"),  keys_("prioritized"),
                                         keys_("events"),  keys_("stalled"), keys_("limiter"),
                                         keys_("delayed"), keys_("paused"),  keys_("meta"),
                                         keys_("pc"),      keys_("marker")};
  return pool_.with(kAskPatience, [&](RedisConnection& redis, bool is_again) {
    // The answer to the question before may have been a job.
    if (is_again) {
      if (const auto mine = adopt(redis, token)) return admit(redis, *mine, token);
    }
    const RedisReply reply =
        (*scripts(redis))[ScriptName::moveToActive].run(redis, keys, {keys_.base(), now(), pack(packed)});
    if (reply.list.size() < 4) return Polled{};
    if (reply.list[0].is_list()) return admit(redis, reply, token);
    Polled polled;
    polled.limited = milliseconds(std::max<std::int64_t>(0, reply.list[2].integer));
    if (reply.list[3].integer > 0) polled.next_due = WallTime(milliseconds(reply.list[3].integer));
    return polled;
  });
}

std::optional<RedisReply> BullmqQueue::adopt(RedisConnection& redis, const std::string& token) {
  for (const RedisReply& id : redis.ask({"LRANGE", keys_("active"), "0", "-1"}).list) {
    if (redis.ask({"GET", keys_.lock(id.text)}).text != token) continue;
    RedisReply reply{.kind = RedisReply::Kind::list};
    reply.list = {redis.ask({"HGETALL", keys_.job(id.text)}), id, {}, {}};
    return reply;
  }
  return std::nullopt;
}

std::optional<std::string> BullmqQueue::refusal(const JobFields& fields, const std::string& raw_id,
                                                bool cancel_requested) const {
  if (cancel_requested) return std::string(kCancelledReason);
  if (const std::string deferred = field(fields, "defa"); !deferred.empty()) return deferred;
  if (!fields.contains("name") || !fields.contains("data"))
    return "invalid_input: the job's data is gone; somebody deleted it while the job waited";
  if (fields.contains("rjk")) {
    return "invalid_config: the job comes from a job scheduler, which needs a worker of BullMQ's own to go "
           "on; add jobs from a timer of your own";
  }
  if (to_job_id(raw_id).size() > 128)
    return "invalid_input: the job's id is too long; use at most 128 letters, digits, _ and -, or 62 bytes "
           "of anything";
  if (field(fields, "data").size() > kMaxJobDataBytes) {
    return "invalid_input: the job's data is larger than " + std::to_string(kMaxJobDataBytes) +
           " bytes; put it into a file and name that";
  }
  return std::nullopt;
}

BullmqQueue::Polled BullmqQueue::admit(RedisConnection& redis, const RedisReply& reply,
                                       const std::string& token) {
  const std::string& raw_id = reply.list.at(1).text;
  const JobFields fields = to_fields(reply.list[0]);
  const bool cancel_requested = redis.ask({"EXISTS", keys_.cancel(raw_id)}).integer == 1;
  JobLock lock{.id = to_job_id(raw_id), .token = token};
  if (const auto reason = refusal(fields, raw_id, cancel_requested)) {
    const auto job = ending_of(redis, raw_id, token);
    if (job && cancel_requested) finish_cancelled(redis, *job);
    if (job && !cancel_requested) finish(redis, *job, "failed", *reason);
    return {.taken = {}, .again = true, .limited = {}, .next_due = {}};
  }
  Job job = to_job(raw_id, fields);
  job.state = JobState::active;
  return {.taken = TakenJob{.job = std::move(job), .lock = std::move(lock)}, .limited = {}, .next_due = {}};
}

std::vector<JobId> BullmqQueue::renew(std::span<const JobLock> locks, milliseconds lock_duration) {
  std::vector<JobId> lost;
  json tokens = json::array(), ids = json::array();
  for (const JobLock& lock : locks) {
    const auto raw_id = to_raw_id(lock.id);
    if (!raw_id) {
      lost.push_back(lock.id);
      continue;
    }
    tokens.push_back(lock.token);
    ids.push_back(*raw_id);
  }
  if (ids.empty()) return lost;
  const std::vector<std::string> arguments = {keys_.base(), pack(tokens), pack(ids),
                                              std::to_string(lock_duration.count())};
  const RedisReply reply = renewals_.with(kAskPatience, [&](RedisConnection& redis, bool) {
    return (*scripts(redis))[ScriptName::extendLocks].run(redis, {keys_("stalled")}, arguments);
  });
  for (const RedisReply& raw_id : reply.list) lost.push_back(to_job_id(raw_id.text));
  return lost;
}

std::vector<JobId> BullmqQueue::wait_for_cancel(std::span<const JobLock> locks, milliseconds wait,
                                                std::stop_token stop) {
  const std::vector<std::string> raw_ids = raw_ids_of(locks);
  if (raw_ids.empty()) return {};
  cancels_.watch(raw_ids);
  RedisCommand question{"MGET"};
  for (const std::string& id : raw_ids) question.push_back(keys_.cancel(id));
  const SteadyTime deadline = clock_.steady_now() + wait;
  for (std::uint64_t seen = cancels_.news();;) {
    std::vector<JobId> found;
    for (const std::string& id : cancels_.named(raw_ids)) {
      // Whoever sent no more than a message means the attempts after this one too.
      pool_.with(kAskPatience, [&](RedisConnection& redis, bool) {
        return redis.ask(
            {"SET", keys_.cancel(id), "1", "EX", std::to_string(std::chrono::seconds(kKeepCancel).count())});
      });
    }
    const RedisReply asked =
        pool_.with(kAskPatience, [&](RedisConnection& redis, bool) { return redis.ask(question); });
    for (std::size_t n = 0; n < raw_ids.size(); ++n) {
      if (!asked.list.at(n).is_nil()) found.push_back(to_job_id(raw_ids[n]));
    }
    const milliseconds left = deadline - clock_.steady_now();
    if (!found.empty() || stop.stop_requested() || left.count() <= 0) return found;
    cancels_.wait_for_news(std::min(left, kLookAtCancels), stop, seen);
  }
}

StalledJobs BullmqQueue::check_stalled(int max_stalled) {
  const std::vector<std::string> keys = {keys_("stalled"),       keys_("wait"),   keys_("active"),
                                         keys_("stalled-check"), keys_("meta"),   keys_("paused"),
                                         keys_("marker"),        keys_("events"), keys_("repeat")};
  // Whoever looks at just this interval must not come a moment too early each second time.
  const milliseconds interval = stalled_interval_ * 9 / 10;
  return renewals_.with(kAskPatience, [&](RedisConnection& redis, bool) {
    StalledJobs outcome;
    const RedisReply moved = (*scripts(redis))[ScriptName::moveStalledJobsToWait].run(
        redis, keys,
        {std::to_string(max_stalled), keys_.base(), now(),
         std::to_string(std::max<std::int64_t>(1, interval.count()))});
    for (const RedisReply& raw_id : moved.list) {
      const auto asked =
          redis.ask_all({{"HEXISTS", keys_.job(raw_id.text), "defa"}, {"EXISTS", keys_.cancel(raw_id.text)}});
      auto& into = asked[1].integer == 1   ? outcome.cancelled
                   : asked[0].integer == 1 ? outcome.failed
                                           : outcome.back_in_line;
      into.push_back(to_job_id(raw_id.text));
    }
    return outcome;
  });
}

}  // namespace crm::bullmq
