#include "tables/parquet_rows.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "base/fd.h"
#include "duckdb/database.h"
#include "sql/sql.h"

namespace crm {
namespace {

// DuckDB's share of the limit: half, but no less than it can work with.
constexpr std::uint64_t kLeastDuckdbBytes = 48u << 20;
// With less memory than this one row group at a time is decoded.
constexpr std::uint64_t kBytesForThreads = 256u << 20;
constexpr std::size_t kMagicBytes = 4;

[[noreturn]] void throw_unreadable(const std::string& name, const std::string& what, const std::string& details = {}) {
  throw Error(ErrorCode::invalid_input, fmt::format("cannot read {}: it {}", name, what), details);
}

/// DuckDB's own words for these are about magic bytes.
void check_ends(int fd, const std::string& name) {
  struct stat status = {};
  if (::fstat(fd, &status) != 0) throw_unreadable(name, "cannot be examined");
  const auto size = static_cast<std::uint64_t>(status.st_size);
  char end[kMagicBytes] = {};
  if (size > 3 * kMagicBytes) read_at(fd, size - kMagicBytes, end, kMagicBytes, name);
  if (std::memcmp(end, "PARE", kMagicBytes) == 0) {
    throw_unreadable(name, "is an encrypted Parquet file; write it again without encryption");
  }
  if (std::memcmp(end, "PAR1", kMagicBytes) != 0) {
    throw_unreadable(name, "is a Parquet file that ends early; get the file again (a broken download?)");
  }
}

duck::Database open_database(const ParquetOptions& options) {
  const int threads = options.memory_bytes < kBytesForThreads ? 1 : std::max(1, options.threads);
  return duck::Database(":memory:", {{"threads", std::to_string(threads)},
                                     {"memory_limit", fmt::format("{}B", std::max(kLeastDuckdbBytes, options.memory_bytes / 2))},
                                     {"temp_directory", options.temp_folder},
                                     {"preserve_insertion_order", "true"},
                                     {"autoinstall_known_extensions", "false"},
                                     {"autoload_known_extensions", "false"},
                                     {"allocator_flush_threshold", "1MB"}});
}

/// One Parquet file, as DuckDB sees it.
class ParquetFile {
 public:
  ParquetFile(int fd, const ParquetOptions& options)
      : options_(options),
        path_(fmt::format("/proc/self/fd/{}", fd)),  // a name of our own: no pattern, no address, the file that was opened
        database_(open_database(options)),
        connection_(database_.connect()) {
    connection_.execute("SET TimeZone = 'UTC'");
    connection_.execute(sql("SET allowed_paths = [{}]", path_).text());
    connection_.execute("SET enable_external_access = false");
  }

  /// The names of the columns: DuckDB's own are made different where they are alike.
  std::vector<std::string> columns() {
    std::vector<std::string> names;
    std::int64_t within = 0;  // elements left in the columns that have parts
    bool root = true;
    each_row(sql("SELECT name, coalesce(num_children, 0)::BIGINT FROM parquet_schema({})", path_),
             [&](const duck::Chunk& chunk, std::size_t row) {
               const std::int64_t children = chunk.column(1).bigint(row);
               if (root) {
                 root = false;
                 return;
               }
               if (within == 0) {
                 names.push_back(chunk.column(0).is_null(row) ? "" : std::string(chunk.column(0).text(row)));
               } else {
                 --within;
               }
               within += children;
             });
    return names;
  }

  /// Warns of columns whose bytes are no text.
  std::vector<std::string> warnings(const std::vector<std::string>& names) {
    std::vector<std::string> lines;
    std::size_t column = 0;
    each_row(sql("SELECT column_type FROM (DESCRIBE FROM {})", source()), [&](const duck::Chunk& chunk, std::size_t row) {
      if (chunk.column(0).text(row) == "BLOB" && column < names.size()) {
        lines.push_back(fmt::format("{}: column \"{}\" holds bytes that the file does not call text; those beyond ASCII come "
                                    "out as \\xHH",
                                    options_.name, names[column]));
      }
      ++column;
    });
    return lines;
  }

  std::int64_t row_count() {
    return asked([&] {
      return connection_.query_bigint(sql("SELECT num_rows::BIGINT FROM parquet_file_metadata({})", path_).text());
    });
  }

  std::int64_t read_rows(std::size_t columns, RowSink& sink) {
    std::vector<Sql> names, texts;
    for (std::size_t i = 0; i < columns; ++i) {
      names.push_back(sql("c{}", i));
      texts.push_back(sql("CAST(c{} AS VARCHAR)", i));
    }
    std::vector<std::string_view> cells(columns);
    std::vector<duck::Column> vectors(columns);
    std::int64_t rows = 0;
    each_chunk(sql("SELECT {} FROM {} AS t({})", Sql::join(texts, ", "), source(), Sql::join(names, ", ")),
               [&](const duck::Chunk& chunk) {
                 for (std::size_t c = 0; c < columns; ++c) vectors[c] = chunk.column(c);
                 for (std::size_t row = 0; row < chunk.rows(); ++row) {
                   for (std::size_t c = 0; c < columns; ++c) {
                     cells[c] = vectors[c].is_null(row) ? std::string_view() : vectors[c].text(row);
                   }
                   sink.row(cells);
                 }
                 rows += static_cast<std::int64_t>(chunk.rows());
               });
    return rows;
  }

 private:
  Sql source() const { return sql("read_parquet({}, hive_partitioning = false)", path_); }

  template <class Take>
  void each_chunk(const Sql& query, const Take& take) {
    duck::Result result = asked([&] { return connection_.query(query.text()); });
    duck::Chunk chunk;
    while (asked([&] { return result.next(chunk); })) {
      if (options_.stop.stop_requested()) throw Error(ErrorCode::cancelled, "cancelled");
      take(chunk);
    }
  }

  /// What DuckDB answers; what it says of damaged bytes or little memory in words of the file.
  template <class Ask>
  auto asked(const Ask& ask) -> decltype(ask()) {
    try {
      return ask();
    } catch (const Error& error) {
      const std::string details = error.message() + "\n" + error.details();
      if (error.code() == ErrorCode::internal) {
        throw_unreadable(options_.name, "is a damaged Parquet file; get the file again", details);
      }
      if (error.code() == ErrorCode::limit_exceeded) {
        throw Error(ErrorCode::limit_exceeded,
                    fmt::format("{}: its row groups are too large for the memory there is; give a larger --memory-limit",
                                options_.name),
                    details);
      }
      throw;
    }
  }

  template <class Take>
  void each_row(const Sql& query, const Take& take) {
    each_chunk(query, [&](const duck::Chunk& chunk) {
      for (std::size_t row = 0; row < chunk.rows(); ++row) take(chunk, row);
    });
  }

  const ParquetOptions& options_;
  Literal path_;
  duck::Database database_;
  duck::Connection connection_;
};

}  // namespace

ParquetTable read_parquet(int fd, std::size_t max_columns, const ParquetOptions& options, RowSink& sink) {
  check_ends(fd, options.name);
  ParquetFile file(fd, options);
  ParquetTable table;
  table.columns = file.columns();
  if (table.columns.empty()) throw_unreadable(options.name, "is a Parquet file without columns");
  if (table.columns.size() > max_columns) {
    throw_unreadable(options.name, fmt::format("has more than {} columns", max_columns));
  }
  table.warnings = file.warnings(table.columns);
  const std::int64_t stated = file.row_count();
  const std::int64_t rows = file.read_rows(table.columns.size(), sink);
  if (rows != stated) {
    throw_unreadable(options.name, fmt::format("has {} rows, and its footer says {}; get the file again", rows, stated));
  }
  return table;
}

}  // namespace crm
