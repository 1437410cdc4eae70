#pragma once

#include <sqlite3.h>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"

// RAII over SQLite's C API: a connection, its prepared statements, a write transaction.
namespace crm::sqlite {

/// What a commit waits for.
enum class Durability {
  process,  ///< kept over kill -9; a power cut may take the last ones, in order, never one from the middle
  power,    ///< kept over a power cut: the disk has it
};

class Database;

/// A prepared statement in use; ready for the next user when it is destroyed.
class Query {
 public:
  Query(Database& database, sqlite3_stmt* statement) : database_(database), statement_(statement) {}
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  /// Binds to ?1, ?2, ….
  template <class... Values>
  Query& bind(const Values&... values) {
    int index = 0;
    (bind_one(++index, values), ...);
    return *this;
  }

  /// True: there is a row. Errors: see `Database`.
  bool step();
  /// Runs a statement that gives no rows. Returns the number of rows it changed.
  int run();

  bool is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  int small(int column) const { return static_cast<int>(integer(column)); }
  std::string text(int column) const;
  std::optional<WallTime> wall_time(int column) const;

 private:
  void bind_one(int index, std::string_view text);
  void bind_one(int index, std::integral auto value) {
    bind_integer(index, static_cast<std::int64_t>(value));
  }
  void bind_one(int index, WallTime time) { bind_integer(index, time.time_since_epoch().count()); }
  void bind_one(int index, SteadyTime time) { bind_integer(index, time.time_since_epoch().count()); }
  void bind_one(int index, std::chrono::milliseconds span) { bind_integer(index, span.count()); }
  void bind_integer(int index, std::int64_t value);

  Database& database_;
  sqlite3_stmt* statement_;
};

/// One connection. Threads: one at a time.
/// Errors: unavailable when another process holds the file for too long, limit_exceeded when the disk is
/// full, denied, invalid_config for what is no database, internal.
class Database {
 public:
  /// Opens or creates `file`, readable by its owner only.
  explicit Database(const std::filesystem::path& file);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// `sql` is one statement; it is prepared once. One user at a time.
  Query query(std::string_view sql);
  /// Runs one or several statements without values.
  void execute(const std::string& sql);
  std::int64_t integer(std::string_view sql);
  std::int64_t last_row_id() const { return sqlite3_last_insert_rowid(handle_.get()); }
  int changes() const { return sqlite3_changes(handle_.get()); }
  /// Readers and one writer at the same time, from now on and for all users. Errors: invalid_config where the
  /// file system cannot.
  void use_wal();
  void set_durability(Durability durability);
  bool in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }
  const std::filesystem::path& file() const { return file_; }

  [[noreturn]] void fail(int code) const;

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  struct TextHash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  std::filesystem::path file_;
  std::unique_ptr<sqlite3, Close> handle_;
  std::unordered_map<std::string, std::unique_ptr<sqlite3_stmt, Finalize>, TextHash, std::equal_to<>>
      statements_;
  std::optional<Durability> durability_;
};

/// A write transaction; rolled back unless `commit` was called.
class Transaction {
 public:
  /// Waits for other writers, at most kBusyTimeout.
  Transaction(Database& database, Durability durability);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& database_;
};

/// How long one waits for another process's transaction.
inline constexpr std::chrono::milliseconds kBusyTimeout{10'000};

}  // namespace crm::sqlite
