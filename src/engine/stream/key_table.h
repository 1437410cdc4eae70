#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/stream/mapped_array.h"
#include "engine/stream/row_keys.h"

namespace crm {

/// How many keys there are, by identifier and by the uppermost bits of their hash.
class KeyCounts {
 public:
  static constexpr std::size_t kBins = 256;

  KeyCounts() = default;
  explicit KeyCounts(std::size_t identifiers) : bins_(identifiers) {}
  static std::size_t bin(const KeyHash& key) { return key.check >> 56; }

  void add(const RowKey& key) { ++bins_[key.identifier][bin(key.hash)]; }
  void add(const KeyCounts& more);
  std::size_t identifiers() const { return bins_.size(); }
  std::uint64_t of(std::size_t identifier, std::size_t bin) const { return bins_[identifier][bin]; }
  std::uint64_t of(std::size_t identifier) const;

 private:
  std::vector<std::array<std::uint64_t, kBins>> bins_;
};

/// What a KeyTable does about two keys of the same hash (see HashCollision).
enum class Collisions {
  later,     ///< takes them for one; who reads their hits finds out by the checks
  thrown,    ///< HashCollision at once, for 4 more bytes a slot (tests)
  resolved,  ///< tells them apart by 31 more bits of hash, for 4 more bytes a slot
};

/// Distinct keys: an open-addressing table of 8 bytes a slot with a region per identifier. A key's slot
/// number is its name in all later passes.
///
/// Where not all hashes fit into memory, the table is divided into ranges of hashes, of which one is there at
/// a time: who inserts or looks up goes through its keys once for each range. Slot numbers are the whole
/// table's.
///
/// Threads: const after the last insert; then share freely.
/// Cost: about one cache miss an access, hidden by `prefetch`.
class KeyTable {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  static constexpr int kMostRanges = 64;

  /// `counts`: an upper bound of the distinct keys. With one range it is there at once; else `begin_range`
  /// brings each. Errors: limit_exceeded beyond 2^32 slots.
  KeyTable(const KeyCounts& counts, Collisions collisions, int ranges = 1);

  static std::uint64_t slots_for(std::uint64_t entries);

  int ranges() const { return ranges_; }
  /// Forgets the hashes of the range before.
  void begin_range(int range);
  /// True if the key is of the range that is there.
  bool in_range(const KeyHash& key) const { return range_of(key) == range_; }

  void prefetch(int identifier, const KeyHash& key) const;
  /// The key's slot, taken if it is not there yet. The key is of the range that is there; likewise below.
  std::uint32_t insert(int identifier, const KeyHash& key, bool& fresh);
  /// The key's slot or kNone.
  std::uint32_t find(int identifier, const KeyHash& key) const;

  std::uint64_t slots() const { return slots_; }
  std::uint64_t region_begin(int identifier) const { return begins_[identifier]; }
  std::uint64_t region_end(int identifier) const { return begins_[identifier + 1]; }
  int identifier_of(std::uint32_t slot) const;
  /// Gives the hashes back; slots keep their numbers and `identifier_of` works on.
  void release_hashes();

 private:
  __extension__ using wide = unsigned __int128;
  /// Of one identifier in one range.
  struct Region {
    std::uint64_t begin = 0;  ///< slot number
    std::uint64_t local = 0;  ///< place of its first slot in the range's memory
    std::uint64_t size = 0;
    /// The bin is the same for many keys of a range, so it must not lead.
    std::uint64_t place(const KeyHash& key) const {
      return static_cast<std::uint64_t>((wide(std::rotl(key.check, 8)) * size) >> 64);
    }
  };
  int range_of(const KeyHash& key) const {
    return static_cast<int>(KeyCounts::bin(key) * ranges_ / KeyCounts::kBins);
  }
  const Region& region(int identifier) const { return regions_[range_ * identifiers_ + identifier]; }
  bool holds(std::uint64_t place, const KeyHash& key) const;

  Collisions collisions_;
  int ranges_ = 1, range_ = 0;
  std::size_t identifiers_ = 0;
  std::vector<Region> regions_;        // by range, then identifier
  std::vector<std::uint64_t> begins_;  // of the identifiers' slots, and the end
  std::uint64_t slots_ = 0;
  MappedArray<std::uint64_t> ids_;
  MappedArray<std::uint32_t> checks_;
};

}  // namespace crm
