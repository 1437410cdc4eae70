#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/line_log.h"
#include "queue/job_queue.h"
#include "storage/object_store.h"
#include "worker/active_jobs.h"
#include "worker/job_folder.h"
#include "worker/job_reporter.h"
#include "worker/job_result.h"
#include "worker/job_state.h"

namespace crm {

/// How merges run on this machine.
struct MergeSettings {
  std::filesystem::path program;      ///< crm-merge itself: each attempt is a process of its own
  std::filesystem::path work_folder;  ///< jobs' folders
  std::filesystem::path temp_dir;     ///< where merges spill; empty: in their jobs' folders
  bool allow_file_sources = false;    ///< job data may name files of this machine
  std::uint64_t memory_bytes = 512'000'000;  ///< of a job
  int threads = 1;                    ///< of a job
  bool sql_engine = false;
  std::chrono::milliseconds lock_duration{60'000};
  std::string results_prefix = "crm-merge-results/";  ///< of jobs that name none: results_prefix + id + "/"
};

/// One attempt of one job: fetch its files, merge in a process of its own, publish what came out.
///
/// What an earlier attempt on this machine fetched or published is used again where it is still the same. The merged file
/// is published last. Nothing is published once the lock is lost.
///
/// Threads: one at a time; `control` ends it from others.
class JobAttempt {
 public:
  JobAttempt(JobQueue& queue, ObjectStore& store, const MergeSettings& settings, const TakenJob& job,
             AttemptControl& control, LineLog& log, const Clock& clock);

  /// Returns the job's result, JSON. Errors: what went wrong; cancelled when `control` ended it.
  std::string run();
  /// Of the merge, once `run` has returned.
  const MergeFigures& figures() const { return figures_; }
  /// Removes the job's folder: it will not be tried again.
  void forget();

 private:
  void open_folder();
  void load_state();
  void save_state();
  const JobSource& source_of(std::size_t number) const;
  std::optional<std::filesystem::path> local_source(const JobSource& source) const;
  std::string key_of(const JobSource& source) const;
  void fetch_inputs();
  void fetch_input(std::size_t number, const JobSource& source);
  void take_local_input(std::size_t number, const std::filesystem::path& path);
  std::filesystem::path input_path(std::size_t number) const;
  std::string shown_name(std::size_t number) const;
  bool outputs_are_there() const;
  void merge();
  void publish();
  void publish_one(OutputKind kind);
  std::string output_key(OutputKind kind) const;
  std::filesystem::path output_path(OutputKind kind) const;
  std::vector<OutputKind> wanted_outputs() const;
  std::string without_paths(std::string message) const;
  void require_lock();
  void stop_if_asked() const;
  void log_figures();

  JobQueue& queue_;
  ObjectStore& store_;
  const MergeSettings& settings_;
  const TakenJob& job_;
  AttemptControl& control_;
  const Clock& clock_;
  JobReporter reporter_;
  SteadyTime began_;
  JobData data_;
  std::optional<JobFolder> folder_;
  JobProgressState state_;
  std::string report_;
  MergeFigures figures_;
  std::map<OutputKind, StoredOutput> published_;
};

}  // namespace crm
