#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "duckdb/vector.h"

namespace crm::duck {

/// Rows of one column, laid out as DuckDB does it, so that a `Column` reads both.
struct ColumnCopy {
  enum class Layout { unknown, plain, text, list, structure };

  Layout layout = Layout::unknown;
  std::size_t width = 0;  ///< bytes of a row in `data`
  std::size_t rows = 0;
  std::vector<char> data;
  std::vector<std::uint64_t> validity;          ///< a bit a row
  std::vector<std::unique_ptr<char[]>> texts;   ///< that the data points to
  std::vector<ColumnCopy> children;

  /// Copies rows [begin, begin + count). Errors: internal for a type that no result of ours has.
  void append(const Column& column, std::size_t begin, std::size_t count);
  Column child(std::size_t index) const;

 private:
  void set_layout(const Column& column);
  void append_validity(const Column& column, std::size_t begin, std::size_t count);
  void append_texts(const Column& column, std::size_t begin, std::size_t count);
  void append_lists(const Column& column, std::size_t begin, std::size_t count);
};

/// Rows of several chunks, copied. They take what they hold, where a chunk has room for kChunkRows rows in every column.
///
/// Threads: one.
class RowsCopy {
 public:
  /// Copies the rows of a chunk behind those that are there; all chunks have the same columns.
  void append(const Chunk& chunk);
  std::size_t rows() const { return rows_; }
  /// Adds views of the columns: they hold until the next `append`.
  void add_columns(std::vector<Column>& columns) const;

 private:
  std::size_t rows_ = 0;
  std::vector<ColumnCopy> columns_;
};

}  // namespace crm::duck
