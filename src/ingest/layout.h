#pragma once

#include <cstdint>
#include <string>

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

}  // namespace crm
