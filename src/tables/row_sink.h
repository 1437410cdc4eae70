#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace crm {

/// Why a record of a file that is no CSV could not become a row.
enum class RowProblem {
  bad_json,        ///< the line is no JSON
  not_an_object,   ///< it is JSON, but no object
  repeated_key,
  bad_escape,      ///< half of a surrogate pair: it means no character
  too_deep,        ///< arrays and objects in each other beyond kMaxJsonDepth
  bad_bytes,       ///< bytes that the encoding does not have
  too_long,        ///< longer than --max-record-bytes
};

/// Hears of the records of a file that is no CSV, in their order. Each call but `skip` takes one line: the line of a
/// JSON lines file, the row of a sheet, the row of a Parquet file.
///
/// Threads: one.
class RowSink {
 public:
  virtual ~RowSink() = default;
  /// A row. The cells are UTF-8; those that are missing at its end are empty.
  virtual void row(std::span<const std::string_view> cells) = 0;
  /// A record that could not become a row; `raw` is its text as it came.
  virtual void reject(RowProblem problem, std::string_view raw) = 0;
  /// So many lines without a record.
  virtual void skip(std::uint64_t lines) = 0;
};

}  // namespace crm
