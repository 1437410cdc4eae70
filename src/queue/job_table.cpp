#include "queue/job_table.h"

#include <algorithm>

namespace crm::job_table {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kReadJob = R"sql(
SELECT j.id, j.name, j.state, p.data, j.priority, j.delay_ms, j.attempts, j.backoff_kind, j.backoff_ms,
       j.idempotency_key, j.submitted_by, j.attempts_made, j.attempts_started, j.stalled_count, j.cancel_requested,
       j.worker, j.progress, p.result, j.failed_reason, j.created_at, j.run_at, j.started_at, j.finished_at
FROM jobs AS j JOIN payloads AS p ON p.job = j.seq
WHERE j.seq = ?1)sql";

const std::string kStanding =
    "SELECT seq, id, state, attempts_made, priority, attempts, backoff_kind, backoff_ms, stalled_count, "
    "cancel_requested, owner, lock_until FROM jobs ";
const std::string kStandingById = kStanding + "WHERE id = ?1";
const std::string kStandingByLock = kStanding + "WHERE id = ?1 AND state = 1 AND lock_token = ?2";
const std::string kStandingOfActive = kStanding + "WHERE state = 1 ORDER BY seq";
// A job that was delayed "in the future" is due as well: the wall clock was set back, and nobody knows by how
// much.
const std::string kStandingOfDue =
    kStanding + "WHERE state = 2 AND (run_at <= ?1 OR delayed_at > ?1) ORDER BY run_at, seq LIMIT ?2";

Backoff backoff_of(const sqlite::Query& row, int kind, int ms) {
  return {.kind = static_cast<Backoff::Kind>(row.small(kind)), .delay = milliseconds(row.integer(ms))};
}

Standing standing_of(const sqlite::Query& row) {
  Standing job;
  job.seq = row.integer(0);
  job.id = row.text(1);
  job.state = static_cast<JobState>(row.small(2));
  job.attempts_made = row.small(3);
  job.options.priority = row.small(4);
  job.options.attempts = row.small(5);
  job.options.backoff = backoff_of(row, 6, 7);
  job.stalled_count = row.small(8);
  job.cancel_requested = row.integer(9) != 0;
  job.owner = row.integer(10);
  job.lock_until = SteadyTime(milliseconds(row.integer(11)));
  return job;
}

std::optional<Standing> one(sqlite::Query& row) {
  if (!row.step()) return std::nullopt;
  return standing_of(row);
}

std::vector<Standing> all(sqlite::Query& row) {
  std::vector<Standing> jobs;
  while (row.step()) jobs.push_back(standing_of(row));
  return jobs;
}

std::optional<Seq> seq_of(sqlite::Query& row) {
  if (!row.step()) return std::nullopt;
  return row.integer(0);
}

std::int64_t next_position(sqlite::Database& database, Place place) {
  auto row = place == Place::first
                 ? database.query(
                       "UPDATE numbers SET value = value - 1 WHERE name = 'first_position' RETURNING value")
                 : database.query(
                       "UPDATE numbers SET value = value + 1 WHERE name = 'last_position' RETURNING value");
  return row.step() ? row.integer(0) : 0;
}

}  // namespace

Seq insert(sqlite::Database& database, const NewJob& job, const JobId& id, WallTime now) {
  const JobOptions& options = job.options;
  database
      .query(
          "INSERT INTO jobs (id, name, state, priority, position, attempts, backoff_kind, backoff_ms, "
          "delay_ms, "
          "idempotency_key, submitted_by, created_at) "
          "VALUES (?1, ?2, 0, ?3, ?4, ?5, ?6, ?7, ?8, NULLIF(?9, ''), ?10, ?11)")
      .bind(id, job.name, options.priority, next_position(database, Place::last), options.attempts,
            static_cast<int>(options.backoff.kind), options.backoff.delay, options.delay, job.idempotency_key,
            job.submitted_by, now)
      .run();
  const Seq seq = database.last_row_id();
  database.query("INSERT INTO payloads (job, data) VALUES (?1, ?2)").bind(seq, job.data).run();
  if (options.delay.count() > 0) set_delayed(database, seq, now, now + options.delay);
  return seq;
}

std::optional<Job> read(sqlite::Database& database, Seq seq) {
  auto row = database.query(kReadJob);
  if (!row.bind(seq).step()) return std::nullopt;
  Job job;
  job.id = row.text(0);
  job.name = row.text(1);
  job.state = static_cast<JobState>(row.small(2));
  job.data = row.text(3);
  job.options = {.priority = row.small(4),
                 .delay = milliseconds(row.integer(5)),
                 .attempts = row.small(6),
                 .backoff = backoff_of(row, 7, 8)};
  job.idempotency_key = row.text(9);
  job.submitted_by = row.text(10);
  job.attempts_made = row.small(11);
  job.attempts_started = row.small(12);
  job.stalled_count = row.small(13);
  job.cancel_requested = row.integer(14) != 0;
  job.worker = row.text(15);
  job.progress = row.text(16);
  job.result = row.text(17);
  job.failed_reason = row.text(18);
  job.created_at = row.wall_time(19).value_or(WallTime{});
  job.run_at = row.wall_time(20);
  job.started_at = row.wall_time(21);
  job.finished_at = row.wall_time(22);
  return job;
}

std::optional<Seq> find(sqlite::Database& database, std::string_view id) {
  auto row = database.query("SELECT seq FROM jobs WHERE id = ?1");
  return seq_of(row.bind(id));
}

std::optional<Seq> find_by_key(sqlite::Database& database, std::string_view idempotency_key) {
  auto row = database.query("SELECT seq FROM jobs WHERE idempotency_key = ?1");
  return seq_of(row.bind(idempotency_key));
}

std::optional<Standing> standing(sqlite::Database& database, std::string_view id) {
  auto row = database.query(kStandingById);
  return one(row.bind(id));
}

std::optional<Standing> locked(sqlite::Database& database, const JobLock& lock) {
  auto row = database.query(kStandingByLock);
  return one(row.bind(lock.id, lock.token));
}

std::vector<Standing> active(sqlite::Database& database) {
  auto row = database.query(kStandingOfActive);
  return all(row);
}

std::optional<Seq> first_in_line(sqlite::Database& database) {
  auto row = database.query("SELECT seq FROM jobs WHERE state = 0 ORDER BY priority, position LIMIT 1");
  return seq_of(row);
}

std::optional<WallTime> next_due(sqlite::Database& database, WallTime now) {
  // Two lookups in indexes, however many are delayed.
  auto row = database.query(
      "SELECT (SELECT min(run_at) FROM jobs WHERE state = 2), "
      "(SELECT max(delayed_at) FROM jobs WHERE state = 2)");
  if (!row.step()) return std::nullopt;
  const auto newest = row.wall_time(1);
  return newest && *newest > now ? now : row.wall_time(0);
}

std::vector<Standing> due(sqlite::Database& database, WallTime now) {
  auto row = database.query(kStandingOfDue);
  return all(row.bind(now, kMaxPromoted));
}

void set_active(sqlite::Database& database, Seq seq, const Taken& taken, WallTime now) {
  database
      .query(
          "UPDATE jobs SET state = 1, attempts_started = attempts_started + 1, started_at = ?2, worker = ?3, "
          "lock_token = ?4, owner = ?5, lock_until = ?6 WHERE seq = ?1")
      .bind(seq, now, taken.worker, taken.token, taken.owner, taken.lock_until)
      .run();
}

void set_waiting(sqlite::Database& database, Seq seq, Place place) {
  database
      .query(
          "UPDATE jobs SET state = 0, position = ?2, run_at = NULL, delayed_at = NULL, lock_token = NULL, "
          "lock_until = NULL, owner = NULL WHERE seq = ?1")
      .bind(seq, next_position(database, place))
      .run();
}

void set_delayed(sqlite::Database& database, Seq seq, WallTime now, WallTime run_at) {
  database
      .query(
          "UPDATE jobs SET state = 2, delayed_at = ?2, run_at = ?3, lock_token = NULL, lock_until = NULL, "
          "owner = NULL WHERE seq = ?1")
      .bind(seq, now, run_at)
      .run();
}

void set_finished(sqlite::Database& database, Seq seq, JobState state, WallTime now) {
  database
      .query(
          "UPDATE jobs SET state = ?2, finished_at = ?3, run_at = NULL, delayed_at = NULL, lock_token = "
          "NULL, "
          "lock_until = NULL, owner = NULL WHERE seq = ?1")
      .bind(seq, static_cast<int>(state), now)
      .run();
}

void set_result(sqlite::Database& database, Seq seq, std::string_view result) {
  database.query("UPDATE payloads SET result = ?2 WHERE job = ?1").bind(seq, result).run();
}

void set_failed_reason(sqlite::Database& database, Seq seq, std::string_view reason) {
  database.query("UPDATE jobs SET failed_reason = ?2 WHERE seq = ?1").bind(seq, reason).run();
}

void count_attempt(sqlite::Database& database, Seq seq) {
  database.query("UPDATE jobs SET attempts_made = attempts_made + 1 WHERE seq = ?1").bind(seq).run();
}

void count_stall(sqlite::Database& database, Seq seq) {
  database.query("UPDATE jobs SET stalled_count = stalled_count + 1 WHERE seq = ?1").bind(seq).run();
}

void reset(sqlite::Database& database, Seq seq) {
  database
      .query(
          "UPDATE jobs SET attempts_made = 0, stalled_count = 0, cancel_requested = 0, failed_reason = '', "
          "progress = '', started_at = NULL, finished_at = NULL WHERE seq = ?1")
      .bind(seq)
      .run();
}

void request_cancel(sqlite::Database& database, Seq seq) {
  database.query("UPDATE jobs SET cancel_requested = 1 WHERE seq = ?1").bind(seq).run();
}

void remove(sqlite::Database& database, Seq seq) {
  database.query("DELETE FROM jobs WHERE seq = ?1").bind(seq).run();  // payload and log go with it
}

}  // namespace crm::job_table
