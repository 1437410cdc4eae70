#pragma once

#include <cstddef>
#include <optional>

#include "ingest/scan_format.h"

namespace crm {

/// Where, in the middle of a file, a record probably begins: at text[1] or later. text[0] is the byte before the first
/// place that counts. Nothing: no line end in sight.
///
/// Both guesses (the text begins outside quotes; inside a quoted field) are followed for a few records, and the one with
/// more records of the right number of fields wins. It may be wrong: whoever uses it must verify.
std::optional<std::size_t> guess_record_start(const char* text, std::size_t size, bool at_end,
                                              const ScanFormat& format);

}  // namespace crm
