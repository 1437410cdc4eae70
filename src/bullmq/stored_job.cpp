#include "bullmq/stored_job.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <random>

#include "bullmq/keys.h"

namespace crm::bullmq {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

constexpr const char* kOwn = "crmMerge";
constexpr int kStackTraceLimit = 10;

std::int64_t number_in(std::string_view text) {
  double number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  // What no counter or time reaches is nonsense of somebody's.
  return std::isfinite(number) && std::abs(number) < 9e15 ? static_cast<std::int64_t>(number) : 0;
}

std::int64_t number_at(const json& object, const char* name, std::int64_t otherwise) {
  if (!object.is_object()) return otherwise;
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number()) return otherwise;
  const double number = found->get<double>();
  return std::isfinite(number) && std::abs(number) < 9e15 ? static_cast<std::int64_t>(number) : otherwise;
}

int small_at(const json& object, const char* name, int otherwise, int high) {
  return static_cast<int>(std::clamp<std::int64_t>(number_at(object, name, otherwise), 0, high));
}

double jitter_of(const json& backoff) {
  const auto found = backoff.find("jitter");
  return found != backoff.end() && found->is_number() ? std::clamp(found->get<double>(), 0.0, 1.0) : 0.0;
}

milliseconds with_jitter(milliseconds delay, double jitter) {
  if (jitter <= 0 || delay.count() == 0) return delay;
  thread_local std::mt19937_64 random(std::random_device{}());
  std::uniform_real_distribution<double> share(1 - jitter, 1);
  return milliseconds(static_cast<std::int64_t>(static_cast<double>(delay.count()) * share(random)));
}

}  // namespace

JobFields to_fields(const RedisReply& list) {
  JobFields fields;
  for (std::size_t n = 0; n + 1 < list.list.size(); n += 2) fields[list.list[n].text] = list.list[n + 1].text;
  return fields;
}

std::string field(const JobFields& fields, std::string_view name) {
  const auto found = fields.find(name);
  return found == fields.end() ? std::string() : found->second;
}

int int_field(const JobFields& fields, std::string_view name) {
  return static_cast<int>(std::clamp<std::int64_t>(number_in(field(fields, name)), 0, 1'000'000'000));
}

int attempts_made(const JobFields& fields) {
  return int_field(fields, fields.contains("attemptsMade") ? "attemptsMade" : "atm");
}

std::optional<WallTime> time_field(const JobFields& fields, std::string_view name) {
  const std::string text = field(fields, name);
  if (text.empty()) return std::nullopt;
  return WallTime(milliseconds(number_in(text)));
}

std::string to_text(WallTime time) { return std::to_string(time.time_since_epoch().count()); }

std::string pack(const json& value) {
  const std::vector<std::uint8_t> bytes = json::to_msgpack(value);
  return {bytes.begin(), bytes.end()};
}

StoredOptions::StoredOptions(std::string_view opts_json)
    : json_(std::make_unique<json>(json::parse(opts_json, nullptr, false))) {
  if (!json_->is_object()) *json_ = json::object();
}

StoredOptions::~StoredOptions() = default;
StoredOptions::StoredOptions(StoredOptions&&) noexcept = default;

int StoredOptions::attempts() const { return std::max(1, small_at(*json_, "attempts", 1, 1'000'000)); }
int StoredOptions::priority() const { return small_at(*json_, "priority", 0, kMaxPriority); }
milliseconds StoredOptions::delay() const {
  return milliseconds(std::max<std::int64_t>(0, number_at(*json_, "delay", 0)));
}
bool StoredOptions::lifo() const { return json_->value("lifo", json()) == json(true); }
int StoredOptions::stack_trace_limit() const {
  return small_at(*json_, "stackTraceLimit", kStackTraceLimit, 1000);
}

std::optional<milliseconds> StoredOptions::backoff_after(int failed_attempts) const {
  const json backoff = json_->value("backoff", json());
  if (backoff.is_number())
    return std::min(milliseconds(std::max<std::int64_t>(0, number_at(*json_, "backoff", 0))), kMaxBackoff);
  if (!backoff.is_object()) return milliseconds(0);
  const json type = backoff.value("type", json());
  if (type != "fixed" && type != "exponential") return std::nullopt;
  return with_jitter(backoff_delay(this->backoff(), failed_attempts), jitter_of(backoff));
}

Backoff StoredOptions::backoff() const {
  const json stored = json_->value("backoff", json());
  if (stored.is_number())
    return {.kind = Backoff::Kind::fixed,
            .delay = milliseconds(std::max<std::int64_t>(0, number_at(*json_, "backoff", 0)))};
  if (!stored.is_object()) return {};
  return {.kind = stored.value("type", json()) == "exponential" ? Backoff::Kind::exponential
                                                                : Backoff::Kind::fixed,
          .delay = milliseconds(std::max<std::int64_t>(0, number_at(stored, "delay", 0)))};
}

json StoredOptions::keep_jobs(std::string_view target) const {
  const json wish = json_->value(target == "completed" ? "removeOnComplete" : "removeOnFail", json());
  if (wish.is_boolean()) return {{"count", wish.get<bool>() ? 0 : -1}};
  if (wish.is_number()) return {{"count", wish}};
  if (wish.is_object()) return wish;
  return {{"count", -1}};
}

void StoredOptions::copy_family_to(json& packed) const {
  for (const char* name : {"fpof", "cpof", "idof", "rdof"}) {
    if (const auto found = json_->find(name); found != json_->end() && found->is_boolean())
      packed[name] = *found;
  }
}

std::string StoredOptions::own(const char* name) const {
  const json own = json_->value(kOwn, json());
  if (!own.is_object()) return {};
  const auto found = own.find(name);
  return found != own.end() && found->is_string() ? found->get<std::string>() : std::string();
}

json to_opts(const NewJob& job, std::string_view raw_id, WallTime now, std::string_view add) {
  const JobOptions& options = job.options;
  json opts = {
      {"attempts", options.attempts}, {"jobId", raw_id}, {"timestamp", now.time_since_epoch().count()}};
  if (options.priority > 0) opts["priority"] = options.priority;
  if (options.delay.count() > 0) opts["delay"] = options.delay.count();
  if (options.backoff.delay.count() > 0) {
    opts["backoff"] = {{"type", options.backoff.kind == Backoff::Kind::exponential ? "exponential" : "fixed"},
                       {"delay", options.backoff.delay.count()}};
  }
  opts[kOwn] = {{"add", add}};
  if (!job.idempotency_key.empty()) opts[kOwn]["key"] = job.idempotency_key;
  if (!job.submitted_by.empty()) opts[kOwn]["by"] = job.submitted_by;
  return opts;
}

Job to_job(std::string_view raw_id, const JobFields& fields) {
  const StoredOptions options(field(fields, "opts"));
  Job job;
  job.id = to_job_id(raw_id);
  job.name = field(fields, "name");
  job.data = field(fields, "data");
  job.options = {.priority = options.priority(),
                 .delay = options.delay(),
                 .attempts = options.attempts(),
                 .backoff = options.backoff()};
  job.idempotency_key = options.own("key");
  job.submitted_by = options.own("by");
  job.attempts_made = attempts_made(fields);
  job.attempts_started = int_field(fields, "ats");
  job.stalled_count = int_field(fields, "stc");
  job.worker = field(fields, "pb");
  job.progress = field(fields, "progress");
  job.result = field(fields, "returnvalue");
  job.failed_reason = field(fields, "failedReason");
  job.created_at = time_field(fields, "timestamp").value_or(WallTime{});
  job.started_at = time_field(fields, "processedOn");
  job.finished_at = time_field(fields, "finishedOn");
  return job;
}

}  // namespace crm::bullmq
