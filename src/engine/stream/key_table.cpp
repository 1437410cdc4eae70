#include "engine/stream/key_table.h"

#include <numeric>

#include "base/error.h"

namespace crm {

void KeyCounts::add(const KeyCounts& more) {
  for (std::size_t i = 0; i < bins_.size(); ++i) {
    for (std::size_t bin = 0; bin < kBins; ++bin) bins_[i][bin] += more.bins_[i][bin];
  }
}

std::uint64_t KeyCounts::of(std::size_t identifier) const {
  return std::accumulate(bins_[identifier].begin(), bins_[identifier].end(), std::uint64_t{0});
}

std::uint64_t KeyTable::slots_for(std::uint64_t entries) {
  return entries == 0 ? 0 : entries + entries / 4 + 8;
}

KeyTable::KeyTable(const KeyCounts& counts, Collisions collisions, int ranges)
    : collisions_(collisions),
      ranges_(ranges),
      identifiers_(counts.identifiers()),
      regions_(ranges * identifiers_) {
  std::vector<std::uint64_t> local(ranges);
  for (std::size_t i = 0; i < identifiers_; ++i) {
    begins_.push_back(slots_);
    std::vector<std::uint64_t> entries(ranges);
    for (std::size_t bin = 0; bin < KeyCounts::kBins; ++bin)
      entries[bin * ranges / KeyCounts::kBins] += counts.of(i, bin);
    for (int r = 0; r < ranges; ++r) {
      const std::uint64_t size = slots_for(entries[r]);
      regions_[r * identifiers_ + i] = {slots_, local[r], size};
      slots_ += size;
      local[r] += size;
    }
  }
  begins_.push_back(slots_);
  if (slots_ >= kNone) {
    throw Error(ErrorCode::limit_exceeded,
                "the original has more than 3.4 billion keys, which one merge cannot hold; split it or match "
                "on fewer "
                "identifiers (--on)");
  }
  if (ranges == 1) begin_range(0);
}

void KeyTable::begin_range(int range) {
  range_ = range;
  std::uint64_t size = 0;
  for (std::size_t i = 0; i < identifiers_; ++i) size += regions_[range * identifiers_ + i].size;
  release_hashes();
  ids_ = MappedArray<std::uint64_t>(size);
  ids_.prefer_huge_pages();
  if (collisions_ != Collisions::later) checks_ = MappedArray<std::uint32_t>(size);
}

void KeyTable::prefetch(int identifier, const KeyHash& key) const {
  const Region& here = region(identifier);
  if (here.size != 0 && in_range(key)) __builtin_prefetch(&ids_[here.local + here.place(key)]);
}

/// True if the taken place is the key's.
bool KeyTable::holds(std::uint64_t place, const KeyHash& key) const {
  if (ids_[place] != key.id) return false;
  if (collisions_ == Collisions::later || checks_[place] == key.short_check()) return true;
  if (collisions_ == Collisions::thrown) throw HashCollision();
  return false;
}

std::uint32_t KeyTable::insert(int identifier, const KeyHash& key, bool& fresh) {
  const Region& here = region(identifier);
  std::uint64_t at = here.place(key);
  while (ids_[here.local + at] != 0 && !holds(here.local + at, key)) {
    if (++at == here.size) at = 0;
  }
  fresh = ids_[here.local + at] == 0;
  if (fresh) {
    ids_[here.local + at] = key.id;
    if (checks_.size() != 0) checks_[here.local + at] = key.short_check();
  }
  return static_cast<std::uint32_t>(here.begin + at);
}

std::uint32_t KeyTable::find(int identifier, const KeyHash& key) const {
  const Region& here = region(identifier);
  if (here.size == 0) return kNone;
  std::uint64_t at = here.place(key);
  while (ids_[here.local + at] != 0) {
    if (holds(here.local + at, key)) return static_cast<std::uint32_t>(here.begin + at);
    if (++at == here.size) at = 0;
  }
  return kNone;
}

int KeyTable::identifier_of(std::uint32_t slot) const {
  std::size_t identifier = 0;
  while (slot >= begins_[identifier + 1]) ++identifier;
  return static_cast<int>(identifier);
}

void KeyTable::release_hashes() {
  ids_.release();
  checks_.release();
}

}  // namespace crm
