#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/temp_space.h"
#include "tables/row_sink.h"

namespace crm {

/// A sheet has no more rows and columns, in any program that writes them.
inline constexpr std::uint64_t kMaxSheetRows = 1'048'576;
inline constexpr std::size_t kMaxSheetColumns = 16'384;

struct XlsxOptions {
  std::string sheet;                   ///< empty: the first that is not hidden
  std::string name;                    ///< of the file, for messages
  TempSpace* temp = nullptr;
  std::uint64_t memory_bytes = 0;      ///< of the whole process; texts take a share of it
  std::uint64_t max_record_bytes = 0;
  std::stop_token stop;
};

/// What was read of a workbook.
struct XlsxTable {
  std::string sheet;
  std::size_t columns = 0;             ///< as far as any row has cells that are not empty
  std::vector<std::string> warnings;   ///< one line each
};

/// Reads one sheet of the workbook behind `fd` (a file that can be read anywhere) and hands its rows to `sink`, a line
/// for each row of the sheet: rows without a cell are skipped, and a row ends with its last cell that is not empty.
///
/// A cell is what the spreadsheet displays: by its number format, but dates and times as ISO 8601, and numbers without a
/// format in full. Texts keep their characters; a formula is its stored value, TRUE, FALSE and errors (#N/A) are words.
///
/// Errors: invalid_input (damaged, protected, no workbook), not_found (no such sheet; the message lists them),
/// limit_exceeded, cancelled. Memory: bounded, whatever the size of the sheet.
XlsxTable read_xlsx(UniqueFd fd, const XlsxOptions& options, RowSink& sink);

}  // namespace crm
