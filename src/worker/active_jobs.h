#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <stop_token>

namespace crm {

/// Why an attempt is to end before its time.
enum class AttemptStop { none, cancelled, lock_lost, shutdown };

/// How others end an attempt. The first reason counts, but for a lost lock, which outdoes all: nothing may be published.
/// Threads: any.
class AttemptControl {
 public:
  void stop(AttemptStop reason);
  AttemptStop reason() const;
  std::stop_token token() const { return stop_.get_token(); }

 private:
  mutable std::mutex mutex_;
  AttemptStop reason_ = AttemptStop::none;  // guarded by mutex_
  std::stop_source stop_;
};

/// The attempts that run at the moment. Threads: any.
class ActiveAttempts {
 public:
  void add(AttemptControl& attempt);
  void remove(AttemptControl& attempt);
  void stop_all(AttemptStop reason);
  /// Waits until there is none, at most `timeout`. True if there is none.
  bool wait_for_none(std::chrono::milliseconds timeout);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<AttemptControl*> attempts_;  // guarded by mutex_
};

}  // namespace crm
