#include "base/clock.h"

#include <utility>

namespace crm {
namespace {

using std::chrono::milliseconds;
using std::chrono::time_point_cast;

class SystemClock final : public Clock {
 public:
  WallTime wall_now() const override {
    return time_point_cast<milliseconds>(std::chrono::system_clock::now());
  }
  SteadyTime steady_now() const override {
    return time_point_cast<milliseconds>(std::chrono::steady_clock::now());
  }

  bool wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable_any& changed,
                  std::stop_token stop, SteadyTime deadline,
                  const std::function<bool()>& ready) const override {
    return changed.wait_until(lock, std::move(stop), deadline, ready);
  }
};

}  // namespace

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

}  // namespace crm
