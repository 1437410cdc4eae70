#include <algorithm>

#include "queue/embedded_queue.h"
#include "queue/event_log.h"
#include "queue/job_rules.h"

// The workers' side of the embedded queue: taking, keeping and ending jobs.
namespace crm {
namespace {

using job_table::Place;
using job_table::Standing;
using sqlite::Durability;

}  // namespace

std::optional<TakenJob> EmbeddedQueue::take(const TakeOptions& options, std::stop_token stop) {
  require_take(options);
  const SteadyTime deadline = clock_.steady_now() + options.wait;
  while (!stop.stop_requested()) {
    const std::uint64_t seen = changes_seen();
    TakeTry tried = try_take(options);
    if (tried.taken) return std::move(tried.taken);
    if (clock_.steady_now() >= deadline) return std::nullopt;
    wait_for_change(seen, std::min(deadline, tried.again_at.value_or(deadline)), stop);
  }
  return std::nullopt;
}

EmbeddedQueue::TakeTry EmbeddedQueue::try_take(const TakeOptions& options) {
  const WallTime now = clock_.wall_now();
  const std::lock_guard lock(writer_mutex_);
  // Those who wait look often: no write lock as long as there is nothing for them.
  const auto next_due = job_table::next_due(writer_, now);
  const bool due = next_due && *next_due <= now;
  if (!due && !job_table::first_in_line(writer_)) {
    if (!next_due) return {};
    return {.taken = {}, .again_at = clock_.steady_now() + (*next_due - now)};
  }
  sqlite::Transaction transaction(writer_, Durability::process);
  if (due) promote_due(now);
  TakeTry outcome;
  const auto seq = job_table::first_in_line(writer_);
  if (seq && options.limit) outcome.again_at = full_until(*options.limit);
  if (seq && !outcome.again_at) {
    const std::string token = new_lock_token();
    job_table::set_active(writer_, *seq,
                          {.worker = options.worker,
                           .token = token,
                           .owner = owner_.number(),
                           .lock_until = clock_.steady_now() + options.lock_duration},
                          now);
    auto job = job_table::read(writer_, *seq);
    tell(job->id, JobEventType::active);
    JobLock job_lock{.id = job->id, .token = token};
    outcome.taken = TakenJob{.job = std::move(*job), .lock = std::move(job_lock)};
  }
  transaction.commit();
  if (due || outcome.taken) tell_change();
  return outcome;
}

void EmbeddedQueue::promote_due(WallTime now) {
  for (const Standing& job : job_table::due(writer_, now)) put_back(job, Place::last);
}

std::optional<SteadyTime> EmbeddedQueue::full_until(const RateLimit& limit) {
  auto row = writer_.query(
      "SELECT (SELECT value FROM numbers WHERE name = 'window_start'), "
      "(SELECT value FROM numbers WHERE name = 'window_count')");
  row.step();
  const SteadyTime now = clock_.steady_now();
  SteadyTime start{std::chrono::milliseconds(row.integer(0))};
  std::int64_t count = row.integer(1);
  // A start in the future was written before the machine restarted.
  if (now >= start + limit.duration || now < start) {
    start = now;
    count = 0;
  }
  if (count >= limit.max) return start + limit.duration;
  writer_.query("UPDATE numbers SET value = ?1 WHERE name = 'window_start'").bind(start).run();
  writer_.query("UPDATE numbers SET value = ?1 WHERE name = 'window_count'").bind(count + 1).run();
  return std::nullopt;
}

std::vector<JobId> EmbeddedQueue::renew(std::span<const JobLock> locks,
                                        std::chrono::milliseconds lock_duration) {
  std::vector<JobId> lost;
  const std::lock_guard guard(writer_mutex_);
  sqlite::Transaction transaction(writer_, Durability::process);
  const SteadyTime until = clock_.steady_now() + lock_duration;
  for (const JobLock& lock : locks) {
    const int renewed =
        writer_.query("UPDATE jobs SET lock_until = ?3 WHERE id = ?1 AND state = 1 AND lock_token = ?2")
            .bind(lock.id, lock.token, until)
            .run();
    if (renewed == 0) lost.push_back(lock.id);
  }
  transaction.commit();
  return lost;
}

std::vector<JobId> EmbeddedQueue::wait_for_cancel(std::span<const JobLock> locks,
                                                  std::chrono::milliseconds wait, std::stop_token stop) {
  const SteadyTime deadline = clock_.steady_now() + wait;
  for (;;) {
    const std::uint64_t seen = changes_seen();
    auto ids = read([&] {
      std::vector<JobId> wanted;
      for (const JobLock& lock : locks) {
        const auto job = job_table::locked(reader_, lock);
        if (job && job->cancel_requested) wanted.push_back(lock.id);
      }
      return wanted;
    });
    if (!ids.empty() || stop.stop_requested() || clock_.steady_now() >= deadline) return ids;
    wait_for_change(seen, deadline, stop);
  }
}

LockState EmbeddedQueue::update_progress(const JobLock& lock, std::string_view progress) {
  require_progress(progress);
  return write_locked(Durability::process, lock, [&](const Standing& job) {
    writer_.query("UPDATE jobs SET progress = ?2 WHERE seq = ?1").bind(job.seq, progress).run();
    tell(job.id, JobEventType::progress, progress);
  });
}

LockState EmbeddedQueue::append_log(const JobLock& lock, std::string_view line) {
  const std::string_view kept = cut_text(line, kMaxLogLineBytes);
  return write_locked(Durability::process, lock, [&](const Standing& job) {
    auto counted =
        writer_.query("UPDATE jobs SET log_lines = log_lines + 1 WHERE seq = ?1 RETURNING log_lines - 1");
    counted.bind(job.seq).step();
    const std::int64_t number = counted.integer(0);
    writer_.query("INSERT INTO log_lines (job, number, line) VALUES (?1, ?2, ?3)")
        .bind(job.seq, number, kept)
        .run();
    writer_.query("DELETE FROM log_lines WHERE job = ?1 AND number <= ?2")
        .bind(job.seq, number - static_cast<std::int64_t>(kMaxLogLines))
        .run();
  });
}

LockState EmbeddedQueue::complete(const JobLock& lock, std::string_view result) {
  require_result(result);
  return write_locked(Durability::power, lock, [&](const Standing& job) {
    job_table::count_attempt(writer_, job.seq);
    job_table::set_result(writer_, job.seq, result);
    finish(job, JobState::completed);
  });
}

FailOutcome EmbeddedQueue::fail(const JobLock& lock, const Failure& failure) {
  const std::string_view reason = cut_text(failure.reason, kMaxFailedReasonBytes);
  return write(Durability::power, [&] {
    const auto job = job_table::locked(writer_, lock);
    return job ? end_attempt(*job, failure, reason) : FailOutcome::lost;
  });
}

FailOutcome EmbeddedQueue::end_attempt(const Standing& job, const Failure& failure, std::string_view reason) {
  job_table::count_attempt(writer_, job.seq);
  job_table::set_failed_reason(writer_, job.seq, reason);
  if (job.cancel_requested) {
    finish(job, JobState::cancelled);
    return FailOutcome::cancelled;
  }
  const int failed_attempts = job.attempts_made + 1;
  if (!failure.retryable || failed_attempts >= job.options.attempts) {
    finish(job, JobState::failed, reason);
    return FailOutcome::failed;
  }
  const auto delay = backoff_delay(job.options.backoff, failed_attempts);
  if (delay.count() == 0) {
    put_back(job, Place::last, reason);
  } else {
    const WallTime now = clock_.wall_now();
    job_table::set_delayed(writer_, job.seq, now, now + delay);
    tell(job.id, JobEventType::delayed, reason);
  }
  return FailOutcome::will_retry;
}

LockState EmbeddedQueue::cancelled(const JobLock& lock) {
  return write_locked(Durability::power, lock,
                      [&](const Standing& job) { finish(job, JobState::cancelled); });
}

LockState EmbeddedQueue::hand_back(const JobLock& lock) {
  return write_locked(Durability::process, lock, [&](const Standing& job) {
    if (job.cancel_requested) {
      finish(job, JobState::cancelled);
    } else {
      put_back(job, Place::first);
    }
  });
}

StalledJobs EmbeddedQueue::check_stalled(int max_stalled) {
  return write(Durability::process, [&] {
    StalledJobs outcome;
    const SteadyTime now = clock_.steady_now();
    for (const Standing& job : job_table::active(writer_)) {
      if (now < job.lock_until && owner_.is_alive(job.owner)) continue;
      job_table::count_stall(writer_, job.seq);
      tell(job.id, JobEventType::stalled);
      if (job.cancel_requested) {
        finish(job, JobState::cancelled);
        outcome.cancelled.push_back(job.id);
      } else if (job.stalled_count >= max_stalled) {
        const std::string reason = "internal: job stalled more than allowable limit (" +
                                   std::to_string(max_stalled) +
                                   "): its worker vanished each time; see the worker's log";
        job_table::set_failed_reason(writer_, job.seq, reason);
        finish(job, JobState::failed, reason);
        outcome.failed.push_back(job.id);
      } else {
        put_back(job, Place::first);
        outcome.back_in_line.push_back(job.id);
      }
    }
    return outcome;
  });
}

void EmbeddedQueue::finish(const Standing& job, JobState state, std::string_view reason) {
  job_table::set_finished(writer_, job.seq, state, clock_.wall_now());
  tell(job.id,
       state == JobState::completed ? JobEventType::completed
       : state == JobState::failed  ? JobEventType::failed
                                    : JobEventType::cancelled,
       reason);
}

void EmbeddedQueue::put_back(const Standing& job, Place place, std::string_view reason) {
  job_table::set_waiting(writer_, job.seq, place);
  tell(job.id, JobEventType::waiting, reason);
}

}  // namespace crm
