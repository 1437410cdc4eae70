#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "queue/job.h"

namespace crm {

/// The working folder of one job on this machine: fetched inputs, outputs not published yet, and how far the job is.
///
/// Its lock is held by who owns the folder and by the process that merges in it, and the system lets it go when both have
/// ended, however they end. So whoever holds it may take what is there for complete or throw it away.
///
/// Threads: one at a time.
class JobFolder {
 public:
  /// The folder of `id` below `root`, made if it is not there. Nothing: somebody else holds it.
  /// Errors: denied, limit_exceeded (disk full).
  static std::optional<JobFolder> open(const std::filesystem::path& root, const JobId& id);
  /// The jobs that have a folder below `root`.
  static std::vector<JobId> jobs_in(const std::filesystem::path& root);

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path inputs() const { return path_ / "inputs"; }
  std::filesystem::path outputs() const { return path_ / "outputs"; }
  std::filesystem::path temp() const { return path_ / "temp"; }
  /// To be inherited by the process that works here.
  int lock_fd() const { return lock_.get(); }

  /// A small file of this folder, or nothing.
  std::optional<std::string> read(const std::string& name) const;
  /// Replaces a small file in one step.
  void write(const std::string& name, const std::string& text) const;
  /// Removes what a merge has made, and makes its folders anew. Inputs stay.
  void clear_outputs() const;
  /// Removes the folder with all that is in it; the lock is held to the end.
  void remove();

 private:
  JobFolder(std::filesystem::path path, UniqueFd lock) : path_(std::move(path)), lock_(std::move(lock)) {}

  std::filesystem::path path_;
  UniqueFd lock_;
};

}  // namespace crm
