#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ingest/csv_input.h"
#include "ingest/input.h"

namespace crm {

/// A profile's sample has at most so many rows, bytes of text and cells.
inline constexpr std::size_t kSampleRows = 5'000;
inline constexpr std::size_t kSampleBytes = 2u << 20;
inline constexpr std::size_t kSampleCells = 300'000;

/// Looks at the beginning of `parts.text` (from `text_begin`) and fills in the rest of `parts`: dialect, preamble, header,
/// columns, sample, estimates and warnings. `name` is for messages.
/// Errors: invalid_input, as `open_input`.
void read_layout(CsvInput::Parts& parts, std::uint64_t text_begin, const OpenOptions& options,
                 const std::string& name);

/// What a file that is no CSV says of its own layout.
struct TableLayout {
  std::vector<std::string> columns;
  std::uint64_t data_begin = 0;       ///< offset of the first row in the text
  std::uint64_t data_first_line = 1;  ///< its line, 1-based
  std::uint64_t preamble_lines = 0;
  Certainty header;                   ///< not `given`: judged by how it looks
};

/// The same for text by TableText, whose layout is known.
void read_table_layout(CsvInput::Parts& parts, TableLayout layout, const OpenOptions& options, const std::string& name);

}  // namespace crm
