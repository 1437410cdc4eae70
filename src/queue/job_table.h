#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "queue/job_queue.h"
#include "queue/sqlite.h"

// The tables `jobs` and `payloads`, one function per question or change. All inside the caller's transaction.
namespace crm::job_table {

/// A job's row number: where it stands in the order in which jobs came.
using Seq = std::int64_t;

/// What decides about a job's next state.
struct Standing {
  Seq seq = 0;
  JobId id;
  JobState state = JobState::waiting;
  int attempts_made = 0;
  JobOptions options;
  int stalled_count = 0;
  bool cancel_requested = false;
  std::int64_t owner = 0;
  SteadyTime lock_until{};
};

enum class Place { first, last };

Seq insert(sqlite::Database& database, const NewJob& job, const JobId& id, WallTime now);
std::optional<Job> read(sqlite::Database& database, Seq seq);
std::optional<Seq> find(sqlite::Database& database, std::string_view id);
std::optional<Seq> find_by_key(sqlite::Database& database, std::string_view idempotency_key);
std::optional<Standing> standing(sqlite::Database& database, std::string_view id);
/// The job that this lock owns; nothing: the lock is lost.
std::optional<Standing> locked(sqlite::Database& database, const JobLock& lock);
std::vector<Standing> active(sqlite::Database& database);

/// The next in line; nothing: nobody waits.
std::optional<Seq> first_in_line(sqlite::Database& database);
/// When the next delayed job is due, as the wall clock reads; nothing: none is delayed.
std::optional<WallTime> next_due(sqlite::Database& database, WallTime now);
/// Delayed jobs that are due, the earliest first, at most kMaxPromoted.
std::vector<Standing> due(sqlite::Database& database, WallTime now);
inline constexpr int kMaxPromoted = 1000;

struct Taken {
  std::string_view worker, token;
  std::int64_t owner = 0;
  SteadyTime lock_until{};
};

void set_active(sqlite::Database& database, Seq seq, const Taken& taken, WallTime now);
/// Puts the job in its line; it is nobody's.
void set_waiting(sqlite::Database& database, Seq seq, Place place);
void set_delayed(sqlite::Database& database, Seq seq, WallTime now, WallTime run_at);
/// completed, failed or cancelled; it is nobody's.
void set_finished(sqlite::Database& database, Seq seq, JobState state, WallTime now);
void set_result(sqlite::Database& database, Seq seq, std::string_view result);
void set_failed_reason(sqlite::Database& database, Seq seq, std::string_view reason);
void count_attempt(sqlite::Database& database, Seq seq);
void count_stall(sqlite::Database& database, Seq seq);
/// As new, but for its id, payload and log.
void reset(sqlite::Database& database, Seq seq);
void request_cancel(sqlite::Database& database, Seq seq);
void remove(sqlite::Database& database, Seq seq);

}  // namespace crm::job_table
