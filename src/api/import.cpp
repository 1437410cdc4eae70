#include "api/import.h"

#include <fmt/format.h>

#include "api/location.h"
#include "api/statement.h"
#include "base/error.h"
#include "base/text.h"
#include "ingest/rejects.h"
#include "plan/spec_parse.h"
#include "sql/distinct_names.h"
#include "sql/sql.h"

namespace crm_merge {
namespace {

/// Lists the first rejects, and ends the import with the one that is too many.
class CountedRejects final : public crm::RejectSink {
 public:
  CountedRejects(std::uint64_t allowed, std::vector<Reject>& listed) : allowed_(allowed), listed_(listed) {}

  void add(const crm::Reject& reject) override {
    if (++count_ > allowed_) {
      throw crm::Error(crm::ErrorCode::invalid_input,
                       fmt::format("{}: line {} cannot be read: {}; correct the file, or let max_rejects records be set aside (now {})",
                                   reject.input, reject.line, reject.reason, allowed_));
    }
    if (listed_.size() == kMaxListedRejects) return;
    const std::string_view text = std::string_view(reject.text).substr(0, kRejectTextBytes);
    listed_.push_back({reject.line, reject.reason, std::string(text.substr(0, crm::utf8_prefix(text)))});
  }

 private:
  std::uint64_t allowed_;
  std::uint64_t count_ = 0;
  std::vector<Reject>& listed_;
};

/// The number of a source for as long as a statement may ask for it.
class Registered {
 public:
  Registered(ImportTables& tables, ImportSource& source) : tables_(tables), number_(tables.add(source)) {}
  ~Registered() { tables_.remove(number_); }
  Registered(const Registered&) = delete;
  Registered& operator=(const Registered&) = delete;
  std::int64_t number() const { return number_; }

 private:
  ImportTables& tables_;
  std::int64_t number_;
};

/// A transaction of our own: undone unless it is kept. Errors: conflict within one of the caller's.
class Transaction {
 public:
  explicit Transaction(crm::duck::Connection& connection) : connection_(connection) {
    try {
      connection_.execute("BEGIN TRANSACTION");
    } catch (const crm::Error& error) {
      throw crm::Error(crm::ErrorCode::conflict, "import_file is a transaction of its own: commit or roll back the one at hand first",
                       error.details());
    }
  }
  ~Transaction() {
    if (kept_) return;
    try {
      connection_.execute("ROLLBACK");
    } catch (const crm::Error&) {
      // DuckDB has undone it already; if not, the connection's end does.
    }
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void keep() {
    connection_.execute("COMMIT");
    kept_ = true;
  }

 private:
  crm::duck::Connection& connection_;
  bool kept_ = false;
};

std::unique_ptr<crm::Input> open(const std::string& path, const ImportOptions& options, crm::TempSpace& temp, std::stop_token stop) {
  crm::OpenOptions how;
  how.overrides = {options.encoding, options.delimiter, options.has_header};
  how.max_record_bytes = options.max_record_bytes;
  how.temp = &temp;
  how.stop = std::move(stop);
  crm::InputRef file;
  file.path = path;
  file.name = "file";
  file.name_given = true;
  return crm::open_input(file, how);
}

void refuse_if_taken(crm::duck::Connection& connection, const std::string& table) {
  const crm::Sql count = crm::sql("SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema() "
                                  "AND table_catalog = current_database() AND lower(table_name) = lower({})",
                                  crm::Literal(table));
  if (connection.query_bigint(count.text()) == 0) return;
  throw crm::Error(crm::ErrorCode::conflict, fmt::format("there is a table {} already; take another name, or replace it", table));
}

/// `CREATE TABLE … AS SELECT c0 AS "Email", … FROM crm_import(7)`.
crm::Sql create_statement(const std::string& table, const std::vector<std::string>& columns, bool replace, std::int64_t number) {
  std::vector<crm::Sql> cells;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    cells.push_back(crm::sql("{} AS {}", crm::Identifier(fmt::format("c{}", i)), crm::Identifier(columns[i])));
  }
  const crm::Sql create = replace ? crm::sql("CREATE OR REPLACE TABLE {}", crm::Identifier(table))
                                  : crm::sql("CREATE TABLE {}", crm::Identifier(table));
  return crm::sql("{} AS SELECT {} FROM crm_import({})", create, crm::Sql::join(cells, ", "), number);
}

}  // namespace

ImportReport import_into(const ImportPlace& place, const std::string& location, const std::string& table,
                         const ImportOptions& options, std::stop_token stop) {
  if (crm::is_white(table)) throw crm::Error(crm::ErrorCode::invalid_config, "import_file: the table's name is empty");
  const std::string path = local_path(location);
  const std::unique_ptr<crm::Input> input = open(path, options, place.temp, stop);
  const crm::InputProfile& profile = input->profile();
  if (profile.columns.empty()) {
    throw crm::Error(crm::ErrorCode::invalid_input, fmt::format("{}: the file is empty: a table needs a header at least", path));
  }
  ImportReport report;
  report.table = table;
  report.header = profile.columns;
  report.columns = crm::distinct_names(profile.columns);
  report.warnings = profile.warnings;

  CountedRejects rejects(options.max_rejects, report.rejects);
  ImportSource source;
  source.input = input.get();
  source.threads = place.threads;
  source.rejects = &rejects;
  source.stop = stop;
  const Registered registered(place.tables, source);
  Transaction transaction(place.connection);
  if (!options.replace) refuse_if_taken(place.connection, table);
  {
    const StopWatcher watcher(place.connection, stop);
    worded([&] { return place.connection.execute(create_statement(table, report.columns, options.replace, registered.number()).text()); });
  }
  if (source.failure) std::rethrow_exception(source.failure);
  const std::int64_t in_table = place.connection.query_bigint(crm::sql("SELECT count(*) FROM {}", crm::Identifier(table)).text());
  if (!source.finished || static_cast<std::uint64_t>(in_table) != source.account.rows) {
    throw crm::Error(crm::ErrorCode::internal, fmt::format("{}: {} rows were read and {} are in the table", path, source.account.rows, in_table));
  }
  transaction.keep();
  report.records = source.account.records;
  report.rows = source.account.rows;
  report.rejected = source.account.rejected;
  report.padded = source.account.padded;
  return report;
}

}  // namespace crm_merge
