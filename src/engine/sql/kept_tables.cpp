#include "engine/sql/kept_tables.h"

#include <fcntl.h>
#include <fmt/format.h>

#include "base/error.h"
#include "base/fd.h"
#include "engine/sql/consolidate_steps.h"
#include "engine/sql/key_functions.h"
#include "sql/distinct_names.h"

namespace crm {
namespace {

namespace fs = std::filesystem;

/// The table by which a file is known as ours.
constexpr const char* kMark = "crm_merge";

Identifier input_table(int input) { return input == 0 ? Identifier("original") : numbered("enriched_", input); }

/// True if the file is a database that an earlier run has kept.
bool is_ours(const fs::path& path) {
  try {
    duck::Database database(path.string(), {{"access_mode", "READ_ONLY"}, {"threads", "1"}});
    duck::Connection connection = database.connect();
    return connection.query_bigint(sql("SELECT count(*) FROM duckdb_tables() WHERE table_name = {}",
                                       Literal(std::string(kMark))).text()) > 0;
  } catch (const Error& error) {
    if (error.code() == ErrorCode::unavailable) throw;
    return false;
  }
}

/// True if a process that lives has the file open as its database: DuckDB locks what it writes.
bool is_in_use(const fs::path& path) {
  const UniqueFd file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!file) return false;
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return ::fcntl(file.get(), F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

Sql columns_as(const char* stem, const std::vector<std::string>& names) {
  std::vector<Sql> columns;
  const std::vector<std::string> distinct = distinct_names(names);
  for (std::size_t i = 0; i < distinct.size(); ++i) {
    columns.push_back(sql("{} AS {}", numbered(stem, static_cast<int>(i)), Identifier(distinct[i])));
  }
  return Sql::join(columns, ", ");
}

}  // namespace

KeptTables::KeptTables(const SqlShape& shape, std::vector<std::vector<std::string>> headers, fs::path path)
    : shape_(shape), headers_(std::move(headers)), path_(std::move(path)) {
  std::error_code error;
  if (fs::exists(path_, error) && !is_ours(path_)) {
    throw Error(ErrorCode::conflict,
                fmt::format("--database {} is a file that crm-merge has not made, or that another program has open; "
                            "remove it or name another",
                            path_.string()));
  }
  fs::path working = path_;
  working += ".partial";
  if (is_in_use(working)) {
    throw Error(ErrorCode::conflict, fmt::format("another merge is writing --database {}", path_.string()));
  }
  working_path_ = std::move(working);
  remove_working_files();  // of a run that was killed
}

KeptTables::~KeptTables() {
  if (!working_path_.empty()) remove_working_files();
}

void KeptTables::remove_working_files() const {
  std::error_code ignored;
  fs::path log = working_path_;
  log += ".wal";
  fs::remove(working_path_, ignored);
  fs::remove(log, ignored);
}

void KeptTables::create(SqlSession& session) {
  session.execute(sql("CREATE TABLE kept.{} AS SELECT 1 AS format", Identifier(kMark)));
  std::vector<Sql> values, cells;
  for (std::size_t j = 0; j < shape_.plan.columns.size(); ++j) {
    values.push_back(sql(", {} VARCHAR", numbered("v", static_cast<int>(j))));
  }
  for (std::size_t i = 0; i < shape_.plan.output.size(); ++i) {
    cells.push_back(sql(", {} VARCHAR", numbered("w", static_cast<int>(i))));
  }
  session.execute(sql("CREATE TABLE kept.enriched_consolidated (file VARCHAR, identifier VARCHAR, key VARCHAR, key_id BIGINT{})",
                      Sql::join(values, "")));
  session.execute(sql("CREATE TABLE kept.merged_result (row BIGINT{})", Sql::join(cells, "")));
}

void KeptTables::keep_input(SqlSession& session, int input) {
  session.execute(sql("CREATE TABLE kept.{} AS SELECT * FROM crm_read_in_order({}) ORDER BY row", input_table(input), input));
}

void KeptTables::keep_consolidated(SqlSession& session, int file, const RangeSql& range) {
  std::vector<Step> steps = consolidated(shape_, Side::original, file, range);
  Select select;
  std::vector<Sql> labels;
  for (std::size_t i = 0; i < shape_.plan.identifiers.size(); ++i) {
    labels.push_back(sql("WHEN {} THEN {}", i, Literal(shape_.plan.identifiers[i].label)));
  }
  select.columns = {sql("{}", Literal(shape_.plan.inputs[file].name)),
                    sql("CASE (g.key_id & 255) >> 1 {} END", Sql::join(labels, " ")),
                    sql("substr(k.key, strpos(k.key, ':') + 1)"), sql("g.key_id")};
  for (int j = 0; j < static_cast<int>(shape_.plan.columns.size()); ++j) {
    const PlanColumn& column = shape_.plan.columns[j];
    if (column.sources[file] < 0) {
      select.columns.push_back(sql("NULL"));
    } else if (shape_.is_set_strategy(j)) {
      const Sql arguments = sql("{}, g.{}, g.{}, CAST(0 AS BIGINT), g.{}", j, numbered("v", j), numbered("s", j),
                                numbered("d", j));
      select.columns.push_back(column.strategy == Strategy::concat
                                   ? sql("struct_extract(crm_concat({}), 'text')", arguments)
                                   : sql("struct_extract(crm_most_frequent({}), 'text')", arguments));
    } else {
      select.columns.push_back(sql("g.{}", numbered("v", j)));
    }
  }
  select.from = sql("{} AS g", Identifier(steps.back().name));
  select.joins = {sql("JOIN key AS k ON k.key_id = g.key_id")};
  select.order_by = {sql("g.key_id")};
  steps.push_back({"kept", "", {select}});
  session.execute(sql("INSERT INTO kept.enriched_consolidated\n{}", pipeline(steps, Reasons::hidden)));
}

Sql KeptTables::keep_merged(SqlSession& session, duck::Connection& connection, const Sql& query,
                            std::size_t output_columns) {
  session.execute(connection, sql("CREATE OR REPLACE TEMP TABLE merged_range AS\n{}", query));
  std::vector<Sql> cells;
  for (std::size_t i = 0; i < output_columns; ++i) cells.push_back(sql(", {}", numbered("w", static_cast<int>(i))));
  session.execute(connection, sql("INSERT INTO kept.merged_result SELECT row{} FROM merged_range ORDER BY row",
                                  Sql::join(cells, "")));
  return sql("SELECT * FROM merged_range ORDER BY row");
}

void KeptTables::publish(SqlSession& session) {
  // A view keeps the names that it is made with, and the file will be opened under another name than `kept`.
  session.execute(sql("USE kept"));
  session.execute(sql("CREATE SCHEMA named"));
  std::vector<std::string> tables = {"original"};
  for (const PlanInput& input : shape_.plan.inputs) tables.push_back(input.name);
  tables.push_back("enriched_consolidated");
  tables.push_back("merged_result");
  tables = distinct_names(tables);
  const auto add_view = [&](const std::string& name, const Sql& columns, const Identifier& table) {
    session.execute(sql("CREATE VIEW named.{} AS SELECT {} FROM main.{}", Identifier(name), columns, table));
  };
  for (std::size_t i = 0; i < headers_.size(); ++i) {
    if (!headers_[i].empty()) add_view(tables[i], columns_as("c", headers_[i]), input_table(static_cast<int>(i)));
  }
  std::vector<std::string> values, cells;
  for (const PlanColumn& column : shape_.plan.columns) values.push_back(column.name);
  for (const OutputColumn& column : shape_.plan.output) cells.push_back(column.name);
  if (!values.empty()) {
    add_view(tables[tables.size() - 2], sql("file, identifier, key, {}", columns_as("v", values)),
             Identifier("enriched_consolidated"));
  }
  add_view(tables.back(), columns_as("w", cells), Identifier("merged_result"));
  session.execute(sql("USE memory"));
  session.execute(sql("CHECKPOINT kept"));
  session.execute(sql("DETACH kept"));
  std::error_code error;
  fs::rename(working_path_, path_, error);
  if (error) {
    throw Error(ErrorCode::denied, fmt::format("Cannot put the database in place at {}: {}", path_.string(), error.message()));
  }
  working_path_.clear();
}

}  // namespace crm
