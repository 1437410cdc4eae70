#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/fd.h"

namespace crm {

/// Where a key's file is: an open folder and a name in it.
struct KeyPlace {
  UniqueFd folder;
  std::string name;
};

enum class Replace { yes, no };

/// The store's folder on disk. Keys become paths here and nowhere else: component by component from an open
/// folder, never through a symbolic link, so none can lead out of it. Threads: any.
class StoreFolder {
 public:
  /// Makes the folder where it does not exist. Errors: invalid_config, denied.
  explicit StoreFolder(const std::filesystem::path& folder);

  const std::filesystem::path& path() const { return path_; }
  int fd() const { return root_.get(); }

  /// Nothing: there is no such folder (or one of them is a file or a link).
  std::optional<KeyPlace> find(std::string_view key) const;
  /// The object's file, opened for reading; nothing: no such object.
  UniqueFd open(std::string_view key) const;
  /// Renames the file `name` of the folder `from` to the key's place, making folders as needed, and syncs
  /// what changed. Errors: conflict when it must not replace, or when a part of the key is an object.
  void publish(int from, const std::string& name, std::string_view key, Replace replace) const;
  /// Removes the object and folders that became empty. True if there was one.
  bool remove(std::string_view key) const;

  /// Folders in the reserved one: what is on its way, and uploads.
  int staging_fd() const { return staging_.get(); }
  int uploads_fd() const { return uploads_.get(); }

 private:
  KeyPlace make(std::string_view key) const;
  void remove_empty_parents(std::string_view key) const;

  std::filesystem::path path_;
  UniqueFd root_, staging_, uploads_;
};

/// A folder below another, opened without following a link; none: errno says why.
UniqueFd open_folder_at(int folder, const std::string& name);

/// As `open_folder_at`; makes it where it does not exist. Errors: see `throw_storage_error`.
UniqueFd make_folder_at(int folder, const std::string& name);

/// Syncs a folder so that its names are on disk; file systems that cannot are left alone.
void sync_folder(int folder);

/// The error for an errno of an operation on `what`.
[[noreturn]] void throw_storage_error(int error, const std::string& what);

}  // namespace crm
