#include "crm_merge/database.h"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "api/boundary.h"
#include "api/connection_pool.h"
#include "api/import.h"
#include "api/location.h"
#include "api/model_spec.h"
#include "api/statement.h"
#include "base/error.h"
#include "engine/side_files.h"
#include "output/csv_writer.h"
#include "output/output_file.h"
#include "sql/sql.h"

namespace crm_merge {
namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;
using Loan = ConnectionPool::Loan;

constexpr std::uint64_t kLeastMemoryBytes = 16'000'000;
constexpr std::size_t kMostConnections = 1024;
/// Text of an export that is handed to the file at once.
constexpr std::size_t kExportBytes = 1u << 20;

Settings settings_for(const DatabaseOptions& options, int threads, const std::filesystem::path& temp) {
  Settings settings = {{"threads", fmt::format("{}", threads)},
                       {"memory_limit", fmt::format("{}B", options.memory_bytes)},
                       {"temp_directory", temp.string()},
                       // Nothing is fetched from the network behind the caller's back.
                       {"autoinstall_known_extensions", "false"},
                       {"autoload_known_extensions", "false"}};
  if (options.max_temp_bytes > 0) settings.emplace_back("max_temp_directory_size", fmt::format("{}B", options.max_temp_bytes));
  if (options.read_only) settings.emplace_back("access_mode", "READ_ONLY");
  return settings;
}

void check(const DatabaseOptions& options) {
  const auto refuse = [](std::string message) { throw crm::Error(crm::ErrorCode::invalid_config, std::move(message)); };
  if (options.memory_bytes < kLeastMemoryBytes) refuse(fmt::format("memory_bytes: give at least {}", kLeastMemoryBytes));
  if (options.max_connections < 1 || options.max_connections > kMostConnections) {
    refuse(fmt::format("max_connections: give a number from 1 to {}", kMostConnections));
  }
  if (options.checkout_timeout.count() < 0) refuse("checkout_timeout: less than no time");
  if (options.read_only && options.file.empty()) refuse("read_only: a database in memory has nothing to read");
}

crm::Error opening_error(const crm::Error& error, const DatabaseOptions& options) {
  if (error.code() != crm::ErrorCode::denied) return error;
  const std::string words = error.details().substr(0, error.details().find('\n'));
  const bool locked = words.find("lock") != std::string::npos;
  return {locked ? crm::ErrorCode::conflict : crm::ErrorCode::denied,
          fmt::format("cannot open the database {}: {}", options.file.string(), words), error.details()};
}

}  // namespace

struct Rows::Impl {
  Impl(std::shared_ptr<Loan> of, ReadableQuery query, std::stop_token stop)
      : loan(std::move(of)), columns(std::move(query.columns)), watcher(loan->connection(), std::move(stop)),
        result(worded([&] { return loan->connection().query(query.sql); })) {}

  crm::duck::Column cell(std::size_t row, std::size_t column, ResultColumn::Type type) const {
    if (row >= chunk.rows() || column >= columns.size()) throw Error(ErrorCode::invalid_config, "there is no such cell in the batch");
    if (columns[column].type != type) {
      throw Error(ErrorCode::invalid_config, fmt::format("the column {} is of another type", columns[column].name));
    }
    return chunk.column(column);
  }

  std::shared_ptr<Loan> loan;
  std::vector<ResultColumn> columns;
  StopWatcher watcher;
  crm::duck::Result result;
  crm::duck::Chunk chunk;
};

Rows::Rows(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Rows::Rows(Rows&&) noexcept = default;
Rows& Rows::operator=(Rows&&) noexcept = default;
Rows::~Rows() = default;

const std::vector<ResultColumn>& Rows::columns() const noexcept { return impl_->columns; }

bool Rows::next() {
  return at_boundary([&] {
    const bool more = worded([&] { return impl_->result.next(impl_->chunk); });
    if (!more) impl_->chunk = {};
    return more;
  });
}

std::size_t Rows::size() const noexcept { return impl_->chunk.rows(); }

bool Rows::is_null(std::size_t row, std::size_t column) const {
  if (row >= size() || column >= columns().size()) throw Error(ErrorCode::invalid_config, "there is no such cell in the batch");
  return impl_->chunk.column(column).is_null(row);
}

std::string_view Rows::text(std::size_t row, std::size_t column) const {
  return impl_->cell(row, column, ResultColumn::Type::text).text(row);
}
std::int64_t Rows::integer(std::size_t row, std::size_t column) const {
  return impl_->cell(row, column, ResultColumn::Type::integer).bigint(row);
}
double Rows::real(std::size_t row, std::size_t column) const {
  return impl_->cell(row, column, ResultColumn::Type::real).value<double>(row);
}
bool Rows::boolean(std::size_t row, std::size_t column) const {
  return impl_->cell(row, column, ResultColumn::Type::boolean).value<std::uint8_t>(row) != 0;
}

struct Connection::Impl {
  std::shared_ptr<Loan> loan;
  std::shared_ptr<ImportTables> tables;
  int threads = 1;

  crm::duck::Connection& connection() { return loan->connection(); }
};

Connection::Connection(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

std::uint64_t Connection::execute(std::string_view sql, std::stop_token stop) {
  return at_boundary([&] {
    const StopWatcher watcher(impl_->connection(), stop);
    return worded([&] { return impl_->connection().execute(sql); }, stop);
  });
}

Rows Connection::query(std::string_view sql, std::stop_token stop) {
  return at_boundary([&] {
    ReadableQuery query = worded([&] { return readable(impl_->connection(), sql, Cells::typed); });
    return Rows(std::make_unique<Rows::Impl>(impl_->loan, std::move(query), std::move(stop)));
  });
}

ImportReport Connection::import_file(const std::string& location, const std::string& table, const ImportOptions& options,
                                     std::stop_token stop) {
  return at_boundary([&] {
    const ImportPlace place{impl_->connection(), *impl_->tables, impl_->loan->pool().temp(), impl_->threads};
    return import_into(place, location, table, options, std::move(stop));
  });
}

std::uint64_t Connection::export_csv(std::string_view sql, const std::string& location, std::stop_token stop) {
  return at_boundary([&] {
    const std::string path = local_path(location);
    const ReadableQuery query = worded([&] { return readable(impl_->connection(), sql, Cells::as_text); });
    const std::unique_ptr<crm::OutputFile> file = crm::create_output(path);
    const char delimiter = crm::output_delimiter(path);
    std::vector<std::string_view> record;
    for (const ResultColumn& column : query.columns) record.push_back(column.name);
    std::string text;
    crm::append_record(record, delimiter, text);

    const StopWatcher watcher(impl_->connection(), stop);
    std::uint64_t rows = 0;
    worded([&] {
      crm::duck::Result result = impl_->connection().query(query.sql);
      crm::duck::Chunk chunk;
      while (result.next(chunk)) {
        for (std::size_t row = 0; row < chunk.rows(); ++row) {
          for (std::size_t c = 0; c < record.size(); ++c) {
            const crm::duck::Column column = chunk.column(c);
            record[c] = column.is_null(row) ? std::string_view() : column.text(row);
          }
          crm::append_record(record, delimiter, text);
        }
        rows += chunk.rows();
        if (text.size() < kExportBytes) continue;
        file->append(text);
        text.clear();
      }
    }, stop);
    file->append(text);
    if (stop.stop_requested()) throw crm::Error(crm::ErrorCode::cancelled, "the export was stopped");
    file->publish();
    return rows;
  });
}

void Connection::interrupt() noexcept { impl_->connection().interrupt(); }

struct Database::Impl {
  std::shared_ptr<ConnectionPool> pool;
  std::shared_ptr<ImportTables> tables = std::make_shared<ImportTables>();
  int threads = 1;
};

Database::Database(const DatabaseOptions& options) : impl_(std::make_shared<Impl>()) {
  at_boundary([&] {
    check(options);
    impl_->threads = resolved_threads(options.threads);
    auto temp = std::make_unique<crm::TempSpace>(resolved_temp_dir(options.temp_dir));
    const Settings settings = settings_for(options, impl_->threads, temp->named_folder());
    std::unique_ptr<crm::duck::Database> database;
    try {
      database = std::make_unique<crm::duck::Database>(options.file.empty() ? ":memory:" : options.file.string(), settings);
    } catch (const crm::Error& error) {
      throw opening_error(error, options);
    }
    crm::duck::Connection first = database->connect();
    impl_->tables->add_to(first);
    if (!options.sql_may_use_files) {
      first.execute(crm::sql("SET allowed_directories = [{}]", crm::Literal(temp->named_folder().string())).text());
      first.execute("SET enable_external_access = false");
    }
    impl_->pool = std::make_shared<ConnectionPool>(std::move(temp), std::move(database),
                                                   ConnectionPool::Limits{options.max_connections, options.checkout_timeout});
  });
}
Database::~Database() = default;
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;

Connection Database::connect(std::stop_token stop) {
  return at_boundary([&] {
    auto made = std::make_shared<Connection::Impl>();
    made->loan = impl_->pool->lend(std::move(stop));
    made->tables = impl_->tables;
    made->threads = impl_->threads;
    return Connection(std::move(made));
  });
}

void Database::interrupt() noexcept { impl_->pool->interrupt_all(); }

void Database::close() {
  at_boundary([&] { impl_->pool->close(); });
}

std::string quoted_name(const std::string& name) { return crm::Identifier(name).text(); }
std::string quoted_text(const std::string& value) { return crm::Literal(value).text(); }

}  // namespace crm_merge
