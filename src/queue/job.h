#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

// A job as producers, workers and readers see it. Names are BullMQ's where it has one.
namespace crm {

inline constexpr std::size_t kMaxJobNameBytes = 200;
inline constexpr std::size_t kMaxJobDataBytes = std::size_t{1} << 20;
inline constexpr std::size_t kMaxProgressBytes = std::size_t{16} << 10;
inline constexpr std::size_t kMaxResultBytes = std::size_t{1} << 20;
inline constexpr std::size_t kMaxFailedReasonBytes = std::size_t{16} << 10;  ///< longer ones are cut
inline constexpr std::size_t kMaxLogLineBytes = std::size_t{8} << 10;        ///< longer ones are cut
inline constexpr std::size_t kMaxLogLines = 1000;  ///< of a job; the newest are kept
inline constexpr std::size_t kMaxIdempotencyKeyBytes = 255;
inline constexpr std::size_t kMaxSearchBytes = 200;
inline constexpr int kMaxPriority = 2'097'151;
inline constexpr int kMaxAttempts = 100;
inline constexpr std::chrono::milliseconds kMaxBackoff = std::chrono::hours(24);
inline constexpr std::chrono::milliseconds kMaxDelay = std::chrono::hours(24 * 366);

/// Opaque text that is safe in a URL and as a path component: [0-9A-Za-z_-]{1,128}.
using JobId = std::string;

enum class JobState { waiting, active, delayed, completed, failed, cancelled };

/// "waiting", "active", …
const char* to_text(JobState state);
std::optional<JobState> job_state_from(std::string_view text);
/// True for completed, failed and cancelled.
bool is_finished(JobState state);

/// How long to wait before attempt n + 1 after attempt n failed: `delay`, or `delay`·2ⁿ⁻¹, at most
/// kMaxBackoff.
struct Backoff {
  enum class Kind { fixed, exponential };
  Kind kind = Kind::fixed;
  std::chrono::milliseconds delay{0};
};

std::chrono::milliseconds backoff_delay(const Backoff& backoff, int failed_attempts);

struct JobOptions {
  int priority = 0;  ///< 0 goes before all others, then 1, 2, … ; equal ones in the order they came
  std::chrono::milliseconds delay{0};
  int attempts = 1;  ///< how often it may be tried in all
  Backoff backoff = {};
};

struct NewJob {
  std::string name = {};
  std::string data = {};  ///< JSON text, never looked into
  JobOptions options = {};
  std::string idempotency_key = {};  ///< empty: none. Honoured as long as the job that had it first is kept
  std::string submitted_by = {};     ///< name of who asked; may be empty
};

/// A job at one moment.
struct Job {
  JobId id;
  std::string name;
  JobState state = JobState::waiting;
  std::string data;  ///< JSON
  JobOptions options;
  std::string idempotency_key, submitted_by;
  int attempts_made = 0;     ///< attempts that ended, well or not; neither stalls nor hand-backs count
  int attempts_started = 0;  ///< how often a worker took it
  int stalled_count = 0;     ///< how often its worker vanished
  bool cancel_requested = false;
  std::string worker;         ///< who took it last
  std::string progress;       ///< JSON, empty: none yet
  std::string result;         ///< JSON, empty unless completed
  std::string failed_reason;  ///< of the last attempt that failed; empty: none
  WallTime created_at{};
  std::optional<WallTime> run_at;       ///< when delayed: not before then
  std::optional<WallTime> started_at;   ///< of the last attempt
  std::optional<WallTime> finished_at;  ///< completed, failed or cancelled
};

/// What proves that a worker owns a job; a new one for every `take`.
struct JobLock {
  JobId id;
  std::string token;
};

struct TakenJob {
  Job job;
  JobLock lock;
};

enum class JobEventType {
  added,
  active,
  progress,
  completed,
  failed,
  stalled,
  cancelled,
  waiting,  ///< back in line: handed back, stalled, retried, or its delay is over
  delayed,  ///< waits for its backoff
  removed,  ///< deleted
};

/// "added", "active", …
const char* to_text(JobEventType type);

/// Opaque and ordered in time: a place in the stream of events. Empty: before the first.
using EventId = std::string;

struct JobEvent {
  EventId id;
  JobEventType type = JobEventType::added;
  JobId job_id;
  WallTime at{};
  std::string
      text;  ///< progress: its JSON; failed, delayed, waiting: the reason, if there is one; else empty
};

}  // namespace crm
