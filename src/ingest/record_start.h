#pragma once

#include <cstddef>
#include <optional>

#include "ingest/scan_format.h"

namespace crm {

/// Where, in the middle of a file, a record probably begins: at text[1] or later. text[0] is the byte before the first
/// place that counts. Nothing: no line end in sight.
///
/// The guesses (behind the next line end; the text begins in an unquoted field; in a quoted one) are followed for a few
/// records, and the one with the most records of the right number of fields is taken. It may be wrong: whoever uses it
/// must verify.
std::optional<std::size_t> guess_record_start(const char* text, std::size_t size, bool at_end,
                                              const ScanFormat& format);

}  // namespace crm
