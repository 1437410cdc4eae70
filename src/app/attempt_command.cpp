#include "app/attempt_command.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <vector>

#include "base/error.h"
#include "base/temp_space.h"
#include "merge/opened_inputs.h"
#include "merge/reject_policy.h"
#include "worker/attempt_request.h"

namespace crm {
namespace {

/// A worker that is killed takes its attempts with it, so that nobody works on a job that another worker has by now.
void end_with(int worker_pid) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != worker_pid) throw Error(ErrorCode::cancelled, "the worker that asked for this attempt is gone");
}

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(ErrorCode::invalid_config, "crm-merge attempt is run by crm-merge worker, with a file that it writes");
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The older form chooses among the original's columns too, so its header is wanted before the rules are complete.
std::vector<std::string> header_of_original(const AttemptRequest& request, const CommandContext& context) {
  JobData data = parse_job_data(request.data);
  if (data.column_choices.empty()) return {};
  MergeSpec spec = std::move(data.spec);
  spec.enriched.clear();
  spec.original.path = request.inputs.at(0).path.string();
  TempSpace temp(request.temp_dir);
  const std::unique_ptr<RejectPolicy> rejects = make_rejects_end_the_merge();
  const OpenedInputs inputs = open_inputs(spec, temp, {rejects.get(), request.memory_bytes}, context.stop);
  return inputs.original->profile().columns;
}

}  // namespace

void run_attempt(const std::string& request_file, const CommandContext& context) {
  const AttemptRequest request = attempt_request_from(text_of(request_file));
  end_with(request.worker_pid);
  RunOptions run;
  run.spec = spec_of_attempt(request, header_of_original(request, context));
  run.engine = request.sql_engine ? EngineKind::sql : EngineKind::stream;
  run.limits.memory_bytes = request.memory_bytes;
  run.limits.threads = request.threads;
  run.limits.temp_dir = request.temp_dir;
  run.progress = ProgressMode::json;
  run.json = true;
  run_merge(run, context);
}

}  // namespace crm
