#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/line_log.h"
#include "service/settings.h"

namespace crm {

/// A service that runs: the API, the workers, or both, on one queue and one store.
///
/// Threads: one owner; `port` and `address` from any.
class RunningService {
 public:
  /// Opens the data folder, queue and store, takes up what a dead service left, and begins to listen and to work. `log` and
  /// `clock` outlive it. Errors: invalid_config, conflict (the port is taken), denied, unavailable.
  RunningService(ServiceSettings settings, LineLog& log, const Clock& clock);
  /// As `stop`.
  ~RunningService();
  RunningService(const RunningService&) = delete;
  RunningService& operator=(const RunningService&) = delete;

  /// Where the API listens, 0 without one.
  std::uint16_t port() const;

  /// Takes no new jobs, lets those that run finish for the drain timeout, hands the rest back, then closes the API, which
  /// answers until then (/readyz says that it is stopping). Once more does nothing.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace crm
