#pragma once

#include <dirent.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "storage/content_hash.h"
#include "storage/object_store.h"

// The staging folder holds what is not an object yet. Each entry is locked by the open descriptor of its
// owner; one that nobody has locked was left by a dead process.
namespace crm::staging {

/// An entry of the staging folder: a file or a folder, locked; removed when destroyed, unless `leave` was
/// called.
class Entry {
 public:
  enum class Kind { file, folder };

  /// Errors: see `throw_storage_error`.
  Entry(int staging_fd, Kind kind);
  ~Entry();
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;

  int fd() const { return fd_.get(); }
  const std::string& name() const { return name_; }
  /// It has been moved away.
  void leave() { name_.clear(); }

 private:
  int staging_fd_;
  UniqueFd fd_;
  std::string name_;
};

/// Removes a file or a whole folder; adds what it freed. What is gone already is all right.
void remove_all_at(int folder, const std::string& name, SweepReport& report);

/// Removes what dead owners left.
void sweep(int staging_fd, SweepReport& report);

/// Calls `take` for each entry of a folder but `.` and `..`, in no order; for none if it cannot be read.
void for_each_entry(int folder, const std::function<void(const dirent&)>& take);

/// Names in a folder, without `.` and `..`, in no order.
std::vector<std::string> names_in(int folder);

}  // namespace crm::staging
