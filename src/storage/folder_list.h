#pragma once

#include "storage/object_store.h"
#include "storage/store_folder.h"

namespace crm {

/// A page of objects in the order of their keys' bytes. Memory: a page and kListBatch names per folder level.
ObjectPage list_folder(const StoreFolder& folder, const ListQuery& query);

}  // namespace crm
