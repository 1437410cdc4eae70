#pragma once

#include <nlohmann/json_fwd.hpp>

#include "jobs/job_data.h"
#include "server/api.h"

namespace crm {

/// Of the original, the first rows of a sample (kSampleRows) are merged; of the enriched files together at
/// most this much is read, each its share from the beginning. Half a second's reading on two cores.
inline constexpr std::uint64_t kPreviewEnrichedBytes = 96u << 20;

/// The component Preview: the real engine over the original's sample. Nothing is written to the store.
///
/// Errors: denied and not_found for sources; invalid_config and invalid_input as the merge itself would give
/// them.
nlohmann::ordered_json preview_json(const Api& api, const JobData& data);

}  // namespace crm
