#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "duckdb/vector.h"

// DuckDB, as much of it as this product uses, with owners for its handles. The library is loaded when the first
// database is opened.
namespace crm::duck {

struct AggregateFunction;
struct ScalarFunction;
struct TableFunction;

/// What the cells of a result's column are, as far as this product reads them.
enum class Held { boolean, smaller_integer, bigint, smaller_real, real, varchar, other };

struct ResultColumn {
  std::string name;
  Held held = Held::other;
};

/// The rows of a query, chunk by chunk, as they are made: nothing is kept.
///
/// Threads: one.
class Result {
 public:
  Result(Result&&) noexcept;
  Result& operator=(Result&&) noexcept;
  ~Result();
  /// The next rows; false after the last. The chunk holds until the next call. Errors: as Connection::query.
  bool next(Chunk& chunk);

 private:
  friend class Connection;
  struct Impl;
  explicit Result(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// One conversation with a database. Statements of different connections may run at once.
///
/// Threads: one at a time, but for `interrupt`.
class Connection {
 public:
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  /// Runs one statement to its end. Errors: what a function of ours threw while it ran, as it was; else
  /// limit_exceeded (memory, disk), cancelled (interrupted), internal.
  /// Returns the number of rows that it changed.
  std::uint64_t execute(std::string_view sql);
  /// The columns that a statement would give; it does not run. Errors: internal.
  std::vector<ResultColumn> describe(std::string_view sql);
  /// Starts a query; its rows are made as they are fetched. One at a time per connection.
  Result query(std::string_view sql);
  /// The one value of a query of one BIGINT (0 for NULL or no row).
  std::int64_t query_bigint(std::string_view sql);
  /// The text of a query's only column, a row a line.
  std::string query_text(std::string_view sql);

  void add(ScalarFunction function);
  void add(AggregateFunction function);
  void add(TableFunction function);

  /// Makes the running statement end with `cancelled`. Any thread.
  void interrupt() noexcept;
  /// Share of the running statement that is done, from 0 to 1; below 0 where DuckDB cannot tell. Any thread.
  double progress() const noexcept;

 private:
  friend class Database;
  struct Impl;
  explicit Connection(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// An open database.
///
/// Cost: about 50 ms and 34 MB, once more 14 MB for the library itself.
class Database {
 public:
  /// `path`: a file, or ":memory:". `settings` are DuckDB's configuration options.
  /// Errors: unavailable (no library), invalid_config (settings), denied or internal (the file).
  Database(const std::string& path, const std::vector<std::pair<std::string, std::string>>& settings);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  Connection connect();
  /// "v1.5.6".
  static std::string library_version();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace crm::duck
