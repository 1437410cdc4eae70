#pragma once

#include <filesystem>
#include <string>

#include "base/fd.h"

namespace crm {

/// What a data folder looks like inside; a folder of a newer version is refused, an older one migrated after a copy.
inline constexpr int kDataFolderVersion = 1;

/// The folder in which the service keeps everything: queue.db, files/, work/, audit.log, session.key, version.
///
/// While it is open nobody restores into it. Threads: any.
class DataFolder {
 public:
  /// Opens it, made if it is not there. Errors: invalid_config for a folder of a newer version or of somebody else's files,
  /// denied, conflict while it is being restored.
  explicit DataFolder(std::filesystem::path path);

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path queue_file() const { return path_ / "queue.db"; }
  std::filesystem::path store_folder() const { return path_ / "files"; }
  std::filesystem::path work_folder() const { return path_ / "work"; }
  std::filesystem::path audit_log() const { return path_ / "audit.log"; }

  /// What signs the page's cookies; made at the first call. Errors: denied.
  std::string session_key() const;

 private:
  std::filesystem::path path_;
  UniqueFd lock_;
};

/// Where the data folder is unless it is told: $XDG_DATA_HOME/crm-merge, ~/.local/share/crm-merge, or /var/lib/crm-merge.
std::filesystem::path default_data_folder();

}  // namespace crm
