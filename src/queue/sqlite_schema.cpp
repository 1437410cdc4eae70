#include "queue/sqlite_schema.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <system_error>

#include "base/error.h"
#include "base/fd.h"

namespace crm::sqlite {
namespace {

namespace fs = std::filesystem;

// Marks the file as a crm-merge queue ("CRMQ").
constexpr std::int64_t kApplicationId = 0x43524D51;

// Times are milliseconds of the wall clock (`_at`) or of the steady clock (`lock_until`). States are
// JobState's numbers. Large texts have a table of their own, so that a change of state never copies them.
// Indexes serve: the line of waiting jobs, delays, lists by state, retention, idempotency.
constexpr Migration kVersion1 = R"sql(
CREATE TABLE jobs (
  seq               INTEGER PRIMARY KEY AUTOINCREMENT,
  id                TEXT    NOT NULL UNIQUE,
  name              TEXT    NOT NULL,
  state             INTEGER NOT NULL,
  priority          INTEGER NOT NULL,
  position          INTEGER NOT NULL,
  attempts          INTEGER NOT NULL,
  backoff_kind      INTEGER NOT NULL,
  backoff_ms        INTEGER NOT NULL,
  delay_ms          INTEGER NOT NULL,
  idempotency_key   TEXT,
  submitted_by      TEXT    NOT NULL,
  attempts_made     INTEGER NOT NULL DEFAULT 0,
  attempts_started  INTEGER NOT NULL DEFAULT 0,
  stalled_count     INTEGER NOT NULL DEFAULT 0,
  cancel_requested  INTEGER NOT NULL DEFAULT 0,
  worker            TEXT    NOT NULL DEFAULT '',
  lock_token        TEXT,
  lock_until        INTEGER,
  owner             INTEGER,
  progress          TEXT    NOT NULL DEFAULT '',
  failed_reason     TEXT    NOT NULL DEFAULT '',
  log_lines         INTEGER NOT NULL DEFAULT 0,
  created_at        INTEGER NOT NULL,
  delayed_at        INTEGER,
  run_at            INTEGER,
  started_at        INTEGER,
  finished_at       INTEGER
);
CREATE INDEX jobs_line ON jobs (priority, position) WHERE state = 0;
CREATE INDEX jobs_due ON jobs (run_at) WHERE state = 2;
CREATE INDEX jobs_delayed ON jobs (delayed_at) WHERE state = 2;
CREATE INDEX jobs_by_state ON jobs (state, seq);
CREATE INDEX jobs_by_end ON jobs (state, finished_at, seq) WHERE state >= 3;
CREATE UNIQUE INDEX jobs_by_key ON jobs (idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE TABLE payloads (
  job     INTEGER PRIMARY KEY REFERENCES jobs (seq) ON DELETE CASCADE,
  data    TEXT NOT NULL,
  result  TEXT NOT NULL DEFAULT ''
);
CREATE TABLE log_lines (
  job     INTEGER NOT NULL REFERENCES jobs (seq) ON DELETE CASCADE,
  number  INTEGER NOT NULL,
  line    TEXT    NOT NULL,
  PRIMARY KEY (job, number)
) WITHOUT ROWID;
CREATE TABLE events (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  type    INTEGER NOT NULL,
  job_id  TEXT    NOT NULL,
  at      INTEGER NOT NULL,
  text    TEXT    NOT NULL
);
CREATE INDEX events_by_job ON events (job_id, type);
CREATE TABLE numbers (
  name   TEXT PRIMARY KEY,
  value  INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO numbers VALUES ('last_position', 0), ('first_position', 0), ('events_forgotten', 0),
                           ('window_start', 0), ('window_count', 0);
)sql";

constexpr std::array kMigrations = {kVersion1};

std::int64_t version_of(Database& database) { return database.integer("PRAGMA user_version"); }

void require_queue(Database& database, std::span<const Migration> migrations) {
  const std::int64_t version = version_of(database);
  const bool is_queue = database.integer("PRAGMA application_id") == kApplicationId;
  const bool is_empty = database.integer("SELECT count(*) FROM sqlite_schema") == 0;
  const std::string file = database.file().string();
  if (!is_queue && !is_empty) {
    throw Error(ErrorCode::invalid_config,
                file + " is a database of another program; name another file for the queue");
  }
  if (version > static_cast<std::int64_t>(migrations.size())) {
    throw Error(ErrorCode::invalid_config,
                "the queue " + file + " has schema version " + std::to_string(version) +
                    ", this crm-merge knows up to " + std::to_string(migrations.size()) +
                    "; use the newer crm-merge, or restore the copy made before its upgrade");
  }
}

void sync_path(const fs::path& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd) ::fsync(fd.get());
}

}  // namespace

std::span<const Migration> queue_migrations() { return kMigrations; }

bool is_current(Database& database, std::span<const Migration> migrations) {
  require_queue(database, migrations);
  return version_of(database) == static_cast<std::int64_t>(migrations.size());
}

void migrate(Database& database, std::span<const Migration> migrations, WallTime now) {
  require_queue(database, migrations);
  const std::int64_t version = version_of(database);
  if (version == static_cast<std::int64_t>(migrations.size())) return;
  if (version > 0) {
    copy_database(database, database.file().string() + ".v" + std::to_string(version) + "." +
                                std::to_string(now.time_since_epoch().count()) + ".bak");
  }
  Transaction transaction(database, Durability::power);
  for (const Migration& migration : migrations.subspan(static_cast<std::size_t>(version))) {
    database.execute(std::string(migration));
  }
  database.execute("PRAGMA application_id = " + std::to_string(kApplicationId));
  database.execute("PRAGMA user_version = " + std::to_string(migrations.size()));
  transaction.commit();
}

void copy_database(Database& database, const fs::path& target) {
  const std::string part = target.string() + ".part";
  std::error_code error;
  if (fs::exists(fs::symlink_status(target, error))) {
    throw Error(ErrorCode::conflict,
                "cannot write " + target.string() + ": it exists; remove it or name another file");
  }
  fs::remove(part, error);
  {
    // VACUUM INTO takes an empty file; made first, it is readable by its owner only.
    const UniqueFd fd(::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!fd) throw Error(ErrorCode::denied, "cannot write " + part + ": " + system_text(errno));
  }
  try {
    database.query("VACUUM INTO ?1").bind(part).run();
    sync_path(part);
    // A link, as a rename would replace what came there meanwhile.
    if (::link(part.c_str(), target.c_str()) != 0) {
      throw Error(ErrorCode::denied, "cannot write " + target.string() + ": " + system_text(errno));
    }
  } catch (...) {
    fs::remove(part, error);
    throw;
  }
  fs::remove(part, error);
  sync_path(target.parent_path().empty() ? fs::path(".") : target.parent_path());
}

}  // namespace crm::sqlite
