#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "queue/job_queue.h"
#include "service/data_folder.h"
#include "service/settings.h"
#include "storage/object_store.h"

namespace crm {

/// The queue at `address`. In Redis, jobs of dead workers are looked for every `stalled_interval`, over all workers.
/// `clock` must outlive it. Errors: invalid_config for an address of another kind; those of the queue.
std::unique_ptr<JobQueue> open_queue(const QueueAddress& address, std::chrono::milliseconds stalled_interval,
                                     const DataFolder& data, const Clock& clock);

/// The store at `address` ("file:PATH"); an empty one is the data folder's. Errors: as open_queue.
std::unique_ptr<ObjectStore> open_store(const std::string& address, const DataFolder& data, const Clock& clock);

}  // namespace crm
