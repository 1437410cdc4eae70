#include "queue/event_log.h"

#include <algorithm>
#include <string>

namespace crm::event_log {
namespace {

// The history is cut once in so many events, so it may be longer by as many.
constexpr std::int64_t kTrimEvery = 64;

void trim(sqlite::Database& database, std::int64_t newest) {
  const std::int64_t forgotten = newest - static_cast<std::int64_t>(kMaxEventHistory);
  if (forgotten <= 0) return;
  database.query("DELETE FROM events WHERE id <= ?1").bind(forgotten).run();
  database.query("UPDATE numbers SET value = ?1 WHERE name = 'events_forgotten'").bind(forgotten).run();
}

}  // namespace

void append(sqlite::Database& database, WallTime now, const NewEvent& event) {
  if (event.type == JobEventType::progress) {
    database.query("DELETE FROM events WHERE job_id = ?1 AND type = ?2")
        .bind(event.job_id, static_cast<int>(event.type))
        .run();
  }
  database.query("INSERT INTO events (type, job_id, at, text) VALUES (?1, ?2, ?3, ?4)")
      .bind(static_cast<int>(event.type), event.job_id, now, event.text)
      .run();
  const std::int64_t id = database.last_row_id();
  if (id % kTrimEvery == 0) trim(database, id);
}

void forget_job(sqlite::Database& database, std::string_view job_id) {
  database.query("DELETE FROM events WHERE job_id = ?1").bind(job_id).run();
}

std::int64_t last_id(sqlite::Database& database) {
  // Not max(id): the newest may have been removed with its job.
  return database.integer("SELECT seq FROM sqlite_sequence WHERE name = 'events'");
}

EventBatch read(sqlite::Database& database, std::int64_t after, std::size_t limit) {
  EventBatch batch;
  const std::int64_t forgotten =
      database.integer("SELECT value FROM numbers WHERE name = 'events_forgotten'");
  // An id from the future is another file's: a backup was restored, or the queue made anew.
  batch.gap = after < forgotten || after > last_id(database);
  auto row =
      database.query("SELECT id, type, job_id, at, text FROM events WHERE id > ?1 ORDER BY id LIMIT ?2");
  row.bind(after, limit);
  while (row.step()) {
    batch.events.push_back({.id = std::to_string(row.integer(0)),
                            .type = static_cast<JobEventType>(row.small(1)),
                            .job_id = row.text(2),
                            .at = row.wall_time(3).value_or(WallTime{}),
                            .text = row.text(4)});
  }
  return batch;
}

}  // namespace crm::event_log
