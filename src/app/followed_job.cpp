#include "app/followed_job.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "base/error.h"
#include "base/error_code.h"

namespace crm {
namespace {

using nlohmann::ordered_json;
using SteadyClock = std::chrono::steady_clock;

/// A job that waits longer than this is worth a word.
constexpr std::chrono::seconds kWaitWorthAWord{2};

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

/// The component JobProgress as a merge on this machine tells of itself; false for what is none.
bool read_progress(const ordered_json& job, Progress& progress) {
  if (!job.contains("progress") || !job["progress"].is_object()) return false;
  const ordered_json& told = job["progress"];
  const std::string code = told.value("stage", "");
  for (const Stage stage : {Stage::import_original, Stage::import_enriched, Stage::consolidate, Stage::match, Stage::export_}) {
    if (stage_code(stage) != code) continue;
    progress.stage = stage;
    progress.fraction = told.value("percentage", 0.0) / 100;
    progress.rows = told.value("rowsProcessed", std::uint64_t{0});
    progress.total_rows = told.value("totalRows", std::uint64_t{0});
    progress.stage_fraction = share(progress.rows, progress.total_rows);
    return true;
  }
  return false;
}

std::string waiting_words(const ordered_json& job, const std::string& id) {
  if (job.value("state", "") == "delayed" && job.contains("failed_reason")) {
    return fmt::format("crm-merge: job {} failed ({}) and will be tried again\n", id, printable(job["failed_reason"].get<std::string>()));
  }
  return fmt::format("crm-merge: job {} waits for a worker\n", id);
}

/// Says once in a while that nothing happens, and why.
class WaitingWords {
 public:
  WaitingWords(const Telling& telling, const CommandContext& context)
      : silent_(telling.quiet || telling.json), context_(context) {}

  void hear(const ordered_json& job, const std::string& id) {
    const std::string state = job.value("state", "");
    if (state != state_) {
      state_ = state;
      since_ = SteadyClock::now();
      said_ = false;
    }
    if (silent_ || said_ || (state != "waiting" && state != "delayed") || SteadyClock::now() - since_ < kWaitWorthAWord) return;
    said_ = true;
    context_.write_error(waiting_words(job, id));
  }

 private:
  bool silent_, said_ = false;
  const CommandContext& context_;
  std::string state_;
  SteadyClock::time_point since_;
};

bool is_over(const std::string& state) { return state == "completed" || state == "failed" || state == "cancelled"; }

}  // namespace

void with_progress(const Telling& telling, const CommandContext& context, const std::function<void(ProgressDisplay&)>& work) {
  const auto began = SteadyClock::now();
  const std::unique_ptr<ProgressDisplay> display = make_progress_display(
      {.mode = telling.progress, .display = context.display,
       .seconds = [began] { return std::chrono::duration<double>(SteadyClock::now() - began).count(); },
       .write = context.write_error});
  try {
    work(*display);
    display->finish(true);
  } catch (...) {
    display->finish(false);
    throw;
  }
}

Error error_of_job(const ordered_json& job) {
  const std::string id = job.value("id", "");
  if (job.value("state", "") == "cancelled") return {ErrorCode::cancelled, fmt::format("job {} was cancelled", id)};
  const std::string reason = job.value("failed_reason", "internal: no reason is known");
  const std::size_t colon = reason.find(": ");
  const auto code = colon == std::string::npos ? std::nullopt : error_code_of_name(std::string_view(reason).substr(0, colon));
  return {code.value_or(ErrorCode::internal), fmt::format("job {} failed: {}", id, code ? reason.substr(colon + 2) : reason)};
}

ordered_json follow_job(ServiceClient& client, const std::string& id, const Telling& telling, const CommandContext& context) {
  ordered_json job;
  try {
    with_progress(telling, context, [&](ProgressDisplay& display) {
      WaitingWords words(telling, context);
      std::chrono::milliseconds wait = kFirstPoll;
      for (;;) {
        job = client.job(id);
        Progress progress;
        if (read_progress(job, progress)) display.update(progress);
        if (is_over(job.value("state", ""))) break;
        words.hear(job, id);
        client.rest(wait);
        wait = std::min(wait * 2, kPoll);
      }
      if (job.value("state", "") != "completed") throw error_of_job(job);
    });
  } catch (const Error& error) {
    if (!context.stop.stop_requested() || error.code() != ErrorCode::cancelled) throw;
    throw Error(ErrorCode::cancelled, fmt::format("no longer watching; job {0} goes on: crm-merge watch {0} shows it again, crm-merge "
                                                  "cancel {0} stops it", id));
  }
  return job;
}

}  // namespace crm
