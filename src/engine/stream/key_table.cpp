#include "engine/stream/key_table.h"

#include "base/error.h"

namespace crm {

std::uint64_t KeyTable::slots_for(std::uint64_t entries) { return entries == 0 ? 0 : entries + entries / 4 + 8; }

KeyTable::KeyTable(const std::vector<std::uint64_t>& entries, Collisions collisions) : collisions_(collisions) {
  for (const std::uint64_t count : entries) {
    regions_.push_back({slots_, slots_for(count)});
    slots_ += regions_.back().size;
  }
  if (slots_ >= kNone) {
    throw Error(ErrorCode::limit_exceeded,
                "the original has more than 3.4 billion keys, which one merge cannot hold; split it or match on fewer "
                "identifiers (--on)");
  }
  ids_ = MappedArray<std::uint64_t>(slots_);
  ids_.prefer_huge_pages();
  if (collisions != Collisions::later) checks_ = MappedArray<std::uint32_t>(slots_);
}

void KeyTable::prefetch(int identifier, const KeyHash& key) const {
  const Region& region = regions_[identifier];
  if (region.size != 0) __builtin_prefetch(&ids_[region.place(key)]);
}

/// True if the taken slot is the key's.
bool KeyTable::holds(std::uint64_t slot, const KeyHash& key) const {
  if (ids_[slot] != key.id) return false;
  if (collisions_ == Collisions::later || checks_[slot] == key.short_check()) return true;
  if (collisions_ == Collisions::thrown) throw HashCollision();
  return false;
}

std::uint32_t KeyTable::insert(int identifier, const KeyHash& key, bool& fresh) {
  const Region& region = regions_[identifier];
  const std::uint64_t end = region.begin + region.size;
  std::uint64_t slot = region.place(key);
  while (ids_[slot] != 0 && !holds(slot, key)) {
    if (++slot == end) slot = region.begin;
  }
  fresh = ids_[slot] == 0;
  if (fresh) {
    ids_[slot] = key.id;
    if (checks_.size() != 0) checks_[slot] = key.short_check();
  }
  return static_cast<std::uint32_t>(slot);
}

std::uint32_t KeyTable::find(int identifier, const KeyHash& key) const {
  const Region& region = regions_[identifier];
  if (region.size == 0) return kNone;
  const std::uint64_t end = region.begin + region.size;
  std::uint64_t slot = region.place(key);
  while (ids_[slot] != 0) {
    if (holds(slot, key)) return static_cast<std::uint32_t>(slot);
    if (++slot == end) slot = region.begin;
  }
  return kNone;
}

int KeyTable::identifier_of(std::uint32_t slot) const {
  std::size_t identifier = 0;
  while (slot >= regions_[identifier].begin + regions_[identifier].size) ++identifier;
  return static_cast<int>(identifier);
}

void KeyTable::release_hashes() {
  ids_.release();
  checks_.release();
}

}  // namespace crm
