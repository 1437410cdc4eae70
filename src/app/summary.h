#pragma once

#include <string>
#include <vector>

#include "app/terminal.h"
#include "model/plan.h"
#include "model/profile.h"
#include "model/report.h"
#include "model/spec.h"

namespace crm {

/// What the summary tells of.
struct SummaryFacts {
  const MergeSpec& spec;
  const MergePlan& plan;
  const InputProfile& original;
  const std::vector<InputProfile>& enriched;
  const MergeReport& report;
  bool verbose = false;
};

/// What happened, for people: short, with bars and colours where `display` has them. Ends with a line end.
std::string summary_text(const SummaryFacts& facts, const Display& display);

/// The same as one JSON object on one line, for `--progress json`.
std::string summary_json(const SummaryFacts& facts);


/// "UTF-8 with BOM, semicolon, 12 columns, header on line 4": what a file was found to be.
std::string format_text(const InputProfile& profile);

}  // namespace crm
