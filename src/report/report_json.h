#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/plan.h"
#include "model/profile.h"
#include "model/report.h"

namespace crm {

/// What the report file tells of.
struct ReportFacts {
  const MergePlan& plan;
  const InputProfile& original;
  const std::vector<InputProfile>& enriched;  ///< in rank order
  const MergeReport& report;
  std::string version;                        ///< of the program

  // Of this run, not of its result: told among the measurements.
  std::string engine;
  int threads = 0;
  std::uint64_t memory_limit_bytes = 0;
};

/// The text of `--report FILE.json` (contract, section 8), with a line end: one object, keys in snake_case in a fixed
/// order. All but the object "measurements", which comes last, is a function of the inputs and the spec.
std::string report_json(const ReportFacts& facts);

}  // namespace crm
