#include "service/backends.h"

#include <fmt/format.h>

#include "base/error.h"
#include "bullmq/bullmq_job_queue.h"
#include "queue/sqlite_job_queue.h"
#include "storage/folder_store.h"

namespace crm {
namespace {

constexpr std::string_view kSqliteScheme = "sqlite:", kFileScheme = "file:";

}  // namespace

std::unique_ptr<JobQueue> open_queue(const QueueAddress& address, std::chrono::milliseconds stalled_interval,
                                     const DataFolder& data, const Clock& clock) {
  if (address.url.empty()) return open_sqlite_queue(data.queue_file(), clock);
  if (address.url.starts_with(kSqliteScheme) && address.url.size() > kSqliteScheme.size()) {
    return open_sqlite_queue(address.url.substr(kSqliteScheme.size()), clock);
  }
  if (address.url.find("://") == std::string::npos) {
    throw Error(ErrorCode::invalid_config, fmt::format("--queue {}: give sqlite:PATH or redis://HOST:PORT/DB", address.url));
  }
  BullmqOptions options;
  options.url = address.url;
  options.queue = address.name;
  options.prefix = address.prefix;
  options.bullmq_folder = address.bullmq_folder;
  options.stalled_interval = stalled_interval;
  return open_bullmq_queue(options, clock);
}

std::unique_ptr<ObjectStore> open_store(const std::string& address, const DataFolder& data, const Clock& clock) {
  if (address.empty()) return open_folder_store(data.store_folder(), clock);
  if (!address.starts_with(kFileScheme) || address.size() == kFileScheme.size()) {
    throw Error(ErrorCode::invalid_config, fmt::format("--store {}: give file:PATH", address));
  }
  return open_folder_store(address.substr(kFileScheme.size()), clock);
}

}  // namespace crm
