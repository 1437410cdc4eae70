#include "app/merge_command.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "app/disk_need.h"
#include "app/opened_inputs.h"
#include "app/opened_outputs.h"
#include "app/output_check.h"
#include "app/progress_display.h"
#include "app/summary.h"
#include "app/version.h"
#include "base/error.h"
#include "base/memory_cap.h"
#include "base/temp_space.h"
#include "engine/side_files.h"
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

void check_disk_need(const RunOptions& run, const OpenedInputs& inputs) {
  DiskEstimate estimate;
  estimate.original_bytes = inputs.original->text_bytes();
  for (const auto& input : inputs.enriched) estimate.enriched_bytes += input->text_bytes();
  estimate.memory_bytes = run.limits.memory_bytes;
  estimate.sql = run.engine == EngineKind::sql;

  std::vector<DiskNeed> needs;
  const std::string& merged = run.spec.outputs.merged;
  if (!run.spec.dry_run && takes_disk(merged)) {
    // Text of a CRM shrinks to a fifth or less; a quarter is on the safe side.
    const bool compressed = merged.ends_with(".gz") || merged.ends_with(".zst");
    needs.push_back({folder_of(merged), "the merged file", estimated_merged_bytes(estimate) / (compressed ? 4 : 1)});
  }
  needs.push_back({run.limits.temp_dir.string(), "temporary files", estimated_spill_bytes(estimate)});
  check_disk(needs);
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

/// Runs the engine with progress shown; the display is ended before an error is passed on.
MergeReport run_engine(const RunOptions& run, const MergePlan& plan, const EngineInputs& inputs,
                       const EngineOutputs& outputs, const CommandContext& context) {
  const auto began = std::chrono::steady_clock::now();
  ProgressOptions options;
  options.mode = run.progress;
  options.display = context.display;
  options.write = context.write_error;
  options.seconds = [began] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  };
  const std::unique_ptr<ProgressDisplay> display = make_progress_display(options);
  try {
    MergeReport report =
        make_engine(run.engine)->run(plan, inputs, outputs, run.limits, *display, context.stop);
    display->finish(true);
    return report;
  } catch (...) {
    display->finish(false);
    throw;
  }
}

std::string report_text(const RunOptions& run, const SummaryFacts& facts) {
  return report_json({facts.plan, facts.original, facts.enriched, facts.report, program_version(),
                      run.engine == EngineKind::sql ? "sql" : "stream", run.limits.threads, run.limits.memory_bytes});
}

void stop_if_asked(const CommandContext& context) {
  if (context.stop.stop_requested()) throw Error(ErrorCode::cancelled, "cancelled");
}

}  // namespace

void run_merge(const RunOptions& run, const CommandContext& context) {
  const auto began = std::chrono::steady_clock::now();
  const MergeSpec& spec = run.spec;
  if (run.engine == EngineKind::stream) cap_memory(run.limits.memory_bytes);  // the sql engine watches DuckDB
  check_outputs(spec, run.limits.database ? run.limits.database->string() : "");
  TempSpace temp(run.limits.temp_dir);
  OpenedOutputs outputs = open_outputs(spec, context.stop);
  const std::unique_ptr<RejectPolicy> rejects = reject_policy(spec, outputs.rejects.get());
  OpenedInputs inputs = open_inputs(spec, temp, {rejects.get(), run.limits.memory_bytes}, context.stop);
  const std::vector<InputProfile> enriched = inputs.enriched_profiles();
  const MergePlan plan = plan_merge(spec, inputs.original->profile(), enriched);
  check_disk_need(run, inputs);

  EngineInputs engine_inputs;
  engine_inputs.original = inputs.original.get();
  for (const auto& input : inputs.enriched) engine_inputs.enriched.push_back(input.get());
  engine_inputs.rejects = rejects.get();
  MergeReport report = run_engine(run, plan, engine_inputs, outputs.for_engine(), context);
  check_accounts(plan, report);
  report.peak_rss_bytes = process_peak_bytes();
  report.wall = std::chrono::steady_clock::now() - began;

  const SummaryFacts facts{spec, plan, inputs.original->profile(), enriched, report, run.verbose};
  if (outputs.report) outputs.report->append(report_text(run, facts));
  stop_if_asked(context);
  outputs.publish();
  if (run.json) context.write_error(summary_json(facts));
  else if (!run.quiet) context.write_error(summary_text(facts, context.display));
}

}  // namespace crm
