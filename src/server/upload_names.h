#pragma once

#include <nlohmann/json_fwd.hpp>

#include "storage/object_store.h"

namespace crm {

/// Gives the sources of job data (the newer form) that have no name the one that their uploaded file has: an upload's key
/// says nothing to people. Enriched files are told apart by numbers. What is no such data is left as it is.
void name_uploads(ObjectStore& store, nlohmann::ordered_json& job);

}  // namespace crm
