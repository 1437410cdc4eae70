#pragma once

#include <memory>

#include "export/table_output.h"

namespace crm {

/// Takes the text of the one writer, header first, keeps it in an unlinked file, and when it is complete writes it to
/// `file` as Parquet by DuckDB: every column a VARCHAR, empty cells empty strings, rows in order. The same rows give the
/// same bytes.
///
/// Errors: as `file`'s; limit_exceeded (memory, disk), unavailable (no DuckDB).
std::unique_ptr<OutputFile> make_parquet_output(std::unique_ptr<OutputFile> file, const TableOutputOptions& options);

}  // namespace crm
