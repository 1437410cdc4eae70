#pragma once

#include <chrono>
#include <map>
#include <string>

#include "jobs/job_data.h"
#include "storage/object.h"

namespace crm {

struct StoredOutput {
  ObjectInfo object;
  std::string uri;
};

/// What a job's result is made of.
struct ResultFacts {
  const JobData& data;
  const std::string& report;                             ///< the merge's JSON report
  const std::map<OutputKind, StoredOutput>& outputs;
  std::chrono::milliseconds took{0};
};

/// The result as JSON (schemas/job-result.schema.json). Errors: internal for a report of another shape.
std::string result_json(const ResultFacts& facts);

/// Figures of a report for the log and the metrics; zeros for text that is none.
struct MergeFigures {
  std::uint64_t rows = 0, matched = 0;
  std::uint64_t consolidated = 0;       ///< records that several rows of the enriched files became
  std::size_t original_columns = 0;
  double match_percent = 0;
  double rows_per_second = 0;
  std::uint64_t peak_memory_bytes = 0, spilled_bytes = 0;
};
MergeFigures merge_figures(const std::string& report);

}  // namespace crm
