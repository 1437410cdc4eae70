// What nothing that reads and writes these files with DuckDB can undercut: one ordered COPY of the original to CSV and a count over
// every enriched file with all its cells parsed, with DuckDB on one thread and small buffers. With `naive`, instead, the merge that
// one writes first: a table per file, a full outer join of the enriched ones, a left join of the original, COPY. It multiplies rows.
//
// bench_floor floor|naive OUTPUT ORIGINAL ENRICHED…
#include <duckdb.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace {

struct Connection {
  duckdb_database database = nullptr;
  duckdb_connection handle = nullptr;

  Connection() {
    if (duckdb_open(nullptr, &database) != DuckDBSuccess || duckdb_connect(database, &handle) != DuckDBSuccess) {
      std::cerr << "DuckDB does not open\n";
      std::exit(1);
    }
  }
  ~Connection() {
    duckdb_disconnect(&handle);
    duckdb_close(&database);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void run(const std::string& sql) {
    duckdb_result result;
    if (duckdb_query(handle, sql.c_str(), &result) != DuckDBSuccess) {
      std::cerr << duckdb_result_error(&result) << "\n" << sql << "\n";
      std::exit(1);
    }
    duckdb_destroy_result(&result);
  }
};

std::string quoted(std::string_view text, char quote) {
  std::string result(1, quote);
  for (const char c : text) {
    if (c == quote) result += quote;
    result += c;
  }
  return result + quote;
}

/// The header's fields; the generator's headers hold no comma and no quote.
std::vector<std::string> columns_of(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) {
    std::cerr << "cannot read " << path << "\n";
    std::exit(2);
  }
  std::vector<std::string> names;
  for (std::size_t begin = 0; begin <= line.size();) {
    const std::size_t end = std::min(line.find(',', begin), line.size());
    names.push_back(line.substr(begin, end - begin));
    begin = end + 1;
  }
  return names;
}

/// read_csv with nothing left to guess: every column is VARCHAR, 2 MB buffers.
std::string reader(const std::string& path) {
  std::string columns;
  for (const auto& name : columns_of(path)) {
    columns += (columns.empty() ? "" : ", ") + quoted(name, '\'') + ": 'VARCHAR'";
  }
  return "read_csv(" + quoted(path, '\'') + ", auto_detect=false, header=true, delim=',', quote='\"', escape='\"', new_line='\\n', columns={" +
         columns + "}, buffer_size=2097152, max_line_size=524288)";
}

void floor_of(Connection& connection, const std::string& output, const std::vector<std::string>& inputs) {
  connection.run("SET threads=1");
  connection.run("COPY (SELECT * FROM " + reader(inputs[0]) + ") TO " + quoted(output, '\'') + " (FORMAT csv, HEADER)");
  for (std::size_t i = 1; i < inputs.size(); ++i) {
    connection.run("SELECT count(*) FROM " + reader(inputs[i]));
  }
}

void naive_merge(Connection& connection, const std::string& output, const std::vector<std::string>& inputs) {
  connection.run("CREATE TABLE original AS SELECT * FROM " + reader(inputs[0]));
  std::string joined = "SELECT * FROM enriched_1";
  for (std::size_t i = 1; i < inputs.size(); ++i) {
    const std::string table = "enriched_" + std::to_string(i);
    connection.run("CREATE TABLE " + table + " AS SELECT * FROM " + reader(inputs[i]));
    if (i > 1) joined += " FULL OUTER JOIN " + table + " USING (\"Email\")";
  }
  connection.run("COPY (SELECT * FROM original LEFT JOIN (" + joined + ") AS enriched USING (\"Email\")) TO " + quoted(output, '\'') +
                 " (FORMAT csv, HEADER)");
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  if (argc < 4 || (what != "floor" && what != "naive")) {
    std::cerr << "usage: bench_floor floor|naive OUTPUT ORIGINAL ENRICHED...\n";
    return 2;
  }
  const std::vector<std::string> inputs(argv + 3, argv + argc);
  Connection connection;
  if (what == "floor") {
    floor_of(connection, argv[2], inputs);
  } else {
    naive_merge(connection, argv[2], inputs);
  }
}
