#include "app/plan_command.h"

#include <unistd.h>

#include "app/saved_spec.h"
#include "merge/opened_inputs.h"
#include "merge/output_check.h"
#include "base/fd.h"
#include "base/temp_space.h"
#include "engine/sql/sql_text.h"
#include "output/output_file.h"
#include "plan/plan_text.h"
#include "plan/planner.h"

namespace crm {

void run_plan(const RunOptions& run, const CommandContext& context) {
  check_outputs(run.spec, run.limits.database ? run.limits.database->string() : "");
  TempSpace temp(run.limits.temp_dir);
  const OpenedInputs inputs = open_inputs(run.spec, temp, {nullptr, run.limits.memory_bytes, run.limits.threads}, context.stop);
  const std::vector<InputProfile> enriched = inputs.enriched_profiles();
  const MergePlan plan = plan_merge(run.spec, inputs.original->profile(), enriched);
  const std::string text = run.print_sql ? explain_sql(plan) : plan_text(plan, inputs.original->profile(), enriched);
  if (const std::string& path = run.spec.outputs.save_spec; !path.empty()) {
    const std::unique_ptr<OutputFile> spec = create_output(path);
    spec->append(saved_spec(run, plan, inputs.original->profile(), enriched, path));
    spec->publish();
  }
  write_all(STDOUT_FILENO, text, "standard output");
}

}  // namespace crm
