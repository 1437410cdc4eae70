#include "engine/stream/shared_keys.h"

#include <algorithm>
#include <tuple>

namespace crm {
namespace {
/// Sharings kept before those that cannot be listed are dropped. Ties with the last listed one stay.
constexpr std::size_t kKeptSharings = 1u << 16;
}  // namespace

SharedKeys::SharedKeys(const MergePlan& plan, const KeyTable& table)
    : plan_(plan), table_(table), counter_of_(plan.identifiers.size(), -1) {
  if (plan.match == MatchMode::all) return;  // section 5: it does not apply
  for (std::size_t i = 0; i < plan.identifiers.size(); ++i) {
    const std::uint64_t begin = table.region_begin(static_cast<int>(i));
    const std::uint64_t end = table.region_end(static_cast<int>(i));
    if (plan.identifiers[i].max_shared == 0 || begin == end) continue;
    counter_of_[i] = static_cast<int>(counters_.size());
    Counter& counter = counters_.emplace_back();
    counter.identifier = static_cast<int>(i);
    counter.begin = begin;
    counter.end = end;
    counter.limit = plan.identifiers[i].max_shared;
    counter.original = MappedArray<std::uint32_t>(end - begin);
    counter.file = MappedArray<std::uint32_t>(end - begin);
    counter.in_some_file = BitArray(end - begin);
  }
}

std::uint64_t SharedKeys::index(std::uint32_t slot) const { return slot - counter_of_slot(slot)->begin; }

const SharedKeys::Counter* SharedKeys::counter_of_slot(std::uint32_t slot) const {
  for (const Counter& counter : counters_) {
    if (slot >= counter.begin && slot < counter.end) return &counter;
  }
  return nullptr;
}

void SharedKeys::hold_in_file(std::uint32_t slot) {
  for (Counter& counter : counters_) {
    if (slot < counter.begin || slot >= counter.end) continue;
    ++counter.file[slot - counter.begin];
    counter.in_some_file.set(slot - counter.begin);
  }
}

void SharedKeys::settle_file(std::size_t file, UsableKeys& usable) {
  for (Counter& counter : counters_) {
    for (std::uint64_t i = 0; i < counter.file.size(); ++i) {
      const std::uint32_t rows = counter.file[i];
      if (rows == 0) continue;
      const auto slot = static_cast<std::uint32_t>(counter.begin + i);
      if (rows > counter.limit) record(counter, slot, static_cast<int>(file) + 1, rows);
      if (rows > counter.limit || counter.original[i] > counter.limit) usable.reset(slot, file);
      counter.file[i] = 0;
    }
  }
}

void SharedKeys::record(const Counter& counter, std::uint32_t slot, int place, std::uint32_t rows) {
  (void)counter;
  ++total_;
  sharings_.push_back({slot, place, rows});
  if (sharings_.size() >= kKeptSharings && (sharings_.size() & (sharings_.size() - 1)) == 0) keep_first();
}

/// Drops what is behind the last that can be listed; its ties stay, since the text decides among them.
void SharedKeys::keep_first() {
  if (sharings_.size() <= kMaxListedSharedKeys) return;
  const auto rank = [this](const Sharing& s) {
    return std::make_tuple(table_.identifier_of(s.slot), UINT32_MAX - s.rows);
  };
  const auto last = sharings_.begin() + (kMaxListedSharedKeys - 1);
  std::nth_element(sharings_.begin(), last, sharings_.end(),
                   [&](const Sharing& a, const Sharing& b) { return rank(a) < rank(b); });
  const auto limit = rank(*last);
  std::erase_if(sharings_, [&](const Sharing& s) { return rank(s) > limit; });
}

std::uint64_t SharedKeys::finish() {
  for (Counter& counter : counters_) {
    for (std::uint64_t i = 0; i < counter.original.size(); ++i) {
      const std::uint32_t rows = counter.original[i];
      if (rows <= counter.limit || !counter.in_some_file.test(i)) continue;
      record(counter, static_cast<std::uint32_t>(counter.begin + i), 0, rows);
    }
    counter.original.release();
    counter.file.release();
    counter.in_some_file.release();
  }
  keep_first();
  for (const Sharing& sharing : sharings_) listed_.push_back(sharing.slot);
  std::sort(listed_.begin(), listed_.end());
  std::sort(sharings_.begin(), sharings_.end(),
            [](const Sharing& a, const Sharing& b) { return a.slot < b.slot; });
  return total_;
}

bool SharedKeys::is_listed(std::uint32_t slot) const {
  return std::binary_search(listed_.begin(), listed_.end(), slot);
}

void SharedKeys::offer(std::uint32_t slot, const std::string& key, SharedKeyList& list) const {
  const auto first = std::lower_bound(sharings_.begin(), sharings_.end(), slot,
                                      [](const Sharing& s, std::uint32_t value) { return s.slot < value; });
  for (auto at = first; at != sharings_.end() && at->slot == slot; ++at) {
    list.offer(plan_, table_.identifier_of(slot), key, at->place, at->rows);
  }
}

}  // namespace crm
