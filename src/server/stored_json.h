#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace crm {

class ObjectStore;

/// The service's own small records, kept as objects beside the files so that every process of a deployment
/// sees them.
inline constexpr std::size_t kMaxRecordBytes = 1u << 20;

/// Nothing: no such object. Errors: those of the store; internal for a record that is no JSON.
std::optional<nlohmann::ordered_json> load_record(ObjectStore& store, const std::string& key);
void save_record(ObjectStore& store, const std::string& key, const nlohmann::ordered_json& record);

/// 128 random bits as 32 hex digits.
std::string random_id();

}  // namespace crm
