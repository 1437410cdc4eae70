#pragma once

#include <cstddef>
#include <cstdint>

namespace crm {

/// What of --memory-limit goes where in a comparison. The parts live at different times; the largest sum is that of the
/// join: both files' rows, the pairs and the lone rows of B.
struct MemoryShare {
  std::uint64_t block = 0;      ///< text of one batch
  std::size_t rows_a = 0, rows_b = 0;  ///< sorting each file's rows
  std::size_t pairs = 0;        ///< sorting pairs by A's order
  std::size_t lone = 0;         ///< sorting lone rows of B
  std::size_t cells = 0;        ///< B's rows that are compared cell by cell at once
  std::size_t window = 0;       ///< rows of B that are fetched at once
};

/// Errors: limit_exceeded if the limit leaves too little beside what is resident already.
MemoryShare share_memory(std::uint64_t limit_bytes, std::uint64_t resident_bytes, int threads);

/// Divides what there is for sorting.
void share_sorting(std::size_t bytes, MemoryShare& share);

}  // namespace crm
