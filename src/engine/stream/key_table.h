#pragma once

#include <cstdint>
#include <vector>

#include "engine/stream/mapped_array.h"
#include "engine/stream/row_keys.h"

namespace crm {

/// What a KeyTable does about two keys of the same hash (see HashCollision).
enum class Collisions {
  later,     ///< takes them for one; who reads their hits finds out by the checks
  thrown,    ///< HashCollision at once, for 4 more bytes a slot (tests)
  resolved,  ///< tells them apart by 31 more bits of hash, for 4 more bytes a slot
};

/// Distinct keys: an open-addressing table of 8 bytes a slot with a region per identifier. A key's slot number is its
/// name in all later passes.
///
/// Threads: const after the last insert; then share freely.
/// Cost: `bytes_for(entries)`; about one cache miss an access, hidden by `prefetch`.
class KeyTable {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  /// `entries`: per identifier an upper bound of its distinct keys. Errors: limit_exceeded beyond 2^32 slots.
  KeyTable(const std::vector<std::uint64_t>& entries, Collisions collisions);

  static std::uint64_t slots_for(std::uint64_t entries);

  void prefetch(int identifier, const KeyHash& key) const;
  /// The key's slot, taken if it is not there yet.
  std::uint32_t insert(int identifier, const KeyHash& key, bool& fresh);
  /// The key's slot or kNone.
  std::uint32_t find(int identifier, const KeyHash& key) const;

  std::uint64_t slots() const { return slots_; }
  std::uint64_t region_begin(int identifier) const { return regions_[identifier].begin; }
  std::uint64_t region_end(int identifier) const { return regions_[identifier].begin + regions_[identifier].size; }
  int identifier_of(std::uint32_t slot) const;
  bool taken(std::uint32_t slot) const { return ids_[slot] != 0; }
  /// Gives the hashes back; slots keep their numbers and `identifier_of` works on.
  void release_hashes();
  std::uint64_t bytes() const { return ids_.bytes() + checks_.bytes(); }

 private:
  __extension__ using wide = unsigned __int128;
  struct Region {
    std::uint64_t begin = 0, size = 0;
    std::uint64_t place(const KeyHash& key) const {
      return begin + static_cast<std::uint64_t>((wide(key.check) * size) >> 64);
    }
  };
  bool holds(std::uint64_t slot, const KeyHash& key) const;

  Collisions collisions_;
  std::vector<Region> regions_;
  std::uint64_t slots_ = 0;
  MappedArray<std::uint64_t> ids_;
  MappedArray<std::uint32_t> checks_;
};

}  // namespace crm
