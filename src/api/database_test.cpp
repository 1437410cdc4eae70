#include "crm_merge/database.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <iterator>
#include <optional>
#include <thread>

namespace crm_merge {
namespace {

namespace fs = std::filesystem;

/// A statement that would run for hours.
constexpr const char* kEndless = "SELECT sum(a.range * b.range) FROM range(100000000) a, range(100000000) b";

class DatabaseService : public testing::Test {
 protected:
  DatabaseService() {
    std::string pattern = (fs::temp_directory_path() / "database_test_XXXXXX").string();
    folder = mkdtemp(pattern.data());
    fs::create_directory(folder / "temp");
    options.temp_dir = folder / "temp";
    options.memory_bytes = 128'000'000;
    options.threads = 2;
  }
  ~DatabaseService() override { fs::remove_all(folder); }

  std::string file(const std::string& name, const std::string& text) const {
    std::ofstream(folder / name, std::ios::binary) << text;
    return (folder / name).string();
  }
  std::string read(const std::string& name) const {
    std::ifstream in(folder / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  /// Every cell of a query, a row a line, NULL as such.
  static std::string cells(Connection& connection, const std::string& sql) {
    Rows rows = connection.query(sql);
    std::string out;
    while (rows.next()) {
      for (std::size_t row = 0; row < rows.size(); ++row) {
        for (std::size_t c = 0; c < rows.columns().size(); ++c) {
          out += (c == 0 ? "" : "|") + (rows.is_null(row, c) ? "NULL" : cell(rows, row, c));
        }
        out += '\n';
      }
    }
    return out;
  }
  static std::string cell(const Rows& rows, std::size_t row, std::size_t column) {
    switch (rows.columns()[column].type) {
      case ResultColumn::Type::boolean: return rows.boolean(row, column) ? "true" : "false";
      case ResultColumn::Type::integer: return std::to_string(rows.integer(row, column));
      case ResultColumn::Type::real: return std::to_string(rows.real(row, column));
      case ResultColumn::Type::text: return std::string(rows.text(row, column));
    }
    return "";
  }
  static Error error_of(const std::function<void()>& act) {
    try {
      act();
    } catch (const Error& error) {
      return error;
    }
    ADD_FAILURE() << "nothing was thrown";
    return {ErrorCode::internal, ""};
  }

  fs::path folder;
  DatabaseOptions options;
};

TEST_F(DatabaseService, ImportsEveryCellAsItStandsAndCountsRows) {
  Database database(options);
  Connection connection = database.connect();
  const std::string path = file("a b.csv", "Email,email,\n02134,1e5,\"x\ny\"\n,é,z\n");
  const ImportReport report = connection.import_file("file://" + folder.string() + "/a%20b.csv", "people");
  EXPECT_EQ(report.rows, 2u);
  EXPECT_EQ(report.records, 2u);
  EXPECT_EQ(report.header, (std::vector<std::string>{"Email", "email", ""}));
  EXPECT_EQ(report.columns, (std::vector<std::string>{"Email", "email_2", "column_3"}));
  EXPECT_EQ(cells(connection, "SELECT * FROM people"), "02134|1e5|x\ny\n|é|z\n");
  EXPECT_EQ(cells(connection, "SELECT column_type FROM (DESCRIBE people) GROUP BY ALL"), "VARCHAR\n");
}

TEST_F(DatabaseService, ARecordThatCannotBeReadEndsTheImportOrIsReported) {
  Database database(options);
  Connection connection = database.connect();
  const std::string path = file("odd.csv", "a,b\n1,2\n3,4\n5,6,7\n8\n");
  const Error error = error_of([&] { connection.import_file(path, "t"); });
  EXPECT_EQ(error.code(), ErrorCode::invalid_input);
  EXPECT_NE(error.message().find("line 4 cannot be read"), std::string::npos) << error.message();
  EXPECT_EQ(cells(connection, "SELECT count(*) FROM duckdb_tables()"), "0\n") << "all or nothing";

  const ImportReport report = connection.import_file(path, "t", {.max_rejects = 1});
  EXPECT_EQ(report.records, 4u);
  EXPECT_EQ(report.rows, 3u);
  EXPECT_EQ(report.padded, 1u);
  ASSERT_EQ(report.rejects.size(), 1u);
  EXPECT_EQ(report.rejects[0].line, 4u);
  EXPECT_EQ(report.rejects[0].text, "5,6,7");
}

TEST_F(DatabaseService, ATableIsReplacedOnlyWhenAsked) {
  Database database(options);
  Connection connection = database.connect();
  const std::string one = file("one.csv", "a\n1\n"), two = file("two.csv", "a\n2\n");
  connection.import_file(one, "T");
  EXPECT_EQ(error_of([&] { connection.import_file(two, "t"); }).code(), ErrorCode::conflict);
  EXPECT_EQ(cells(connection, "SELECT * FROM t"), "1\n");
  connection.import_file(two, "t", {.replace = true});
  EXPECT_EQ(cells(connection, "SELECT * FROM t"), "2\n");
}

TEST_F(DatabaseService, WhatCannotBeReadIsNamed) {
  Database database(options);
  Connection connection = database.connect();
  EXPECT_EQ(error_of([&] { connection.import_file("s3://bucket/a.csv", "t"); }).message(),
            "s3://bucket/a.csv: s3:// cannot be read or written yet; copy the file here and give its path");
  EXPECT_EQ(error_of([&] { connection.import_file((folder / "none.csv").string(), "t"); }).code(), ErrorCode::not_found);
  const Error wrong = error_of([&] { connection.execute("SELEC 1"); });
  EXPECT_EQ(wrong.code(), ErrorCode::invalid_config);
  EXPECT_NE(wrong.message().find("syntax error"), std::string::npos) << wrong.message();
  EXPECT_EQ(error_of([&] { connection.query("SELECT * FROM nowhere"); }).code(), ErrorCode::invalid_config);
  EXPECT_EQ(error_of([&] { connection.execute("COPY (SELECT 1) TO '" + (folder / "x.csv").string() + "'"); }).code(),
            ErrorCode::invalid_config)
      << "SQL has no files unless it is allowed to";
}

TEST_F(DatabaseService, ResultsHaveTheirTypesAndComeInBatches) {
  Database database(options);
  Connection connection = database.connect();
  EXPECT_EQ(cells(connection, "SELECT true, 7::TINYINT, -5000000000, 0.5::FLOAT, DATE '2026-11-22', 1.10, NULL, 2 AS a, 3 AS a; "),
            "true|7|-5000000000|0.500000|2026-11-22|1.10|NULL|2|3\n");
  Rows rows = connection.query("SELECT range AS n FROM range(5000) ORDER BY n");
  EXPECT_EQ(rows.columns().at(0).name, "n");
  std::size_t batches = 0, seen = 0;
  while (rows.next()) {
    for (std::size_t i = 0; i < rows.size(); ++i, ++seen) EXPECT_EQ(rows.integer(i, 0), static_cast<std::int64_t>(seen));
    ++batches;
  }
  EXPECT_EQ(seen, 5000u);
  EXPECT_GT(batches, 1u);
  EXPECT_EQ(error_of([&] { rows.is_null(0, 0); }).code(), ErrorCode::invalid_config) << "behind the last batch";
  connection.execute("CREATE TABLE t (n BIGINT)");
  EXPECT_EQ(connection.execute("INSERT INTO t SELECT range FROM range(10)"), 10u);
  EXPECT_EQ(connection.execute("DELETE FROM t WHERE n < 4"), 4u);
}

TEST_F(DatabaseService, ExportsWholeFilesOrNone) {
  Database database(options);
  Connection connection = database.connect();
  EXPECT_EQ(connection.export_csv("SELECT 'a,b' AS \"First, last\", NULL AS n, 3 AS three", (folder / "out.csv").string()), 1u);
  EXPECT_EQ(read("out.csv"), "\"First, last\",n,three\n\"a,b\",,3\n");
  file("kept.csv", "earlier\n");
  EXPECT_EQ(error_of([&] { connection.export_csv("SELECT error('no') FROM range(3)", (folder / "kept.csv").string()); }).code(),
            ErrorCode::invalid_config);
  EXPECT_EQ(read("kept.csv"), "earlier\n");
}

TEST_F(DatabaseService, LendsSoManyConnectionsAndNoMore) {
  options.max_connections = 1;
  options.checkout_timeout = std::chrono::milliseconds(20);
  Database database(options);
  std::optional<Connection> first = database.connect();
  first->execute("CREATE TEMP TABLE mine AS SELECT 1");
  const Error full = error_of([&] { database.connect(); });
  EXPECT_EQ(full.code(), ErrorCode::limit_exceeded);
  EXPECT_NE(full.message().find("max_connections"), std::string::npos);
  EXPECT_EQ(error_of([&] { database.close(); }).code(), ErrorCode::conflict);
  first.reset();
  {
    Connection second = database.connect();
    EXPECT_EQ(cells(second, "SELECT count(*) FROM duckdb_tables()"), "0\n") << "nothing of the one before is left";
  }
  database.close();
  database.close();
  EXPECT_EQ(error_of([&] { database.connect(); }).code(), ErrorCode::conflict);
  EXPECT_TRUE(fs::is_empty(folder / "temp"));
}

TEST_F(DatabaseService, AWaitingThreadGetsTheConnectionThatComesBack) {
  options.max_connections = 1;
  Database database(options);
  std::optional<Connection> first = database.connect();
  std::future<std::string> other = std::async(std::launch::async, [&] {
    Connection mine = database.connect();
    return cells(mine, "SELECT 42");
  });
  first.reset();
  EXPECT_EQ(other.get(), "42\n");
}

TEST_F(DatabaseService, AStatementStopsWhenAskedAndTheConnectionGoesOn) {
  Database database(options);
  Connection connection = database.connect();
  std::stop_source stop;
  std::jthread asker([&] { stop.request_stop(); });
  EXPECT_EQ(error_of([&] { connection.execute(kEndless, stop.get_token()); }).code(), ErrorCode::cancelled);
  EXPECT_EQ(cells(connection, "SELECT 1"), "1\n");
  const std::string path = file("few.csv", "a\n1\n");
  EXPECT_EQ(error_of([&] { connection.import_file(path, "t", {}, stop.get_token()); }).code(), ErrorCode::cancelled);
  EXPECT_EQ(error_of([&] { connection.export_csv("SELECT 1", (folder / "x.csv").string(), stop.get_token()); }).code(),
            ErrorCode::cancelled);
  EXPECT_FALSE(fs::exists(folder / "x.csv"));
}

TEST_F(DatabaseService, InterruptEndsWhatRunsOnEveryConnection) {
  Database database(options);
  std::promise<void> over;
  std::jthread interrupter([&, ended = over.get_future()] {
    // It may come before the statement has begun: then it is not of it.
    while (ended.wait_for(std::chrono::milliseconds(5)) == std::future_status::timeout) database.interrupt();
  });
  Connection connection = database.connect();
  EXPECT_EQ(error_of([&] { connection.execute(kEndless); }).code(), ErrorCode::cancelled);
  over.set_value();
}

TEST_F(DatabaseService, MemoryHasItsLimit) {
  options.memory_bytes = 20'000'000;
  Database database(options);
  Connection connection = database.connect();
  const Error error = error_of([&] { connection.execute("SELECT list(range) FROM range(20000000)"); });
  EXPECT_EQ(error.code(), ErrorCode::limit_exceeded) << error.message();
  EXPECT_NE(error.message().find("memory_bytes"), std::string::npos);
}

TEST_F(DatabaseService, AFileKeepsItsTables) {
  options.file = folder / "kept.duckdb";
  {
    Database database(options);
    database.connect().import_file(file("a.csv", "a\n1\n"), "t");
  }
  options.read_only = true;
  Database again(options);
  Connection connection = again.connect();
  EXPECT_EQ(cells(connection, "SELECT * FROM t"), "1\n");
  EXPECT_EQ(error_of([&] { connection.execute("DROP TABLE t"); }).code(), ErrorCode::invalid_config);
}

TEST_F(DatabaseService, NamesAndTextsAreQuoted) {
  EXPECT_EQ(quoted_name("First \"Name\""), "\"First \"\"Name\"\"\"");
  EXPECT_EQ(quoted_text("O'Brien"), "'O''Brien'");
}

}  // namespace
}  // namespace crm_merge
