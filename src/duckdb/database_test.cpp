#include "duckdb/database.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include "base/error.h"
#include "duckdb/function.h"

namespace crm::duck {
namespace {

Database open_memory() { return {":memory:", {{"threads", "2"}, {"autoinstall_known_extensions", "false"}}}; }

ErrorCode code_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    return error.code();
  }
  ADD_FAILURE() << "nothing was thrown";
  return ErrorCode::internal;
}

/// Rows 0 to `rows` - 1: row, twice the row, and a text that is short for even rows and long for odd ones.
TableFunction numbers(std::uint64_t rows, std::vector<int>* asked_for = nullptr) {
  struct Reader : TableReader {
    std::vector<int> projection;
    std::uint64_t at, end;
    std::size_t fill(ChunkWriter& chunk) override {
      const std::size_t rows = std::min<std::uint64_t>(kChunkRows, end - at);
      for (std::size_t c = 0; c < projection.size(); ++c) {
        ColumnWriter column = chunk.column(c);
        for (std::size_t i = 0; i < rows; ++i) {
          const auto row = static_cast<std::int64_t>(at + i);
          if (projection[c] < 2) column.set(i, row * (projection[c] + 1));
          else column.set_valid_text(i, row % 2 == 0 ? "é" + std::to_string(row) : "a long text of row " + std::to_string(row));
        }
      }
      at += rows;
      return rows;
    }
  };
  struct Scan : TableScan {
    std::vector<int> projection;
    std::uint64_t rows;
    std::unique_ptr<TableReader> reader() override {
      auto made = std::make_unique<Reader>();
      made->projection = projection;
      made->at = 0;
      made->end = rows;
      return made;
    }
  };
  TableFunction function;
  function.name = "numbers";
  function.bind = [=](std::span<const std::int64_t>) {
    TableBinding binding;
    binding.columns = {{"row", Type::bigint()}, {"twice", Type::bigint()}, {"text", Type::varchar()}};
    binding.rows = rows;
    binding.open = [=](std::vector<int> projection) {
      if (asked_for != nullptr) *asked_for = projection;
      auto scan = std::make_unique<Scan>();
      scan->projection = std::move(projection);
      scan->rows = rows;
      return scan;
    };
    return binding;
  };
  return function;
}

TEST(Database, AnswersAQuery) {
  Database database = open_memory();
  Connection connection = database.connect();
  EXPECT_EQ(connection.query_bigint("SELECT 6 * 7"), 42);
  EXPECT_EQ(connection.query_text("SELECT 'a' UNION ALL SELECT NULL ORDER BY ALL"), "a\nNULL\n");
}

TEST(Database, StreamsAllRowsInOrder) {
  Database database = open_memory();
  Connection connection = database.connect();
  connection.add(numbers(100'000));
  Result result = connection.query("SELECT row, text FROM numbers()");
  Chunk chunk;
  std::int64_t rows = 0;
  while (result.next(chunk)) {
    for (std::size_t i = 0; i < chunk.rows(); ++i, ++rows) {
      ASSERT_EQ(chunk.column(0).bigint(i), rows);
      ASSERT_EQ(chunk.column(1).text(i),
                rows % 2 == 0 ? "é" + std::to_string(rows) : "a long text of row " + std::to_string(rows));
    }
  }
  EXPECT_EQ(rows, 100'000);
}

TEST(Database, ATableFunctionIsAskedOnlyForTheColumnsThatAreUsed) {
  Database database = open_memory();
  Connection connection = database.connect();
  std::vector<int> asked_for;
  connection.add(numbers(10, &asked_for));
  EXPECT_EQ(connection.query_bigint("SELECT CAST(sum(twice) AS BIGINT) FROM numbers()"), 90);
  EXPECT_EQ(asked_for, std::vector<int>{1});
  EXPECT_EQ(connection.query_bigint("SELECT count(*) FROM numbers()"), 10);
}

TEST(Database, AScalarFunctionSeesNullsAndAnyNumberOfArguments) {
  Database database = open_memory();
  Connection connection = database.connect();
  connection.add(ScalarFunction{"count_texts", {Type::bigint()}, Type::varchar(), Type::bigint(),
                                [](const Chunk& arguments, ColumnWriter& result) {
                                  for (std::size_t row = 0; row < arguments.rows(); ++row) {
                                    std::int64_t count = arguments.column(0).bigint(row);
                                    for (std::size_t c = 1; c < arguments.columns(); ++c) {
                                      if (!arguments.column(c).is_null(row)) ++count;
                                    }
                                    result.set(row, count);
                                  }
                                }});
  EXPECT_EQ(connection.query_bigint("SELECT count_texts(10, 'a', NULL, 'b')"), 12);
}

TEST(Database, AScalarFunctionMakesListsAndReadsThem) {
  Database database = open_memory();
  Connection connection = database.connect();
  connection.add(ScalarFunction{"letters", {Type::varchar()}, {}, Type::list(Type::varchar()),
                                [](const Chunk& arguments, ColumnWriter& result) {
                                  std::uint64_t total = 0;
                                  for (std::size_t row = 0; row < arguments.rows(); ++row) {
                                    const std::string_view text = arguments.column(0).text(row);
                                    result.reserve_elements(total + text.size());
                                    ColumnWriter elements = result.elements();
                                    for (std::size_t i = 0; i < text.size(); ++i) {
                                      elements.set_valid_text(total + i, text.substr(i, 1));
                                    }
                                    result.set_list(row, {total, text.size()});
                                    total += text.size();
                                  }
                                  result.set_element_count(total);
                                }});
  EXPECT_EQ(connection.query_text("SELECT unnest(list_concat(letters('ab'), letters(''), letters('c')))"), "a\nb\nc\n");
}

TEST(Database, AnAggregateGathersEachGroup) {
  struct Longest : AggregateState {
    std::string text;
    void add(std::span<const Column> arguments, std::size_t row) override {
      if (!arguments[0].is_null(row)) take(arguments[0].text(row));
    }
    void add_all(AggregateState& other) override { take(dynamic_cast<Longest&>(other).text); }
    void finish(ColumnWriter& result, std::size_t row) override { result.set_text(row, text); }
    void take(std::string_view other) {
      if (other.size() > text.size()) text = other;
    }
  };
  Database database = open_memory();
  Connection connection = database.connect();
  connection.add(AggregateFunction{
      "longest", {Type::varchar()}, Type::varchar(), [] { return std::make_unique<Longest>(); }});
  EXPECT_EQ(connection.query_text("SELECT g || longest(t) FROM (VALUES ('a', 'x'), ('b', NULL), ('a', 'xyz')) v(g, t) "
                                  "GROUP BY g ORDER BY g"),
            "axyz\nb\n");
  EXPECT_EQ(connection.query_bigint("SELECT count(DISTINCT l) FROM (SELECT longest(CAST(range AS VARCHAR)) AS l FROM "
                                    "range(1000000) GROUP BY range % 1000)"),
            1000);
  EXPECT_EQ(connection.query_text("SELECT longest('a') WHERE FALSE"), "NULL\n");
}

TEST(Database, WhatAFunctionThrowsComesOutAsItWas) {
  Database database = open_memory();
  Connection connection = database.connect();
  connection.add(ScalarFunction{"fails", {Type::bigint()}, {}, Type::bigint(),
                                [](const Chunk&, ColumnWriter&) {
                                  throw Error(ErrorCode::invalid_input, "line 7 is bad");
                                }});
  EXPECT_EQ(code_of([&] { connection.execute("SELECT fails(range) FROM range(10)"); }), ErrorCode::invalid_input);
  EXPECT_EQ(code_of([&] { connection.query_bigint("SELECT fails(range) FROM range(10)"); }), ErrorCode::invalid_input);
  EXPECT_EQ(connection.query_bigint("SELECT 1"), 1) << "the connection must be usable after";
}

TEST(Database, AnInterruptedStatementIsCancelled) {
  Database database = open_memory();
  Connection connection = database.connect();
  std::atomic<bool> done = false;
  std::thread interrupter([&] {
    while (!done) {
      connection.interrupt();
      std::this_thread::yield();
    }
  });
  EXPECT_EQ(code_of([&] { connection.execute("SELECT count(*) FROM range(1000000000) a, range(1000) b"); }),
            ErrorCode::cancelled);
  done = true;
  interrupter.join();
}

TEST(Database, TooLittleMemoryIsALimit) {
  Database database(":memory:", {{"threads", "1"}, {"memory_limit", "20MB"}, {"temp_directory", ""}});
  Connection connection = database.connect();
  EXPECT_EQ(code_of([&] { connection.execute("CREATE TABLE t AS SELECT range FROM range(100000000)"); }),
            ErrorCode::limit_exceeded);
}

TEST(Database, MemoryThatAFunctionOfOursDoesNotGetIsALimitToo) {
  Database database = open_memory();
  Connection connection = database.connect();
  connection.add(ScalarFunction{"greedy", {Type::bigint()}, {}, Type::bigint(),
                                [](const Chunk&, ColumnWriter&) { throw std::bad_alloc(); }});
  EXPECT_EQ(code_of([&] { connection.execute("SELECT greedy(range) FROM range(3)"); }), ErrorCode::limit_exceeded);
  EXPECT_EQ(connection.query_bigint("SELECT 7"), 7);
}

TEST(Database, BadSqlIsAnInternalFaultWithDetails) {
  Database database = open_memory();
  Connection connection = database.connect();
  EXPECT_EQ(code_of([&] { connection.execute("SELEC 1"); }), ErrorCode::internal);
  EXPECT_EQ(code_of([&] { connection.query_bigint("SELECT nothing"); }), ErrorCode::internal);
}

TEST(ColumnWriter, TellsThatInvalidUtf8BecameNull) {
  Database database = open_memory();
  Connection connection = database.connect();
  bool told = false;
  connection.add(ScalarFunction{"broken", {Type::bigint()}, {}, Type::varchar(),
                                [&](const Chunk& arguments, ColumnWriter& result) {
                                  for (std::size_t row = 0; row < arguments.rows(); ++row) {
                                    result.set_text(row, "a broken text \xff of some length");
                                  }
                                  told = result.has_nulls();
                                }});
  EXPECT_EQ(connection.query_text("SELECT broken(1)"), "NULL\n");
  EXPECT_TRUE(told);
}

}  // namespace
}  // namespace crm::duck
