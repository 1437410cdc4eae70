#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>

namespace crm {

/// Milliseconds of the calendar: what people and other machines see. It may jump either way when it is set.
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

/// Milliseconds that only go forward, the same in every process of this machine until it restarts.
using SteadyTime = std::chrono::time_point<std::chrono::steady_clock, std::chrono::milliseconds>;

/// Where time comes from, so that tests can move it. Threads: any.
class Clock {
 public:
  virtual ~Clock() = default;

  virtual WallTime wall_now() const = 0;
  virtual SteadyTime steady_now() const = 0;

  /// Waits, as `changed` would, until `ready()`, `deadline`, or a stop. `ready` runs with the lock held.
  /// Returns `ready()`.
  virtual bool wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable_any& changed,
                          std::stop_token stop, SteadyTime deadline,
                          const std::function<bool()>& ready) const = 0;
};

/// The machine's clocks.
const Clock& system_clock();

}  // namespace crm
