#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "queue/job_queue.h"

namespace crm {

/// A JobQueue in one SQLite file, for any number of threads and processes of one machine.
class SqliteJobQueue : public JobQueue {
 public:
  /// Writes a copy of the queue as it is at one moment to `target`, which must not exist. Other users go on
  /// meanwhile. Errors: conflict when `target` exists, limit_exceeded, denied.
  virtual void backup(const std::filesystem::path& target) = 0;
};

/// Opens or creates the queue in `file`. An older schema is copied to `file`.v<N>.<time>.bak, then migrated.
///
/// `clock` must outlive it. Errors: invalid_config for a newer schema or a file that is none of ours, denied
/// when it cannot be written, unavailable when another process holds it for too long.
std::unique_ptr<SqliteJobQueue> open_sqlite_queue(const std::filesystem::path& file,
                                                  const Clock& clock = system_clock());

/// What SQLite finds wrong in the queue's file, one line each; empty: nothing. Reads all of it; others may use it meanwhile.
/// Errors: invalid_config for a file that is not there or no database, unavailable.
std::vector<std::string> queue_file_faults(const std::filesystem::path& file);

}  // namespace crm
