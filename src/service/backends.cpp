#include "service/backends.h"

#include <fmt/format.h>

#include "base/error.h"
#include "queue/sqlite_job_queue.h"
#include "storage/folder_store.h"

namespace crm {
namespace {

/// What follows `scheme` in an address that begins with it. Errors: invalid_config.
std::string path_of(const std::string& address, std::string_view scheme, const char* option) {
  if (address.starts_with(scheme) && address.size() > scheme.size()) return address.substr(scheme.size());
  throw Error(ErrorCode::invalid_config, fmt::format("{} {}: give {}PATH", option, address, scheme));
}

}  // namespace

std::unique_ptr<JobQueue> open_queue(const std::string& address, const DataFolder& data, const Clock& clock) {
  if (address.empty()) return open_sqlite_queue(data.queue_file(), clock);
  return open_sqlite_queue(path_of(address, "sqlite:", "--queue"), clock);
}

std::unique_ptr<ObjectStore> open_store(const std::string& address, const DataFolder& data, const Clock& clock) {
  if (address.empty()) return open_folder_store(data.store_folder(), clock);
  return open_folder_store(path_of(address, "file:", "--store"), clock);
}

}  // namespace crm
