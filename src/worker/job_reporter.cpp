#include "worker/job_reporter.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace crm {
namespace {

using nlohmann::json;

// Of a job's time, in percent, where each part ends.
constexpr double kFetched = 4, kMerged = 95, kPublished = 99;

double percentage_of(const std::string& progress) {
  const json value = json::parse(progress, nullptr, false);
  return value.is_object() ? value.value("percentage", 0.0) : 0.0;
}

double between(double from, double to, std::size_t done, std::size_t all) {
  return all == 0 ? to : from + (to - from) * static_cast<double>(done) / static_cast<double>(all);
}

}  // namespace

JobReporter::JobReporter(JobQueue& queue, const TakenJob& job, AttemptControl& control, LineLog& log,
                         const Clock& clock)
    : queue_(queue), job_(job), control_(control), log_(log), clock_(clock), began_(clock.steady_now()),
      percentage_(percentage_of(job.job.progress)) {}

void JobReporter::fetching(std::size_t file, std::size_t files) {
  tell({"import_original", fmt::format("fetching file {} of {}", file + 1, files), between(0, kFetched, file, files)},
       file == 0);
}

void JobReporter::merging(const EngineProgress& progress) {
  tell({progress.stage, "merging", kFetched + (kMerged - kFetched) * std::clamp(progress.fraction, 0.0, 1.0),
        progress.rows, progress.total_rows, progress.rows_per_second},
       false);
}

void JobReporter::publishing(std::size_t output, std::size_t outputs) {
  tell({"export", "publishing", between(kMerged, kPublished, output, outputs)}, false);
}

void JobReporter::published(std::uint64_t rows) { tell({"export", "done", 100, rows, rows}, true); }

void JobReporter::tell(const Place& place, bool now) {
  const SteadyTime time = clock_.steady_now();
  percentage_ = std::max(percentage_, place.percentage);
  if (!now && told_ && time - *told_ < kProgressEvery) return;
  told_ = time;
  const double percentage = std::floor(percentage_ * 10) / 10;
  json progress = {{"stage", place.stage},
                   {"percentage", percentage},
                   {"progress", percentage},
                   {"message", place.message},
                   {"rowsProcessed", place.rows},
                   {"rowsPerSecond", place.rows_per_second}};
  if (place.total_rows > 0) progress["totalRows"] = place.total_rows;
  if (const auto seconds = eta(place.percentage)) progress["eta"] = *seconds;
  if (queue_.update_progress(job_.lock, progress.dump()) == LockState::lost) control_.stop(AttemptStop::lock_lost);
}

std::optional<double> JobReporter::eta(double percentage) const {
  if (percentage < kFetched + 1) return std::nullopt;
  const double elapsed = std::chrono::duration<double>(clock_.steady_now() - began_).count();
  return std::round(elapsed * (100 - percentage) / percentage * 10) / 10;
}

void JobReporter::log(std::string_view line, LogLevel level) {
  log_.write(level, line, {{"job", job_.job.id}});
  if (queue_.append_log(job_.lock, line) == LockState::lost) control_.stop(AttemptStop::lock_lost);
}

}  // namespace crm
