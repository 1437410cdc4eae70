#include "worker/active_jobs.h"

namespace crm {

void AttemptControl::stop(AttemptStop reason) {
  {
    const std::lock_guard lock(mutex_);
    if (reason_ == AttemptStop::none || reason == AttemptStop::lock_lost) reason_ = reason;
  }
  stop_.request_stop();
}

AttemptStop AttemptControl::reason() const {
  const std::lock_guard lock(mutex_);
  return reason_;
}

void ActiveAttempts::add(AttemptControl& attempt) {
  const std::lock_guard lock(mutex_);
  attempts_.insert(&attempt);
}

void ActiveAttempts::remove(AttemptControl& attempt) {
  {
    const std::lock_guard lock(mutex_);
    attempts_.erase(&attempt);
  }
  changed_.notify_all();
}

void ActiveAttempts::stop_all(AttemptStop reason) {
  const std::lock_guard lock(mutex_);
  for (AttemptControl* attempt : attempts_) attempt->stop(reason);
}

bool ActiveAttempts::wait_for_none(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, timeout, [this] { return attempts_.empty(); });
}

}  // namespace crm
