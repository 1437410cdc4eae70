#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "queue/job_queue.h"
#include "queue/sqlite.h"

// The table `events`: a history of at most kMaxEventHistory rows.
namespace crm::event_log {

struct NewEvent {
  JobEventType type = JobEventType::added;
  std::string_view job_id;
  std::string_view text = {};
};

/// Inside the caller's transaction. A job's newest progress replaces the one before.
void append(sqlite::Database& database, WallTime now, const NewEvent& event);

/// Removes what the history says of a job.
void forget_job(sqlite::Database& database, std::string_view job_id);

std::int64_t last_id(sqlite::Database& database);
EventBatch read(sqlite::Database& database, std::int64_t after, std::size_t limit);

}  // namespace crm::event_log
