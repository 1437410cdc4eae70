#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/sql/key_maker_pool.h"
#include "model/rule_names.h"
#include "model/spec.h"

namespace crm::duck {
class Connection;
}

// The functions of the contract, as SQL calls them. All engines call the same C++.
namespace crm {

// A key is scoped by its identifier: in SQL its text is "N:key", where N, the *lane*, is twice the identifier's number,
// plus one for a company's key. The *entry* of a key is its place among all keys of the original:
//   row (1-based) × 2^28 + place in the row (1-based) × 2^8 + lane
// so entries sort by row, then by the order of the cascade; and the first entry that holds a key is the key's id.
inline constexpr int kEntryRowBits = 28;    ///< entry >> this: the row
inline constexpr int kEntryPlaceBits = 8;   ///< (entry >> this) modulo 2^20: the place
inline constexpr std::uint64_t kMaxKeysPerRow = (1u << (kEntryRowBits - kEntryPlaceBits)) - 1;
inline constexpr std::size_t kMaxIdentifiers = 1u << (kEntryPlaceBits - 1);

inline std::int64_t row_of_entry(std::int64_t entry) { return entry >> kEntryRowBits; }
inline int lane_of_entry(std::int64_t entry) { return static_cast<int>(entry & ((1 << kEntryPlaceBits) - 1)); }
inline int identifier_of_entry(std::int64_t entry) { return lane_of_entry(entry) >> 1; }

/// The key that a scoped one ("N:key") stands for.
std::string unscoped_key(std::string_view scoped);

/// Adds to a connection:
/// - `crm_keys(kind, identifier, cell…)` → VARCHAR[]: the keys of the cells, each once, in order, with their lane
/// - `crm_all_keys(keys…)` → VARCHAR[]: one key of the first of each list; none if a list is empty
/// - `crm_entries(row, keys)` → BIGINT[]: the entries of a row's keys
/// - `crm_value(cell)` → VARCHAR: the cell, NULL where it is blank
/// - `crm_blank(cell)` → BOOLEAN
/// - `crm_length(text)` → BIGINT: code points
/// - `crm_recency(cell)` → BIGINT: microseconds since 1970, NULL where it is no time
/// - `crm_comparison_key(kind, text)` → VARCHAR
/// - `crm_same(kind, a, b)` → BOOLEAN: equal but for formatting
void add_key_functions(duck::Connection& connection, std::shared_ptr<KeyMakerPool> makers,
                       std::optional<std::string> recency_format);

}  // namespace crm
