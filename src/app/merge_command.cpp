#include "app/merge_command.h"

#include <chrono>
#include <memory>

#include "app/progress_display.h"
#include "app/saved_spec.h"
#include "app/summary.h"
#include "app/version.h"
#include "base/error.h"
#include "base/memory_cap.h"
#include "merge/merge_job.h"
#include "report/report_html.h"

namespace crm {
namespace {

/// Carries the merge out with progress shown; the display is ended before an error is passed on.
MergeReport run_shown(PreparedMerge& merge, ProgressMode mode, const CommandContext& context) {
  const auto began = std::chrono::steady_clock::now();
  ProgressOptions options;
  options.mode = mode;
  options.display = context.display;
  options.write = context.write_error;
  options.seconds = [began] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  };
  const std::unique_ptr<ProgressDisplay> display = make_progress_display(options);
  try {
    MergeReport report = merge.run(*display, context.stop);
    display->finish(true);
    return report;
  } catch (...) {
    display->finish(false);
    throw;
  }
}

/// The page for people, with the rules in force. A path that no spec file can hold leaves them out: the report is worth more.
std::string report_page(const RunOptions& run, const PreparedMerge& merge, const MergeReport& report) {
  std::string rules;
  try {
    rules = saved_spec(run, merge.plan(), merge.original(), merge.enriched(), "");
  } catch (const Error& error) {
    if (error.code() != ErrorCode::invalid_config) throw;
  }
  return report_html(merge.report_facts(report), rules);
}

}  // namespace

void run_merge(const RunOptions& run, const CommandContext& context) {
  if (run.engine == EngineKind::stream) {  // the sql engine watches DuckDB's memory, and the process's, itself
    use_lean_malloc();
    cap_memory(run.limits.memory_bytes);
  }
  PreparedMerge merge({run.spec, run.engine, run.limits, program_version()}, context.stop);
  const MergeReport report = run_shown(merge, run.progress, context);
  OpenedOutputs& outputs = merge.outputs();
  if (outputs.report_html) outputs.report_html->append(report_page(run, merge, report));
  if (outputs.spec) {
    outputs.spec->append(saved_spec(run, merge.plan(), merge.original(), merge.enriched(), run.spec.outputs.save_spec));
  }
  merge.publish(report, context.stop);

  const SummaryFacts facts{run.spec, merge.plan(), merge.original(), merge.enriched(), report, run.verbose};
  if (run.json) context.write_error(summary_json(facts));
  else if (!run.quiet) context.write_error(summary_text(facts, context.display));
}

}  // namespace crm
