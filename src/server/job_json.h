#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "queue/job.h"

// Jobs as the API shows them.
namespace crm {

/// What the producer put into `metadata`; null if there is none.
nlohmann::ordered_json job_metadata(const Job& job);

/// The component JobSummary.
nlohmann::ordered_json job_summary(const Job& job);

/// One published output of a completed job.
struct PublishedOutput {
  std::string name;  ///< "merged"
  std::string key;   ///< in the store
};

/// The outputs that a job's result names; none before it completed.
std::vector<PublishedOutput> published_outputs(const Job& job);

}  // namespace crm
