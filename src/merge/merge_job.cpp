#include "merge/merge_job.h"

#include <filesystem>

#include "base/error.h"
#include "engine/side_files.h"
#include "merge/disk_need.h"
#include "merge/machine.h"
#include "merge/output_check.h"
#include "plan/planner.h"
#include "report/report_json.h"

namespace crm {
namespace {

namespace fs = std::filesystem;

std::string folder_of(const std::string& path) {
  const fs::path parent = fs::path(path).parent_path();
  return parent.empty() ? "." : parent.string();
}

/// True if bytes written to `path` take room on a disk that we can ask.
bool takes_disk(const std::string& path) {
  std::error_code ignored;
  return !path.empty() && path != "-" && (!fs::exists(path, ignored) || fs::is_regular_file(path, ignored));
}

std::unique_ptr<RejectPolicy> reject_policy(const MergeSpec& spec, OutputFile* file) {
  if (spec.outputs.rejects.empty()) return make_rejects_end_the_merge();
  return make_rejects_set_aside(file, output_delimiter(spec.outputs.rejects), spec.max_rejects);
}

std::unique_ptr<Engine> make_engine(EngineKind kind) {
  switch (kind) {
    case EngineKind::stream: return make_stream_engine();
    case EngineKind::sql: return make_sql_engine();
  }
  throw Error(ErrorCode::internal, "no such engine");
}

}  // namespace

PreparedMerge::PreparedMerge(MergeJob job, std::stop_token stop) : job_(std::move(job)) {
  const MergeSpec& spec = job_.spec;
  check_outputs(spec, job_.limits.database ? job_.limits.database->string() : "");
  temp_ = std::make_unique<TempSpace>(job_.limits.temp_dir);
  outputs_ = open_outputs(spec, {temp_.get(), job_.limits.memory_bytes, stop});
  rejects_ = reject_policy(spec, outputs_.rejects.get());
  inputs_ = open_inputs(spec, *temp_, {rejects_.get(), job_.limits.memory_bytes, job_.limits.threads}, stop);
  enriched_ = inputs_.enriched_profiles();
  plan_ = plan_merge(spec, original(), enriched_);
}

void PreparedMerge::check_disk_need() const {
  DiskEstimate estimate;
  estimate.original_bytes = inputs_.original->text_bytes();
  for (const auto& input : inputs_.enriched) estimate.enriched_bytes += input->text_bytes();
  estimate.memory_bytes = job_.limits.memory_bytes;
  estimate.sql = job_.engine == EngineKind::sql;

  std::vector<DiskNeed> needs;
  const std::string& merged = spec().outputs.merged;
  if (!spec().dry_run && takes_disk(merged)) {
    // Text of a CRM shrinks to a fifth or less; a quarter is on the safe side.
    const bool compressed = merged.ends_with(".gz") || merged.ends_with(".zst");
    needs.push_back({folder_of(merged), "the merged file", estimated_merged_bytes(estimate) / (compressed ? 4 : 1)});
  }
  needs.push_back({job_.limits.temp_dir.string(), "temporary files", estimated_spill_bytes(estimate)});
  check_disk(needs);
}

MergeReport PreparedMerge::run(ProgressSink& progress, std::stop_token stop) {
  check_disk_need();
  EngineInputs engine_inputs;
  engine_inputs.original = inputs_.original.get();
  for (const auto& input : inputs_.enriched) engine_inputs.enriched.push_back(input.get());
  engine_inputs.rejects = rejects_.get();
  MergeReport report =
      make_engine(job_.engine)->run(plan_, engine_inputs, outputs_.for_engine(), job_.limits, progress, stop);
  check_accounts(plan_, report);
  report.peak_rss_bytes = process_peak_bytes();
  report.wall = std::chrono::steady_clock::now() - began_;
  return report;
}

ReportFacts PreparedMerge::report_facts(const MergeReport& report) const {
  return {plan_, original(), enriched_, report, job_.program_version,
          job_.engine == EngineKind::sql ? "sql" : "stream", job_.limits.threads, job_.limits.memory_bytes};
}

std::string PreparedMerge::report_text(const MergeReport& report) const { return report_json(report_facts(report)); }

void PreparedMerge::publish(const MergeReport& report, std::stop_token stop) {
  if (outputs_.report) outputs_.report->append(report_text(report));
  if (stop.stop_requested()) throw Error(ErrorCode::cancelled, "cancelled");
  outputs_.publish();
}

}  // namespace crm
