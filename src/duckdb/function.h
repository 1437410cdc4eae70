#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "duckdb/type.h"
#include "duckdb/vector.h"

// Functions of ours that SQL may call. What they throw ends the statement, and comes out of Connection::execute as it
// was thrown.
namespace crm::duck {

/// A function of the values of one row.
struct ScalarFunction {
  std::string name;
  std::vector<Type> parameters;
  std::optional<Type> more;      ///< any number of further arguments of this type
  Type result;
  /// Fills `result` for all rows of `arguments`; NULLs are its own to deal with. Threads: several at once.
  std::function<void(const Chunk& arguments, ColumnWriter& result)> body;
};

/// What an aggregate has gathered of one group.
class AggregateState {
 public:
  virtual ~AggregateState() = default;
  virtual void add(std::span<const Column> arguments, std::size_t row) = 0;
  /// Takes what another thread has gathered of the same group.
  virtual void add_all(AggregateState& other) = 0;
  virtual void finish(ColumnWriter& result, std::size_t row) = 0;
};

/// A function of all rows of a group, in no order. A group of which no row came is NULL.
struct AggregateFunction {
  std::string name;
  std::vector<Type> parameters;
  Type result;
  std::function<std::unique_ptr<AggregateState>()> start;
};

/// One thread's part of a scan.
class TableReader {
 public:
  virtual ~TableReader() = default;
  /// Fills the projected columns with up to kChunkRows rows; 0 rows: the end.
  virtual std::size_t fill(ChunkWriter& chunk) = 0;
};

/// One scan of a table function.
class TableScan {
 public:
  virtual ~TableScan() = default;
  /// A reader for a thread. Threads: several at once if the binding says more than one thread.
  virtual std::unique_ptr<TableReader> reader() = 0;
};

/// What a table function is for given arguments.
struct TableBinding {
  std::vector<std::pair<std::string, Type>> columns;
  std::uint64_t rows = 0;   ///< estimated
  bool rows_exact = false;
  int threads = 1;          ///< with one, rows keep their order
  /// Starts a scan of the columns with these indices, in this order. (A query that needs none asks for one of them.)
  std::function<std::unique_ptr<TableScan>(std::vector<int> projection)> open;
};

/// A function that makes rows.
struct TableFunction {
  std::string name;
  std::size_t parameters = 0;  ///< all BIGINT
  std::function<TableBinding(std::span<const std::int64_t> arguments)> bind;
};

}  // namespace crm::duck
