#pragma once

#include <filesystem>
#include <memory>

#include "base/clock.h"
#include "storage/object_store.h"

namespace crm {

/// An ObjectStore in a folder, for any number of threads and processes: the object `a/b.csv` is the file
/// `a/b.csv` there, so `a` cannot be an object at the same time (conflict). `.crm-merge` below it holds what
/// is on its way.
///
/// The folder is made where it does not exist. A file that somebody else puts there is an object too;
/// symbolic links are not. `clock` must outlive it. Errors: invalid_config, denied.
std::unique_ptr<ObjectStore> open_folder_store(const std::filesystem::path& folder,
                                               const Clock& clock = system_clock());

}  // namespace crm
