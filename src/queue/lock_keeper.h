#pragma once

#include <chrono>
#include <memory>
#include <stop_token>

#include "base/clock.h"
#include "queue/job_queue.h"

namespace crm {

/// Why a held job must stop.
enum class StopReason { none, cancelled, lock_lost };

/// Keeps the locks of running jobs: one thread does nothing but renew them, another listens for requests to
/// cancel.
///
/// A lock that the queue reports as lost, or that could not be renewed until it ran out, stops its job, as
/// does a request to cancel. Threads: any.
class LockKeeper {
 public:
  class Held;

  struct Options {
    std::chrono::milliseconds lock_duration{60'000};
    std::chrono::milliseconds renew_every{20'000};
  };

  /// `queue` and `clock` must outlive it.
  LockKeeper(JobQueue& queue, const Clock& clock, Options options);
  /// Every `Held` must be gone.
  ~LockKeeper();
  LockKeeper(const LockKeeper&) = delete;
  LockKeeper& operator=(const LockKeeper&) = delete;

  /// Renews `lock`, taken just now with `Options::lock_duration`, until the `Held` is destroyed.
  [[nodiscard]] std::unique_ptr<Held> hold(const JobLock& lock);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

/// One job's lock while it is renewed. Destroy it before the job is completed, failed or handed back.
class LockKeeper::Held {
 public:
  ~Held();
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

  /// Stops when the job must stop.
  std::stop_token stop_token() const;
  /// Why, once it stopped. A lost lock wins over a request to cancel.
  StopReason reason() const;

 private:
  friend class LockKeeper;
  struct State;
  Held(std::shared_ptr<Impl> keeper, std::shared_ptr<State> state);
  std::shared_ptr<Impl> keeper_;
  std::shared_ptr<State> state_;
};

}  // namespace crm
