#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "base/clock.h"
#include "queue/job_queue.h"

namespace crm {

struct BullmqOptions {
  std::string url = "redis://127.0.0.1:6379/0";  ///< as `parse_redis_url` reads it
  std::string queue = "crm-merge";               ///< the name Node applications give to `new Queue(…)`
  std::string prefix = "bull";
  /// An installed npm package `bullmq` whose scripts are to be used; empty: our own copies, 5.81.5 for a
  /// queue that BullMQ 5 made, else 6.7.0.
  std::filesystem::path bullmq_folder = {};
  /// Over all workers of the queue there is one stalled check in so long; the second that finds a job without
  /// a lock puts it back in line.
  std::chrono::milliseconds stalled_interval{30'000};
};

/// A JobQueue in Redis that Node applications share through the npm package `bullmq`: every change of a job
/// is made by that package's own Lua scripts, unmodified. See docs/queue.md, and docs/adr for what BullMQ
/// does not know (cancelling, searching).
///
/// What an attempt ends with is tried again for `kEndPatience` while Redis is away; whatever else is asked,
/// for `kAskPatience`. `clock` must outlive it; locks and the rate limit run by the server's clock.
///
/// Errors: invalid_config for the options, scripts that were not tested, Sentinel, a cluster or a Redis that
/// is too old; denied for a wrong password; unavailable when Redis does not answer.
std::unique_ptr<JobQueue> open_bullmq_queue(const BullmqOptions& options,
                                            const Clock& clock = system_clock());

}  // namespace crm
