#pragma once

#include <cstdint>

#include "engine/stream/enriched_scan.h"
#include "engine/stream/run_context.h"

namespace crm {

class OutputFile;

/// Consolidates the rows of the enriched files that match nobody: one record for each distinct first key, in
/// order of first appearance, chosen as the merge would choose. The groups are as the rows of an original
/// that is all blank: numbered by first appearance, their hits kept in buckets of consecutive numbers.
///
/// `file` may be null (dry run). Returns the number of records.
std::uint64_t write_net_new(RunContext& run, const HitLayout& layout, const UnmatchedRows& rows,
                            OutputFile* file);

}  // namespace crm
