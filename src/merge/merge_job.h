#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/temp_space.h"
#include "engine/engine.h"
#include "merge/opened_inputs.h"
#include "merge/opened_outputs.h"
#include "merge/reject_policy.h"
#include "model/plan.h"
#include "model/profile.h"
#include "model/report.h"
#include "model/spec.h"
#include "report/report_json.h"

namespace crm {

/// A merge to be done, all defaults taken.
struct MergeJob {
  MergeSpec spec;
  EngineKind engine = EngineKind::stream;
  EngineLimits limits;
  std::string program_version;   ///< for the report
};

/// One merge from its files to its published outputs: what the command line and the library both do.
///
/// Threads: one at a time.
class PreparedMerge {
 public:
  /// Looks for outputs that cannot be, opens outputs and inputs, and plans. Nothing can be seen of the outputs yet;
  /// destroyed unpublished, they leave nothing.
  /// Errors: as check_outputs, create_output, open_input and plan_merge.
  PreparedMerge(MergeJob job, std::stop_token stop);

  const MergeSpec& spec() const { return job_.spec; }
  const MergePlan& plan() const { return plan_; }
  const InputProfile& original() const { return inputs_.original->profile(); }
  const std::vector<InputProfile>& enriched() const { return enriched_; }

  /// For what the caller writes itself before `publish`.
  OpenedOutputs& outputs() { return outputs_; }

  /// Checks that there is disk enough, runs the engine and checks every sum. Once.
  /// Errors: as check_disk, Engine::run and check_accounts.
  MergeReport run(ProgressSink& progress, std::stop_token stop);

  /// What a report tells of; the facts refer to this merge and to `report`.
  ReportFacts report_facts(const MergeReport& report) const;
  /// The text of the report file.
  std::string report_text(const MergeReport& report) const;

  /// Writes the report file and makes the outputs appear, the merged file last. Once, after `run`.
  /// Errors: as OutputFile::publish; cancelled if `stop` was requested.
  void publish(const MergeReport& report, std::stop_token stop);

 private:
  void check_disk_need() const;

  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  MergeJob job_;
  std::unique_ptr<TempSpace> temp_;
  OpenedOutputs outputs_;
  std::unique_ptr<RejectPolicy> rejects_;   // writes to one of outputs_
  OpenedInputs inputs_;                     // tell rejects_, and lie in temp_
  std::vector<InputProfile> enriched_;
  MergePlan plan_;
};

}  // namespace crm
