#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "app/client_options.h"
#include "app/terminal.h"

namespace crm {

/// What the summary of a completed job tells of.
struct JobSummaryFacts {
  const nlohmann::ordered_json& job;      ///< the component Job
  const nlohmann::ordered_json& report;   ///< the merge's report; null: there is none
  const std::vector<BroughtOutput>& brought;
  bool verbose = false;
};

/// What a service did, for people, as the summary of a merge on this machine. Ends with a line end.
std::string job_summary_text(const JobSummaryFacts& facts, const Display& display);

/// The same as one JSON object on one line.
std::string job_summary_json(const JobSummaryFacts& facts);

/// A table of jobs (components JobSummary).
std::string job_table_text(const nlohmann::ordered_json& jobs, const Display& display);

}  // namespace crm
