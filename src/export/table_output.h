#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "output/output_file.h"

namespace crm {

class TempSpace;

/// What a table is written as. The path's suffix tells: `.jsonl`, `.ndjson`, `.parquet`; else CSV or TSV by the writer's
/// own delimiter (engine/side_files.h). `.gz` and `.zst` may stand behind it.
enum class TableFormat { text, json_lines, parquet };

TableFormat table_format(std::string_view path);

/// What a table output may use beside its file.
struct TableOutputOptions {
  TempSpace* temp = nullptr;            ///< Parquet: for the rows until all are there
  std::uint64_t memory_bytes = 0;       ///< of the whole process
  std::stop_token stop;
};

/// Opens the output at `path`, which takes the text of the one writer (header first, `,` but for TSV) and keeps it as
/// the suffix says. Errors: as create_output.
std::unique_ptr<OutputFile> create_table_output(const std::string& path, const TableOutputOptions& options);

}  // namespace crm
