#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "queue/job_queue.h"
#include "service/data_folder.h"
#include "storage/object_store.h"

namespace crm {

/// The queue at `address` ("sqlite:PATH"); an empty one is the data folder's. `clock` must outlive it.
/// Errors: invalid_config for an address of another kind; those of the queue.
std::unique_ptr<JobQueue> open_queue(const std::string& address, const DataFolder& data, const Clock& clock);

/// The store at `address` ("file:PATH"); an empty one is the data folder's. Errors: as open_queue.
std::unique_ptr<ObjectStore> open_store(const std::string& address, const DataFolder& data, const Clock& clock);

}  // namespace crm
