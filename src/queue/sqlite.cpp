#include "queue/sqlite.h"

#include <fcntl.h>

#include <cerrno>

#include "base/error.h"
#include "base/fd.h"

namespace crm::sqlite {
namespace {

// A WAL that one long reader let grow is cut back to this after the next checkpoint.
constexpr int kMaxIdleWalBytes = 64 << 20;

/// Only where the file does not exist: closing any descriptor of it would drop the locks that SQLite holds in this process
/// (POSIX locks belong to the process), and others would believe that nobody uses it.
void create_private(const std::filesystem::path& file) {
  // SQLite gives its -wal and -shm files the permissions of the database.
  const UniqueFd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (fd || errno == EEXIST) return;
  const int error = errno;
  throw Error(error == ENOENT || error == ENOTDIR ? ErrorCode::invalid_config : ErrorCode::denied,
              "cannot open the queue " + file.string() + ": " + system_text(error));
}

ErrorCode code_for(int result) {
  switch (result & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_IOERR:
      return ErrorCode::unavailable;
    case SQLITE_FULL:
    case SQLITE_TOOBIG:
    case SQLITE_NOMEM:
      return ErrorCode::limit_exceeded;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
      return ErrorCode::denied;
    case SQLITE_NOTADB:
      return ErrorCode::invalid_config;
    default:
      return ErrorCode::internal;
  }
}

const char* advice_for(int result) {
  switch (result & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "; another process holds it, try again";
    case SQLITE_FULL:
      return "; free some space on its disk";
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
      return "; the folder and the file must be writable";
    case SQLITE_NOTADB:
      return "; name another file";
    case SQLITE_CORRUPT:
      return "; stop the service and restore a backup";
    default:
      return "";
  }
}

}  // namespace

Query::~Query() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

bool Query::step() {
  const int result = sqlite3_step(statement_);
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  database_.fail(result);
}

int Query::run() {
  while (step()) {
  }
  return database_.changes();
}

std::string Query::text(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  return bytes == nullptr
             ? std::string()
             : std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}

std::optional<WallTime> Query::wall_time(int column) const {
  if (is_null(column)) return std::nullopt;
  return WallTime(std::chrono::milliseconds(integer(column)));
}

void Query::bind_one(int index, std::string_view text) {
  // A null pointer would be NULL.
  const char* data = text.empty() ? "" : text.data();
  const int result = sqlite3_bind_text64(statement_, index, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  if (result != SQLITE_OK) database_.fail(result);
}

void Query::bind_integer(int index, std::int64_t value) {
  const int result = sqlite3_bind_int64(statement_, index, value);
  if (result != SQLITE_OK) database_.fail(result);
}

Database::Database(const std::filesystem::path& file) : file_(file) {
  create_private(file);
  sqlite3* handle = nullptr;
  // Its callers see to it that one thread is in a connection at a time.
  const int result =
      sqlite3_open_v2(file.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  handle_.reset(handle);
  if (result != SQLITE_OK) fail(result);
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, static_cast<int>(kBusyTimeout.count()));
  execute("PRAGMA foreign_keys = ON; PRAGMA journal_size_limit = " + std::to_string(kMaxIdleWalBytes));
  set_durability(Durability::power);
}

Query Database::query(std::string_view sql) {
  auto found = statements_.find(sql);
  if (found == statements_.end()) {
    sqlite3_stmt* statement = nullptr;
    const int result = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                          SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (result != SQLITE_OK) fail(result);
    found = statements_.emplace(std::string(sql), statement).first;
  }
  return Query(*this, found->second.get());
}

void Database::execute(const std::string& sql) {
  const int result = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) fail(result);
}

std::int64_t Database::integer(std::string_view sql) {
  Query row = query(sql);
  return row.step() ? row.integer(0) : 0;
}

void Database::use_wal() {
  Query mode = query("PRAGMA journal_mode = WAL");
  if (mode.step() && mode.text(0) == "wal") return;
  throw Error(
      ErrorCode::invalid_config,
      "the queue " + file_.string() + " is on a file system without shared memory; put it on a local disk");
}

void Database::set_durability(Durability durability) {
  if (durability_ == durability) return;
  // In WAL mode NORMAL syncs at checkpoints only, FULL after every commit as well.
  execute(durability == Durability::power ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
  durability_ = durability;
}

void Database::fail(int code) const {
  const std::string reason = handle_ ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(code);
  throw Error(code_for(code), "the queue " + file_.string() + ": " + reason + advice_for(code),
              "SQLite result " + std::to_string(code));
}

Transaction::Transaction(Database& database, Durability durability) : database_(database) {
  database_.set_durability(durability);
  database_.query("BEGIN IMMEDIATE").run();
}

Transaction::~Transaction() {
  if (!database_.in_transaction()) return;
  try {
    database_.query("ROLLBACK").run();
  } catch (const std::exception&) {
    // A failed rollback leaves what SQLite itself rolls back: at the next begin or when the file is opened
    // again.
  }
}

void Transaction::commit() { database_.query("COMMIT").run(); }

}  // namespace crm::sqlite
