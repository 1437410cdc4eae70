#include "duckdb/database.h"

#include <fmt/format.h>

#include "base/error.h"
#include "duckdb/api.h"
#include "duckdb/fault.h"
#include "duckdb/register.h"

namespace crm::duck {
namespace {

/// DuckDB's words for what went wrong, as an error of ours. What the words say is for `--verbose`: they may quote SQL.
Error to_error(duckdb_error_type type, const std::string& words) {
  const auto says = [&](const char* text) { return words.find(text) != std::string::npos; };
  if (type == DUCKDB_ERROR_INTERRUPT) return {ErrorCode::cancelled, "The merge was cancelled", words};
  if (says("No space left") || says("max_temp_directory_size")) {
    return {ErrorCode::limit_exceeded, "The disk for temporary files is full; name a larger one with --temp-dir", words};
  }
  if (type == DUCKDB_ERROR_OUT_OF_MEMORY || says(kOutOfMemory)) {
    return {ErrorCode::limit_exceeded,
            "The sql engine ran out of memory; raise --memory-limit or use --engine stream", words};
  }
  return {ErrorCode::internal, "The sql engine failed; --verbose tells more", words};
}

Held held(duckdb_type type) {
  switch (type) {
    case DUCKDB_TYPE_BOOLEAN: return Held::boolean;
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_SMALLINT:
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_UTINYINT:
    case DUCKDB_TYPE_USMALLINT:
    case DUCKDB_TYPE_UINTEGER: return Held::smaller_integer;
    case DUCKDB_TYPE_FLOAT: return Held::smaller_real;
    case DUCKDB_TYPE_BIGINT: return Held::bigint;
    case DUCKDB_TYPE_DOUBLE: return Held::real;
    case DUCKDB_TYPE_VARCHAR: return Held::varchar;
    default: return Held::other;
  }
}

}  // namespace

struct Database::Impl {
  duckdb_database database = nullptr;
  std::shared_ptr<Fault> fault = std::make_shared<Fault>();
  ~Impl() {
    if (database != nullptr) api().duckdb_close(&database);
  }
};

struct Connection::Impl {
  duckdb_connection connection = nullptr;
  std::shared_ptr<Fault> fault;
  ~Impl() {
    if (connection != nullptr) api().duckdb_disconnect(&connection);
  }
};

struct Result::Impl {
  duckdb_prepared_statement statement = nullptr;
  duckdb_pending_result pending = nullptr;
  duckdb_result result{};
  bool has_result = false;
  duckdb_data_chunk chunk = nullptr;
  std::shared_ptr<Fault> fault;

  ~Impl() {
    if (chunk != nullptr) api().duckdb_destroy_data_chunk(&chunk);
    if (has_result) api().duckdb_destroy_result(&result);
    if (pending != nullptr) api().duckdb_destroy_pending(&pending);
    if (statement != nullptr) api().duckdb_destroy_prepare(&statement);
  }

  void prepare(duckdb_connection connection, std::string_view sql) {
    if (api().duckdb_prepare(connection, std::string(sql).c_str(), &statement) == DuckDBSuccess) return;
    fault->rethrow();
    const char* words = api().duckdb_prepare_error(statement);
    throw to_error(DUCKDB_ERROR_INVALID, words == nullptr ? "" : words);
  }

  [[noreturn]] void fail() {
    fault->rethrow();
    const char* words = api().duckdb_result_error(&result);
    throw to_error(api().duckdb_result_error_type(&result), words == nullptr ? "" : words);
  }
};

Result::Result(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Result::Result(Result&&) noexcept = default;
Result& Result::operator=(Result&&) noexcept = default;
Result::~Result() = default;

bool Result::next(Chunk& chunk) {
  if (impl_->chunk != nullptr) api().duckdb_destroy_data_chunk(&impl_->chunk);
  impl_->chunk = api().duckdb_fetch_chunk(impl_->result);
  if (impl_->chunk == nullptr || api().duckdb_data_chunk_get_size(impl_->chunk) == 0) {
    const char* words = api().duckdb_result_error(&impl_->result);
    if (words != nullptr && *words != '\0') impl_->fail();
    impl_->fault->rethrow();
    return false;
  }
  chunk = Chunk(impl_->chunk);
  return true;
}

Connection::Connection(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

std::uint64_t Connection::execute(std::string_view sql) {
  Result::Impl run;
  run.fault = impl_->fault;
  run.has_result = true;
  if (api().duckdb_query(impl_->connection, std::string(sql).c_str(), &run.result) != DuckDBSuccess) run.fail();
  return api().duckdb_rows_changed(&run.result);
}

std::vector<ResultColumn> Connection::describe(std::string_view sql) {
  Result::Impl run;
  run.fault = impl_->fault;
  run.prepare(impl_->connection, sql);
  std::vector<ResultColumn> columns;
  const idx_t count = api().duckdb_prepared_statement_column_count(run.statement);
  for (idx_t i = 0; i < count; ++i) {
    const char* name = api().duckdb_prepared_statement_column_name(run.statement, i);
    columns.push_back({name == nullptr ? "" : name, held(api().duckdb_prepared_statement_column_type(run.statement, i))});
    if (name != nullptr) api().duckdb_free(const_cast<char*>(name));
  }
  return columns;
}

Result Connection::query(std::string_view sql) {
  auto run = std::make_unique<Result::Impl>();
  run->fault = impl_->fault;
  run->prepare(impl_->connection, sql);
  if (api().duckdb_pending_prepared_streaming(run->statement, &run->pending) != DuckDBSuccess) {
    impl_->fault->rethrow();
    const char* words = api().duckdb_pending_error(run->pending);
    throw to_error(DUCKDB_ERROR_INVALID, words == nullptr ? "" : words);
  }
  run->has_result = true;
  if (api().duckdb_execute_pending(run->pending, &run->result) != DuckDBSuccess) run->fail();
  return Result(std::move(run));
}

std::int64_t Connection::query_bigint(std::string_view sql) {
  Result result = query(sql);
  Chunk chunk;
  std::int64_t value = 0;
  bool first = true;
  while (result.next(chunk)) {
    if (first && !chunk.column(0).is_null(0)) value = chunk.column(0).bigint(0);
    first = false;
  }
  return value;
}

std::string Connection::query_text(std::string_view sql) {
  Result result = query(sql);
  Chunk chunk;
  std::string text;
  while (result.next(chunk)) {
    const Column column = chunk.column(chunk.columns() - 1);
    for (std::size_t row = 0; row < chunk.rows(); ++row) {
      text += column.is_null(row) ? std::string_view("NULL") : column.text(row);
      text += '\n';
    }
  }
  return text;
}

void Connection::add(ScalarFunction function) {
  register_function(impl_->connection, std::move(function), impl_->fault);
}

void Connection::add(AggregateFunction function) {
  register_function(impl_->connection, std::move(function), impl_->fault);
}

void Connection::add(TableFunction function) {
  register_function(impl_->connection, std::move(function), impl_->fault);
}

void Connection::interrupt() noexcept { api().duckdb_interrupt(impl_->connection); }

double Connection::progress() const noexcept {
  return api().duckdb_query_progress(impl_->connection).percentage / 100;
}

Database::Database(const std::string& path, const std::vector<std::pair<std::string, std::string>>& settings)
    : impl_(std::make_unique<Impl>()) {
  duckdb_config config = nullptr;
  if (api().duckdb_create_config(&config) != DuckDBSuccess) {
    throw Error(ErrorCode::limit_exceeded, "There is no memory to open DuckDB");
  }
  const std::unique_ptr<duckdb_config, void (*)(duckdb_config*)> owner(&config, api().duckdb_destroy_config);
  for (const auto& [name, value] : settings) {
    if (api().duckdb_set_config(config, name.c_str(), value.c_str()) != DuckDBSuccess) {
      throw Error(ErrorCode::internal, fmt::format("DuckDB does not know the setting {} = {}", name, value));
    }
  }
  char* words = nullptr;
  if (api().duckdb_open_ext(path.c_str(), &impl_->database, config, &words) != DuckDBSuccess) {
    const std::string details = words == nullptr ? "" : words;
    if (words != nullptr) api().duckdb_free(words);
    throw Error(ErrorCode::denied, fmt::format("Cannot open the database {}", path), details);
  }
}

Database::~Database() = default;

Connection Database::connect() {
  auto connection = std::make_unique<Connection::Impl>();
  connection->fault = impl_->fault;
  if (api().duckdb_connect(impl_->database, &connection->connection) != DuckDBSuccess) {
    throw Error(ErrorCode::internal, "Cannot connect to the database");
  }
  return Connection(std::move(connection));
}

std::string Database::library_version() { return api().duckdb_library_version(); }

}  // namespace crm::duck
