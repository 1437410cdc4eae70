#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "crm_merge/error.h"
#include "crm_merge/export.h"

// DuckDB as a service: files in without a row lost, SQL, files out. The library libduckdb.so is loaded when the first
// database is opened.
namespace crm_merge {

struct DatabaseOptions {
  std::filesystem::path file = {};                ///< the database; empty: in memory. Made if it is not there
  bool read_only = false;
  std::uint64_t memory_bytes = 512'000'000;       ///< DuckDB's own limit; what is above goes to temporary files
  int threads = 0;                                ///< of DuckDB and of reading files; 0: one per processor, up to 16
  std::filesystem::path temp_dir = {};            ///< empty: $TMPDIR, else /var/tmp; what is put there is removed again
  std::uint64_t max_temp_bytes = 0;               ///< 0: what DuckDB allows by itself, nine tenths of the disk
  std::size_t max_connections = 8;                ///< at once
  std::chrono::milliseconds checkout_timeout{30'000};  ///< how long `connect` waits for a free one
  bool sql_may_use_files = false;                 ///< true: statements may read and write files themselves
};

/// How a file is read.
struct ImportOptions {
  std::optional<std::string> encoding = {};       ///< detected unless given
  std::optional<char> delimiter = {};             ///< detected unless given
  std::optional<bool> has_header = {};
  std::uint64_t max_rejects = 0;                  ///< records that may be set aside; one more ends the import
  std::uint64_t max_record_bytes = 64u << 20;
  bool replace = false;                           ///< a table of that name goes; else it is a conflict
};

/// A record that could not become a row.
struct Reject {
  std::uint64_t line = 0;                         ///< 1-based physical line where it begins
  std::string reason;
  std::string text;                               ///< its first kRejectTextBytes
};

/// The first so many rejects of an import are listed.
inline constexpr std::size_t kMaxListedRejects = 100;
inline constexpr std::size_t kRejectTextBytes = 512;

/// What an import did: records are rows and rejects.
struct ImportReport {
  std::string table;
  std::uint64_t records = 0, rows = 0, rejected = 0;
  std::uint64_t padded = 0;                       ///< of the rows: had too few fields
  std::vector<std::string> header;                ///< as the file has it
  std::vector<std::string> columns;               ///< of the table: the header's names made distinct (`Email_2`)
  std::vector<Reject> rejects;                    ///< the first kMaxListedRejects
  std::vector<std::string> warnings;
};

/// A column of a result. Whole numbers of up to 64 bits with sign are `integer`; what is none of these (dates, decimals,
/// larger numbers, lists) comes as DuckDB's text.
struct ResultColumn {
  enum class Type { boolean, integer, real, text };
  std::string name;
  Type type = Type::text;
};

/// The rows of a query in batches, made as they are asked for; a batch has at most 2,048 rows.
///
/// Threads: one at a time. Keeps its connection busy, and from other threads, as long as it lives.
class CRM_MERGE_API Rows {
 public:
  Rows(Rows&&) noexcept;
  Rows& operator=(Rows&&) noexcept;
  ~Rows();

  const std::vector<ResultColumn>& columns() const noexcept;
  /// The next batch; false after the last. Errors: as Connection::query.
  bool next();
  /// Rows of the batch at hand. What is below holds until the next call of `next`; rows and columns count from 0.
  std::size_t size() const noexcept;
  bool is_null(std::size_t row, std::size_t column) const;
  /// The value of a cell that is not null, in a column of that type. Errors: invalid_config for another type.
  std::string_view text(std::size_t row, std::size_t column) const;
  std::int64_t integer(std::size_t row, std::size_t column) const;
  double real(std::size_t row, std::size_t column) const;
  bool boolean(std::size_t row, std::size_t column) const;

 private:
  friend class Connection;
  struct Impl;
  explicit Rows(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// One conversation with a database, on loan: destroyed, it gives its place back, and what it left open (a transaction,
/// temporary tables) is gone.
///
/// Threads: one at a time, but for `interrupt`. Statements of different connections run at once.
class CRM_MERGE_API Connection {
 public:
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  /// Runs one statement to its end. Returns the number of rows that it inserted, changed or deleted.
  ///
  /// Errors: invalid_config with DuckDB's words, limit_exceeded, cancelled by `stop` or `interrupt`.
  std::uint64_t execute(std::string_view sql, std::stop_token stop = {});

  /// Runs one query. Errors: as `execute`; those that come while rows are made, by Rows::next.
  Rows query(std::string_view sql, std::stop_token stop = {});

  /// Reads a file, by the reader that loses no row, into a new table of text columns: every cell as it stands in the file,
  /// in the file's order. All of it or nothing.
  ///
  /// `location`: a path or file://…; s3:// and https:// are not read yet.
  /// Errors: not_found, invalid_input (also for more rejects than are allowed), conflict, limit_exceeded, cancelled.
  ImportReport import_file(const std::string& location, const std::string& table, const ImportOptions& options = {},
                           std::stop_token stop = {});

  /// Writes the rows of a query as CSV (TSV where the name says so; `.gz` and `.zst` compress), null as an empty cell. The
  /// file appears whole or not at all. Returns the number of rows.
  ///
  /// Errors: as `execute`, and denied or limit_exceeded of the file.
  std::uint64_t export_csv(std::string_view sql, const std::string& location, std::stop_token stop = {});

  /// Ends the statement that runs with `cancelled`; the connection can be used after. Any thread.
  void interrupt() noexcept;

 private:
  friend class Database;
  struct Impl;
  explicit Connection(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

/// An open database and the pool of its connections.
///
/// Threads: any, at once. Cost: about 50 ms and 50 MB.
class CRM_MERGE_API Database {
 public:
  /// Errors: unavailable (no libduckdb.so), invalid_config, denied, conflict (another process has the file open).
  explicit Database(const DatabaseOptions& options = {});
  /// The database is closed when the last of its connections is gone too.
  ~Database();
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;

  /// A connection for this thread, as soon as one is free.
  /// Errors: limit_exceeded after DatabaseOptions::checkout_timeout; cancelled when `stop` was requested; conflict when closed.
  Connection connect(std::stop_token stop = {});

  /// Ends every statement that runs with `cancelled`. Any thread.
  void interrupt() noexcept;

  /// Closes it: what it wrote is on disk, and temporary files are gone. Once more does nothing.
  /// Errors: conflict while connections or their rows are still in use.
  void close();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

/// `name` as SQL: `"First Name"`. For tables and columns whose names come from outside.
CRM_MERGE_API std::string quoted_name(const std::string& name);
/// `value` as SQL: `'O''Brien'`.
CRM_MERGE_API std::string quoted_text(const std::string& value);

}  // namespace crm_merge
