#pragma once

#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "queue/job.h"
#include "redis/redis_connection.h"

namespace crm::bullmq {

/// Fields of a job's hash. Beside BullMQ's: `crm:end`, the token of the attempt that ended last; `crm:log`,
/// lines ever logged.
using JobFields = std::map<std::string, std::string, std::less<>>;
inline constexpr const char* kEndedBy = "crm:end";
inline constexpr const char* kLogLines = "crm:log";

/// What a job that was cancelled says as its failedReason; nothing else tells it from one that failed.
inline constexpr std::string_view kCancelledReason = "cancelled: somebody asked for it";

/// From the flat list of HGETALL.
JobFields to_fields(const RedisReply& list);
/// A field's text; empty when it is not there.
std::string field(const JobFields& fields, std::string_view name);
int int_field(const JobFields& fields, std::string_view name);
/// Attempts that ended; very old jobs have another name for it.
int attempts_made(const JobFields& fields);

/// The `opts` of a job, whoever added it. What is of another type than BullMQ writes counts as absent.
class StoredOptions {
 public:
  explicit StoredOptions(std::string_view opts_json);
  ~StoredOptions();
  StoredOptions(StoredOptions&&) noexcept;

  int attempts() const;
  int priority() const;
  std::chrono::milliseconds delay() const;
  bool lifo() const;
  int stack_trace_limit() const;
  /// Before the attempt after `failed_attempts`, with jitter; nothing: a kind of backoff that only the
  /// application knows.
  std::optional<std::chrono::milliseconds> backoff_after(int failed_attempts) const;
  /// For moveToFinished: which finished jobs stay. `target`: "completed" or "failed".
  nlohmann::json keep_jobs(std::string_view target) const;
  /// Copies what says how a failure concerns the job's parent (fpof, cpof, idof, rdof).
  void copy_family_to(nlohmann::json& packed) const;
  Backoff backoff() const;
  std::string own(const char* name) const;  ///< `key`, `by` or `add` of our own part

 private:
  std::unique_ptr<nlohmann::json> json_;
};

/// The `opts` of a job that is added here, as BullMQ names them. `add`: a token of this very call.
nlohmann::json to_opts(const NewJob& job, std::string_view raw_id, WallTime now, std::string_view add);

/// All but the state and what follows from it (run_at, cancel_requested).
Job to_job(std::string_view raw_id, const JobFields& fields);

std::optional<WallTime> time_field(const JobFields& fields, std::string_view name);
std::string to_text(WallTime time);
std::string pack(const nlohmann::json& value);

}  // namespace crm::bullmq
