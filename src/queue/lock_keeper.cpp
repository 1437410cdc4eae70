#include "queue/lock_keeper.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"

namespace crm {
namespace {

using std::chrono::milliseconds;

// A request to cancel a job that was taken after the listener began to wait is heard after this.
constexpr milliseconds kListen{250};
// After the queue did not answer, the next try; locks last much longer.
constexpr milliseconds kRetry{500};

}  // namespace

struct LockKeeper::Held::State {
  JobLock lock;
  SteadyTime valid_until{};  ///< as the last renewal said
  StopReason reason = StopReason::none;
  std::stop_source stop;
};

struct LockKeeper::Impl {
  Impl(JobQueue& a_queue, const Clock& a_clock, Options some_options)
      : queue(a_queue), clock(a_clock), options(some_options) {}

  void renew_all(std::stop_token stop);
  void listen(std::stop_token stop);
  void renew_once();
  std::vector<JobLock> locks();
  void stop_job(const JobId& id, StopReason reason);
  void stop_those_that_ran_out();
  void pause(milliseconds span, const std::stop_token& stop);
  /// Until a lock must be renewed, but after a failure not before `not_before`; or until one runs out.
  void wait_until_due(SteadyTime not_before, const std::stop_token& stop);

  JobQueue& queue;
  const Clock& clock;
  const Options options;
  std::mutex mutex;  // of held, holds and each State's valid_until and reason
  std::condition_variable_any changed;
  std::vector<std::shared_ptr<Held::State>> held;
  std::uint64_t holds = 0;  ///< how often one was added
  std::jthread renewer, listener;
};

std::vector<JobLock> LockKeeper::Impl::locks() {
  const std::lock_guard lock(mutex);
  std::vector<JobLock> locks;
  for (const auto& state : held) {
    if (state->reason != StopReason::lock_lost) locks.push_back(state->lock);
  }
  return locks;
}

void LockKeeper::Impl::stop_job(const JobId& id, StopReason reason) {
  std::vector<std::stop_source> sources;
  {
    const std::lock_guard lock(mutex);
    for (const auto& state : held) {
      if (state->lock.id != id || state->reason == StopReason::lock_lost) continue;
      state->reason = reason;
      sources.push_back(state->stop);
    }
  }
  // Callbacks of the token run here, so without the mutex.
  for (std::stop_source& source : sources) source.request_stop();
}

void LockKeeper::Impl::renew_once() {
  const std::vector<JobLock> mine = locks();
  if (mine.empty()) return;
  // The lock lasts from when the queue heard of it, which is not before now.
  const SteadyTime valid_until = clock.steady_now() + options.lock_duration;
  const std::vector<JobId> lost = queue.renew(mine, options.lock_duration);
  {
    const std::lock_guard lock(mutex);
    for (const auto& state : held) {
      const bool renewed = std::any_of(mine.begin(), mine.end(), [&](const JobLock& lock_of_mine) {
        return lock_of_mine.token == state->lock.token;
      });
      if (renewed) state->valid_until = valid_until;
    }
  }
  for (const JobId& id : lost) stop_job(id, StopReason::lock_lost);
}

void LockKeeper::Impl::stop_those_that_ran_out() {
  std::vector<JobId> ids;
  {
    const std::lock_guard lock(mutex);
    for (const auto& state : held) {
      if (clock.steady_now() >= state->valid_until) ids.push_back(state->lock.id);
    }
  }
  for (const JobId& id : ids) stop_job(id, StopReason::lock_lost);
}

void LockKeeper::Impl::pause(milliseconds span, const std::stop_token& stop) {
  std::unique_lock lock(mutex);
  clock.wait_until(lock, changed, stop, clock.steady_now() + span, [] { return false; });
}

void LockKeeper::Impl::wait_until_due(SteadyTime not_before, const std::stop_token& stop) {
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    const SteadyTime now = clock.steady_now();
    SteadyTime runs_out = SteadyTime::max();
    for (const auto& state : held) {
      if (state->reason != StopReason::lock_lost) runs_out = std::min(runs_out, state->valid_until);
    }
    SteadyTime until = now + options.renew_every;
    if (runs_out != SteadyTime::max()) {
      const SteadyTime due = runs_out - options.lock_duration + options.renew_every;
      until = std::min(std::max(due, not_before), runs_out);
    }
    if (until <= now) return;
    clock.wait_until(lock, changed, stop, until, [&, seen = holds] { return holds != seen; });
  }
}

void LockKeeper::Impl::renew_all(std::stop_token stop) {
  SteadyTime not_before = SteadyTime::min();
  for (;;) {
    wait_until_due(not_before, stop);
    if (stop.stop_requested()) return;
    try {
      renew_once();
      not_before = SteadyTime::min();
    } catch (const std::exception&) {
      // The queue does not answer: go on asking. If it never does, the locks run out, and that is heard of.
      not_before = clock.steady_now() + kRetry;
    }
    stop_those_that_ran_out();
  }
}

void LockKeeper::Impl::listen(std::stop_token stop) {
  while (!stop.stop_requested()) {
    const std::vector<JobLock> mine = locks();
    if (mine.empty()) {
      std::unique_lock lock(mutex);
      clock.wait_until(lock, changed, stop, clock.steady_now() + kListen, [&] { return !held.empty(); });
      continue;
    }
    try {
      const auto ids = queue.wait_for_cancel(mine, kListen, stop);
      for (const JobId& id : ids) stop_job(id, StopReason::cancelled);
      if (!ids.empty()) pause(kListen, stop);  // they are asked for until their jobs are gone
    } catch (const std::exception&) {
      pause(kRetry, stop);
    }
  }
}

LockKeeper::LockKeeper(JobQueue& queue, const Clock& clock, Options options)
    : impl_(std::make_shared<Impl>(queue, clock, options)) {
  if (options.renew_every.count() <= 0 || options.renew_every >= options.lock_duration) {
    throw Error(ErrorCode::invalid_config, "locks must be renewed more often than they run out");
  }
  Impl* impl = impl_.get();
  impl->renewer = std::jthread([impl](std::stop_token stop) { impl->renew_all(std::move(stop)); });
  impl->listener = std::jthread([impl](std::stop_token stop) { impl->listen(std::move(stop)); });
}

LockKeeper::~LockKeeper() {
  impl_->renewer.request_stop();
  impl_->listener.request_stop();
  impl_->renewer.join();
  impl_->listener.join();
}

std::unique_ptr<LockKeeper::Held> LockKeeper::hold(const JobLock& lock) {
  auto state = std::make_shared<Held::State>();
  state->lock = lock;
  state->valid_until = impl_->clock.steady_now() + impl_->options.lock_duration;
  {
    const std::lock_guard guard(impl_->mutex);
    impl_->held.push_back(state);
    ++impl_->holds;
  }
  impl_->changed.notify_all();
  return std::unique_ptr<Held>(new Held(impl_, std::move(state)));
}

LockKeeper::Held::Held(std::shared_ptr<Impl> keeper, std::shared_ptr<State> state)
    : keeper_(std::move(keeper)), state_(std::move(state)) {}

LockKeeper::Held::~Held() {
  const std::lock_guard lock(keeper_->mutex);
  std::erase(keeper_->held, state_);
}

std::stop_token LockKeeper::Held::stop_token() const { return state_->stop.get_token(); }

StopReason LockKeeper::Held::reason() const {
  const std::lock_guard lock(keeper_->mutex);
  return state_->reason;
}

}  // namespace crm
