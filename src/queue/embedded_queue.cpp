#include "queue/embedded_queue.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string>

#include "base/error.h"
#include "queue/event_log.h"
#include "queue/job_rules.h"
#include "queue/sqlite_schema.h"

// What producers and readers ask; embedded_worker.cpp has the workers' side.
namespace crm {
namespace {

using sqlite::Durability;

/// One page of a search looks at so many jobs and no more.
constexpr std::size_t kMaxSearchedJobs = 5000;
constexpr std::size_t kSearchStep = 500;

std::int64_t number_from(std::string_view text, std::string_view what) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) throw_bad_cursor(what);
  return number;
}

bool contains_folded(std::string_view text, std::string_view part) {
  const auto fold = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::search(text.begin(), text.end(), part.begin(), part.end(),
                     [&](char a, char b) { return fold(a) == fold(b); }) != text.end();
}

bool matches(const Job& job, std::string_view part) {
  return part.empty() || contains_folded(job.id, part) || contains_folded(job.name, part) ||
         contains_folded(job.submitted_by, part) || contains_folded(job.data, part);
}

std::vector<JobState> states_of(const JobQuery& query) {
  if (!query.states.empty()) return query.states;
  return {JobState::waiting,   JobState::active, JobState::delayed,
          JobState::completed, JobState::failed, JobState::cancelled};
}

/// The newest jobs before `before` in these states: each state's index gives its own, the newest of all are
/// kept.
std::vector<job_table::Seq> newest(sqlite::Database& database, const std::vector<JobState>& states,
                                   job_table::Seq before, std::size_t limit) {
  std::vector<job_table::Seq> found;
  for (const JobState state : states) {
    auto row =
        database.query("SELECT seq FROM jobs WHERE state = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3");
    row.bind(static_cast<int>(state), before, limit);
    while (row.step()) found.push_back(row.integer(0));
  }
  std::sort(found.begin(), found.end(), std::greater<>());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  if (found.size() > limit) found.resize(limit);
  return found;
}

/// The oldest go first, by age or because there are too many.
void collect_expired(sqlite::Database& database, JobState state, const KeepJobs& keep, WallTime now,
                     std::size_t limit, std::vector<JobId>& ids) {
  std::uint64_t surplus = 0;
  if (keep.count) {
    auto count = database.query("SELECT count(*) FROM jobs WHERE state = ?1");
    const auto there =
        static_cast<std::uint64_t>(count.bind(static_cast<int>(state)).step() ? count.integer(0) : 0);
    surplus = there > *keep.count ? there - *keep.count : 0;
  }
  auto row = database.query("SELECT id, finished_at FROM jobs WHERE state = ?1 ORDER BY finished_at, seq");
  row.bind(static_cast<int>(state));
  for (std::uint64_t n = 0; ids.size() < limit && row.step(); ++n) {
    const bool too_old = keep.age && row.wall_time(1).value_or(now) < now - *keep.age;
    if (n >= surplus && !too_old) break;
    ids.push_back(row.text(0));
  }
}

}  // namespace

EmbeddedQueue::EmbeddedQueue(const std::filesystem::path& file, const Clock& clock)
    : clock_(clock), owner_(file.string() + "-owners"), writer_(file), reader_(file) {}

AddResult EmbeddedQueue::add(const NewJob& job) {
  require_new_job(job);
  return write(Durability::power, [&]() -> AddResult {
    if (!job.idempotency_key.empty()) {
      if (const auto seq = job_table::find_by_key(writer_, job.idempotency_key)) {
        const auto earlier = job_table::read(writer_, *seq);
        if (earlier && earlier->name == job.name && earlier->data == job.data) return {earlier->id, true};
        throw Error(ErrorCode::conflict,
                    "this idempotency key belongs to another job; use a new key, or the same name and data");
      }
    }
    const WallTime now = clock_.wall_now();
    const JobId id = new_job_id(now);
    job_table::insert(writer_, job, id, now);
    tell(id, JobEventType::added);
    return {id, false};
  });
}

std::optional<Job> EmbeddedQueue::get(const JobId& id) {
  return read([&]() -> std::optional<Job> {
    const auto seq = job_table::find(reader_, id);
    if (!seq) return std::nullopt;
    return job_table::read(reader_, *seq);
  });
}

JobPage EmbeddedQueue::list(const JobQuery& query) {
  require_query(query);
  const auto states = states_of(query);
  const std::size_t step = query.search.empty() ? query.limit : kSearchStep;
  job_table::Seq before =
      query.cursor.empty() ? std::numeric_limits<job_table::Seq>::max() : number_from(query.cursor, "cursor");
  return read([&] {
    JobPage page;
    std::size_t bytes = 0;
    for (std::size_t looked = 0; looked < kMaxSearchedJobs;) {
      const auto found = newest(reader_, states, before, step);
      for (const job_table::Seq seq : found) {
        auto job = job_table::read(reader_, seq);
        ++looked;
        before = seq;
        if (!job || !matches(*job, query.search)) continue;
        bytes += job->data.size() + job->progress.size() + job->result.size();
        page.jobs.push_back(std::move(*job));
        if (page.jobs.size() == query.limit || bytes >= kMaxPageBytes) {
          if (!newest(reader_, states, before, 1).empty()) page.next = std::to_string(before);
          return page;
        }
      }
      if (found.size() < step) return page;
    }
    page.next = std::to_string(before);
    return page;
  });
}

JobCounts EmbeddedQueue::counts() {
  return read([&] {
    JobCounts counts;
    auto row = reader_.query("SELECT state, count(*) FROM jobs GROUP BY state");
    while (row.step()) {
      counts.by_state.at(static_cast<std::size_t>(row.integer(0))) =
          static_cast<std::uint64_t>(row.integer(1));
    }
    return counts;
  });
}

std::optional<LogPage> EmbeddedQueue::log(const JobId& id, std::uint64_t first, std::size_t limit) {
  return read([&]() -> std::optional<LogPage> {
    auto job = reader_.query("SELECT seq, log_lines FROM jobs WHERE id = ?1");
    if (!job.bind(id).step()) return std::nullopt;
    LogPage page{.first = first, .total = static_cast<std::uint64_t>(job.integer(1)), .lines = {}};
    auto row = reader_.query(
        "SELECT number, line FROM log_lines WHERE job = ?1 AND number >= ?2 ORDER BY number LIMIT ?3");
    row.bind(job.integer(0), first, std::min(limit, kMaxLogLines));
    while (row.step()) {
      if (page.lines.empty()) page.first = static_cast<std::uint64_t>(row.integer(0));
      page.lines.push_back(row.text(1));
    }
    return page;
  });
}

CancelOutcome EmbeddedQueue::cancel(const JobId& id) {
  return write(Durability::power, [&] {
    const auto job = job_table::standing(writer_, id);
    if (!job) return CancelOutcome::not_found;
    if (is_finished(job->state)) return CancelOutcome::already_finished;
    job_table::request_cancel(writer_, job->seq);
    if (job->state == JobState::active) return CancelOutcome::requested;
    finish(*job, JobState::cancelled);
    return CancelOutcome::cancelled;
  });
}

RetryOutcome EmbeddedQueue::retry(const JobId& id) {
  return write(Durability::power, [&] {
    const auto job = job_table::standing(writer_, id);
    if (!job) return RetryOutcome::not_found;
    if (job->state != JobState::failed && job->state != JobState::cancelled) return RetryOutcome::not_failed;
    job_table::reset(writer_, job->seq);
    put_back(*job, job_table::Place::last);
    return RetryOutcome::queued;
  });
}

RemoveOutcome EmbeddedQueue::remove(const JobId& id) {
  return write(Durability::power, [&] {
    const auto job = job_table::standing(writer_, id);
    if (!job) return RemoveOutcome::not_found;
    if (job->state == JobState::active) return RemoveOutcome::active;
    job_table::remove(writer_, job->seq);
    event_log::forget_job(writer_, id);
    tell(id, JobEventType::removed);
    return RemoveOutcome::removed;
  });
}

std::vector<JobId> EmbeddedQueue::expired(const RetentionPolicy& policy, std::size_t limit) {
  return read([&] {
    std::vector<JobId> ids;
    const WallTime now = clock_.wall_now();
    collect_expired(reader_, JobState::completed, policy.completed, now, limit, ids);
    collect_expired(reader_, JobState::failed, policy.failed, now, limit, ids);
    collect_expired(reader_, JobState::cancelled, policy.cancelled, now, limit, ids);
    return ids;
  });
}

EventId EmbeddedQueue::last_event() {
  return read([&] { return std::to_string(event_log::last_id(reader_)); });
}

EventBatch EmbeddedQueue::read_events(const EventId& after, std::size_t limit, std::chrono::milliseconds wait,
                                      std::stop_token stop) {
  const std::int64_t from = after.empty() ? 0 : number_from(after, "event id");
  const SteadyTime deadline = clock_.steady_now() + wait;
  for (;;) {
    const std::uint64_t seen = changes_seen();
    EventBatch batch =
        read([&] { return event_log::read(reader_, from, std::min(limit, kMaxEventsAtOnce)); });
    if (!batch.events.empty() || batch.gap || stop.stop_requested() || clock_.steady_now() >= deadline)
      return batch;
    wait_for_change(seen, deadline, stop);
  }
}

void EmbeddedQueue::backup(const std::filesystem::path& target) {
  // A connection of its own, so that nobody waits for a large copy.
  sqlite::Database source(writer_.file());
  sqlite::copy_database(source, target);
}

void EmbeddedQueue::tell(const JobId& id, JobEventType type, std::string_view text) {
  event_log::append(writer_, clock_.wall_now(), {.type = type, .job_id = id, .text = text});
}

std::uint64_t EmbeddedQueue::changes_seen() {
  const std::lock_guard lock(change_mutex_);
  return changes_;
}

void EmbeddedQueue::tell_change() {
  {
    const std::lock_guard lock(change_mutex_);
    ++changes_;
  }
  changed_.notify_all();
}

void EmbeddedQueue::wait_for_change(std::uint64_t seen, SteadyTime deadline, const std::stop_token& stop) {
  const SteadyTime until = std::min(deadline, clock_.steady_now() + kQueuePoll);
  std::unique_lock lock(change_mutex_);
  clock_.wait_until(lock, changed_, stop, until, [&] { return changes_ != seen; });
}

std::vector<std::string> queue_file_faults(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) throw Error(ErrorCode::invalid_config, "there is no queue " + file.string());
  sqlite::Database database(file);
  std::vector<std::string> faults;
  sqlite::Query check = database.query("PRAGMA integrity_check");
  while (check.step()) {
    if (check.text(0) != "ok") faults.push_back(check.text(0));
  }
  return faults;
}

std::unique_ptr<SqliteJobQueue> open_sqlite_queue(const std::filesystem::path& file, const Clock& clock) {
  const auto migrations = sqlite::queue_migrations();
  const OpeningLock opening(file.string() + "-owners", sqlite::kBusyTimeout);
  {
    sqlite::Database database(file);
    if (!sqlite::is_current(database, migrations)) {
      if (OwnerLock(file.string() + "-owners").has_others()) {
        throw Error(ErrorCode::conflict,
                    "the queue " + file.string() +
                        " must be upgraded, and another crm-merge is using it; stop that one first");
      }
      sqlite::migrate(database, migrations, clock.wall_now());
    }
    database.use_wal();
  }
  return std::make_unique<EmbeddedQueue>(file, clock);
}

}  // namespace crm
