#pragma once

#include <string>

#include "base/fd.h"

namespace crm {

/// A new file on its way to `target`: without a name where the file system can (O_TMPFILE), else under a temporary name
/// beside its place. It is locked by its owner as long as it exists, so that `remove_stale_parts` of another run can tell
/// a file that is being written from one that a killed run left behind. Gone if it is destroyed before `publish`.
class StagedFile {
 public:
  enum class Naming { unnamed_if_possible, named };

  /// `target` is no symbolic link. The new file takes the permissions of the file that is there, else those of the umask.
  /// Errors: denied, invalid_config (no such folder), limit_exceeded.
  explicit StagedFile(const std::string& target, Naming naming = Naming::unnamed_if_possible);
  ~StagedFile();
  StagedFile(const StagedFile&) = delete;
  StagedFile& operator=(const StagedFile&) = delete;

  int fd() const { return file_.get(); }

  /// Syncs the bytes, puts the file in its place, replacing what was there, and syncs the folder.
  void publish();

 private:
  /// The constructor calls this before it makes anything that would have to be removed.
  void require_replaceable() const;
  bool open_unnamed();
  void open_named();
  void take_permissions();
  /// Gives the unnamed file a temporary name.
  void give_name();
  [[noreturn]] void fail(int error) const;

  std::string target_, name_;     ///< path as given; last component
  UniqueFd folder_, file_;
  std::string part_name_;         ///< temporary name in the folder; empty: none
};

/// Removes the parts in the folder `folder_fd` that no living process holds.
void remove_stale_parts(int folder_fd);

}  // namespace crm
