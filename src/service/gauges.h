#pragma once

#include <filesystem>

#include "server/metrics.h"
#include "storage/object_store.h"
#include "worker/merge_worker.h"

namespace crm {

/// Counts one attempt.
void count_attempt(const AttemptSummary& summary, Metrics& metrics);

/// What is only known by looking: free space, temporary bytes, this process's memory. Errors: none; what cannot be read is
/// left out.
void read_gauges(const std::filesystem::path& data, ObjectStore& store, Metrics& metrics);

}  // namespace crm
