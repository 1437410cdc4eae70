#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace crm {

/// A folder in which a run will write, and about how much.
struct DiskNeed {
  std::string folder;
  std::string purpose;          ///< "the merged file", "temporary files"
  std::uint64_t bytes = 0;
};

/// What the estimate is made of.
struct DiskEstimate {
  std::uint64_t original_bytes = 0;          ///< decoded text
  std::uint64_t enriched_bytes = 0;          ///< of all enriched files together
  std::uint64_t memory_bytes = 0;            ///< --memory-limit
  bool sql = false;                          ///< the sql engine keeps whole tables
};

/// Text that a merge of this size writes at the end: the original's, and about half of what could be added to it. An
/// estimate on the low side: a merge that might fit is tried, and ends cleanly if it does not.
std::uint64_t estimated_merged_bytes(const DiskEstimate& estimate);

/// Bytes that go to temporary files: what was stored of the enriched files beyond the memory there is for it.
std::uint64_t estimated_spill_bytes(const DiskEstimate& estimate);

/// Compares the needs of each file system with what is free there; folders on one file system share it.
/// Errors: limit_exceeded with the numbers.
void check_disk(const std::vector<DiskNeed>& needs);

}  // namespace crm
