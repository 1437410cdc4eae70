#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/line_log.h"
#include "queue/job_queue.h"
#include "worker/active_jobs.h"
#include "worker/attempt_line.h"

namespace crm {

/// A job's progress is told at most so often.
inline constexpr std::chrono::milliseconds kProgressEvery{250};

/// Tells the queue how far a job is, and what happened. A report that meets a lost lock ends the attempt.
/// Threads: one at a time.
class JobReporter {
 public:
  JobReporter(JobQueue& queue, const TakenJob& job, AttemptControl& control, LineLog& log, const Clock& clock);

  /// Where the attempt is: the files are being fetched, merged (`progress` of the engine), published.
  void fetching(std::size_t file, std::size_t files);
  void merging(const EngineProgress& progress);
  void publishing(std::size_t output, std::size_t outputs);
  /// 100 %: everything is in its place.
  void published(std::uint64_t rows);
  void log(std::string_view line, LogLevel level = LogLevel::info);

 private:
  struct Place {
    std::string stage, message;
    double percentage = 0;
    std::uint64_t rows = 0, total_rows = 0;
    double rows_per_second = 0;
  };
  void tell(const Place& place, bool now);
  std::optional<double> eta(double percentage) const;

  JobQueue& queue_;
  const TakenJob& job_;
  AttemptControl& control_;
  LineLog& log_;
  const Clock& clock_;
  SteadyTime began_;
  std::optional<SteadyTime> told_;
  double percentage_ = 0;  // never goes down, over all attempts
};

}  // namespace crm
