#include "worker/merge_worker.h"

#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "base/error_code.h"
#include "queue/lock_keeper.h"
#include "worker/active_jobs.h"
#include "worker/attempt_line.h"

namespace crm {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTakeWait{1000};
/// After the queue did not answer: so long until it is asked again.
constexpr milliseconds kQueueRetry{1000};

void rest(milliseconds time, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, time, [] { return false; });
}

/// How an attempt ended.
struct Outcome {
  std::string result;
  std::optional<Error> error;
  AttemptStop stopped = AttemptStop::none;  ///< why, where somebody ended it
};

Outcome outcome_of(JobAttempt& attempt) {
  Outcome outcome;
  try {
    outcome.result = attempt.run();
  } catch (const Error& error) {
    outcome.error = error;
  } catch (const std::exception& error) {
    outcome.error.emplace(ErrorCode::internal, error.what());
  }
  return outcome;
}

AttemptStop stop_for(StopReason reason) {
  switch (reason) {
    case StopReason::none: return AttemptStop::none;
    case StopReason::cancelled: return AttemptStop::cancelled;
    case StopReason::lock_lost: return AttemptStop::lock_lost;
  }
  return AttemptStop::none;
}

Failure failure_of(const Error& error) {
  return {fmt::format("{}: {}", error_code_name(error.code()), error.message()), is_retryable(error.code())};
}

}  // namespace

int concurrent_jobs(const WorkerSettings& settings) {
  int jobs = std::clamp(settings.concurrency, 1, kMostConcurrentJobs);
  if (settings.process_memory_bytes > 0 && settings.merge.memory_bytes > 0) {
    const std::uint64_t fit = settings.process_memory_bytes / settings.merge.memory_bytes;
    jobs = static_cast<int>(std::clamp<std::uint64_t>(fit, 1, static_cast<std::uint64_t>(jobs)));
  }
  return jobs;
}

struct MergeWorker::Impl {
  Impl(JobQueue& jobs, ObjectStore& objects, WorkerSettings how, LineLog& events, const Clock& time)
      : queue(jobs), store(objects), settings(std::move(how)), log(events), clock(time),
        locks(jobs, time, {settings.lock_duration, settings.lock_duration / 3}) {}

  void start();
  void drain();
  void sweep();

  void run_slot(std::stop_token stop);
  void run_job(const TakenJob& job);
  AttemptEnd end_job(const TakenJob& job, JobAttempt& attempt, const Outcome& outcome);
  AttemptEnd complete(const TakenJob& job, JobAttempt& attempt, const Outcome& outcome);
  AttemptEnd fail(const TakenJob& job, JobAttempt& attempt, const Error& error);
  void tell_end(const TakenJob& job, AttemptSummary summary);
  void look_after(std::stop_token stop);
  bool sweep_folder(const JobId& id);

  /// Runs `act`; a queue that does not answer is told to the log, and asked again later.
  template <typename Act>
  bool try_to(const char* what, Act act) {
    try {
      act();
      return true;
    } catch (const Error& error) {
      log.write(LogLevel::error, fmt::format("{}: {}", what, error.message()));
    } catch (const std::exception& error) {
      log.write(LogLevel::error, fmt::format("{}: {}", what, error.what()));
    }
    return false;
  }

  JobQueue& queue;
  ObjectStore& store;
  const WorkerSettings settings;
  LineLog& log;
  const Clock& clock;
  LockKeeper locks;
  ActiveAttempts active;
  std::once_flag drained;
  std::vector<std::jthread> slots;
  std::jthread keeper;
};

void MergeWorker::Impl::start() {
  try_to("looking for what dead workers left", [&] {
    queue.check_stalled(settings.max_stalled);
    sweep();
  });
  keeper = std::jthread([this](std::stop_token stop) { look_after(std::move(stop)); });
  for (int i = 0; i < concurrent_jobs(settings); ++i) {
    slots.emplace_back([this](std::stop_token stop) { run_slot(std::move(stop)); });
  }
}

void MergeWorker::Impl::run_slot(std::stop_token stop) {
  TakeOptions options;
  options.worker = settings.name;
  options.lock_duration = settings.lock_duration;
  options.wait = kTakeWait;
  options.limit = settings.limit;
  while (!stop.stop_requested()) {
    std::optional<TakenJob> job;
    if (!try_to("taking a job", [&] { job = queue.take(options, stop); })) {
      rest(kQueueRetry, stop);
      continue;
    }
    if (job) run_job(*job);
  }
}

void MergeWorker::Impl::run_job(const TakenJob& job) {
  log.write(LogLevel::info, fmt::format("attempt {} began", job.job.attempts_started), {{"job", job.job.id}});
  const SteadyTime began = clock.steady_now();
  AttemptControl control;
  JobAttempt attempt(queue, store, settings.merge, job, control, log, clock);
  active.add(control);
  Outcome outcome;
  {
    const std::unique_ptr<LockKeeper::Held> held = locks.hold(job.lock);
    const std::stop_callback pass_on(held->stop_token(), [&] { control.stop(stop_for(held->reason())); });
    outcome = outcome_of(attempt);
  }
  outcome.stopped = outcome.error ? control.reason() : AttemptStop::none;
  // What follows needs the queue; however that ends, the attempt is over.
  try_to("ending a job", [&] {
    AttemptSummary summary;
    summary.end = end_job(job, attempt, outcome);
    if (outcome.error) summary.error = outcome.error->code();
    else summary.figures = attempt.figures();
    summary.took = clock.steady_now() - began;
    tell_end(job, summary);
  });
  active.remove(control);
}

void MergeWorker::Impl::tell_end(const TakenJob& job, AttemptSummary summary) {
  const auto seconds = std::round(summary.took.count() * 1000) / 1000;
  switch (summary.end) {
    case AttemptEnd::completed:
      log.write(LogLevel::info, "completed",
                {{"job", job.job.id}, {"seconds", seconds}, {"rows", static_cast<std::int64_t>(summary.figures.rows)}});
      break;
    case AttemptEnd::failed:
    case AttemptEnd::will_retry: break;  // `fail` has told why
    case AttemptEnd::cancelled: log.write(LogLevel::info, "cancelled", {{"job", job.job.id}}); break;
    case AttemptEnd::handed_back: log.write(LogLevel::info, "handed back", {{"job", job.job.id}}); break;
    case AttemptEnd::lock_lost:
      log.write(LogLevel::warning, "lost its lock; another worker has it", {{"job", job.job.id}});
      break;
  }
  if (settings.on_end) settings.on_end(summary);
}

AttemptEnd MergeWorker::Impl::end_job(const TakenJob& job, JobAttempt& attempt, const Outcome& outcome) {
  switch (outcome.stopped) {
    case AttemptStop::none: return outcome.error ? fail(job, attempt, *outcome.error) : complete(job, attempt, outcome);
    case AttemptStop::cancelled:
      if (queue.cancelled(job.lock) == LockState::lost) return AttemptEnd::lock_lost;
      attempt.forget();
      return AttemptEnd::cancelled;
    case AttemptStop::shutdown:
      return queue.hand_back(job.lock) == LockState::lost ? AttemptEnd::lock_lost : AttemptEnd::handed_back;
    case AttemptStop::lock_lost: break;
  }
  return AttemptEnd::lock_lost;
}

AttemptEnd MergeWorker::Impl::complete(const TakenJob& job, JobAttempt& attempt, const Outcome& outcome) {
  if (queue.complete(job.lock, outcome.result) == LockState::lost) return AttemptEnd::lock_lost;
  attempt.forget();
  return AttemptEnd::completed;
}

AttemptEnd MergeWorker::Impl::fail(const TakenJob& job, JobAttempt& attempt, const Error& error) {
  const Failure failure = failure_of(error);
  log.write(LogLevel::warning, failure.reason, {{"job", job.job.id}});
  switch (queue.fail(job.lock, failure)) {
    case FailOutcome::failed: attempt.forget(); return AttemptEnd::failed;
    case FailOutcome::cancelled: attempt.forget(); return AttemptEnd::cancelled;
    case FailOutcome::will_retry: return AttemptEnd::will_retry;
    case FailOutcome::lost: break;
  }
  return AttemptEnd::lock_lost;
}

void MergeWorker::Impl::look_after(std::stop_token stop) {
  SteadyTime swept = clock.steady_now();
  while (!stop.stop_requested()) {
    rest(settings.stalled_interval, stop);
    if (stop.stop_requested()) return;
    try_to("looking for stalled jobs", [&] {
      const StalledJobs stalled = queue.check_stalled(settings.max_stalled);
      for (const JobId& id : stalled.back_in_line) log.write(LogLevel::warning, "stalled; back in line", {{"job", id}});
      for (const JobId& id : stalled.failed) log.write(LogLevel::error, "stalled too often", {{"job", id}});
    });
    if (clock.steady_now() - swept < settings.sweep_interval) continue;
    swept = clock.steady_now();
    try_to("sweeping", [&] { sweep(); });
  }
}

void MergeWorker::Impl::sweep() {
  std::uint64_t orphans = 0;
  for (const JobId& id : JobFolder::jobs_in(settings.merge.work_folder)) orphans += sweep_folder(id) ? 1 : 0;
  const SweepReport swept = store.sweep(kIdleUpload);
  if (swept.uploads + swept.temporary_files > 0) {
    log.write(LogLevel::info, fmt::format("swept {} uploads and {} temporary files, {} bytes", swept.uploads, swept.temporary_files, swept.bytes));
  }
  orphans += swept.uploads + swept.temporary_files;
  if (settings.on_swept && orphans > 0) settings.on_swept(orphans);
}

/// A folder whose job waits for another attempt stays: the attempt may use what is there. True if it was removed.
bool MergeWorker::Impl::sweep_folder(const JobId& id) {
  auto folder = JobFolder::open(settings.merge.work_folder, id);
  if (!folder) return false;
  const auto job = queue.get(id);
  if (job && !is_finished(job->state)) return false;
  folder->remove();
  return true;
}

void MergeWorker::Impl::drain() {
  for (std::jthread& slot : slots) slot.request_stop();
  if (!active.wait_for_none(settings.drain_timeout)) active.stop_all(AttemptStop::shutdown);
  slots.clear();
  keeper.request_stop();
  if (keeper.joinable()) keeper.join();
}

MergeWorker::MergeWorker(JobQueue& queue, ObjectStore& store, WorkerSettings settings, LineLog& log,
                         const Clock& clock)
    : impl_(std::make_unique<Impl>(queue, store, std::move(settings), log, clock)) {
  impl_->start();
}

MergeWorker::~MergeWorker() { drain(); }

void MergeWorker::drain() {
  std::call_once(impl_->drained, [this] { impl_->drain(); });
}

void MergeWorker::sweep() { impl_->sweep(); }

}  // namespace crm
