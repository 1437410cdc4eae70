#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "tables/row_sink.h"

namespace crm {

struct ParquetOptions {
  std::uint64_t memory_bytes = 0;  ///< of the whole process; DuckDB gets a share of it
  int threads = 1;
  std::string temp_folder;         ///< where DuckDB may put what does not fit
  std::string name;                ///< for messages
  std::stop_token stop;
};

/// What a Parquet file says of itself.
struct ParquetTable {
  std::vector<std::string> columns;   ///< names as they are in the file: duplicates and letter case too
  std::vector<std::string> warnings;  ///< one line each
};

/// Reads the Parquet file behind `fd` (a file that can be read anywhere) by DuckDB and hands its rows to `sink`, in the
/// file's order. A cell is what DuckDB's cast to VARCHAR makes of it: NULL is empty, a time with a zone is in UTC, bytes
/// that are no text are `\xHH`, lists and structures are DuckDB's literals.
///
/// Errors: invalid_input (damaged, ends early, encrypted, more than `max_columns`), limit_exceeded (memory), cancelled,
/// unavailable (no DuckDB). Cost: opening DuckDB takes 50 ms and 48 MB.
ParquetTable read_parquet(int fd, std::size_t max_columns, const ParquetOptions& options, RowSink& sink);

}  // namespace crm
