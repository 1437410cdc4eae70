#pragma once

#include <atomic>
#include <utility>

#include "base/clock.h"

namespace crm {

/// A clock that stands still until a test moves it. Whoever waits on it hears of a move within a millisecond
/// or so.
class ManualClock final : public Clock {
 public:
  WallTime wall_now() const override { return WallTime(std::chrono::milliseconds(wall_ms_.load())); }
  SteadyTime steady_now() const override { return SteadyTime(std::chrono::milliseconds(steady_ms_.load())); }

  /// Time passes: both clocks move.
  void advance(std::chrono::milliseconds step) {
    wall_ms_ += step.count();
    steady_ms_ += step.count();
  }
  /// Somebody sets the calendar: only the wall clock moves.
  void jump_wall(std::chrono::milliseconds step) { wall_ms_ += step.count(); }

  bool wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable_any& changed,
                  std::stop_token stop, SteadyTime deadline,
                  const std::function<bool()>& ready) const override {
    // A move has no way to notify `changed`, so the real clock is looked at in slices.
    while (!ready() && !stop.stop_requested() && steady_now() < deadline) {
      changed.wait_for(lock, stop, std::chrono::milliseconds(1), ready);
    }
    return ready();
  }

 private:
  std::atomic<std::int64_t> wall_ms_ = 1'800'000'000'000;  // January 2027
  std::atomic<std::int64_t> steady_ms_ = 1'000'000;
};

}  // namespace crm
