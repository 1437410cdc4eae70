#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace crm {

/// A set of hashes, as compact and as fast as open addressing makes it. Its memory is at most 32 bytes a hash.
class HashSet {
 public:
  /// True if it was not there.
  bool insert(std::uint64_t hash) {
    if (hash == 0) return std::exchange(has_zero_, true) == false;
    if (2 * (count_ + 1) > slots_.size()) grow();
    std::size_t at = place_of(hash);
    for (; slots_[at] != 0; at = (at + 1) & (slots_.size() - 1)) {
      if (slots_[at] == hash) return false;
    }
    slots_[at] = hash;
    ++count_;
    return true;
  }

  bool contains(std::uint64_t hash) const {
    if (hash == 0) return has_zero_;
    if (slots_.empty()) return false;
    for (std::size_t at = place_of(hash); slots_[at] != 0; at = (at + 1) & (slots_.size() - 1)) {
      if (slots_[at] == hash) return true;
    }
    return false;
  }

  std::size_t size() const { return count_ + (has_zero_ ? 1 : 0); }

  template <class Each>
  void for_each(Each&& each) const {
    if (has_zero_) each(std::uint64_t{0});
    for (const std::uint64_t hash : slots_) {
      if (hash != 0) each(hash);
    }
  }

  void clear() { *this = HashSet(); }

 private:
  static constexpr std::size_t kFirstSlots = 16;

  /// The hash's upper half: a KeySample keeps hashes whose lower bits are equal.
  std::size_t place_of(std::uint64_t hash) const { return static_cast<std::size_t>(hash >> 32) & (slots_.size() - 1); }

  void grow() {
    std::vector<std::uint64_t> before = std::exchange(slots_, {});
    slots_.assign(std::max(kFirstSlots, 2 * before.size()), 0);
    for (const std::uint64_t hash : before) {
      if (hash == 0) continue;
      std::size_t at = place_of(hash);
      while (slots_[at] != 0) at = (at + 1) & (slots_.size() - 1);
      slots_[at] = hash;
    }
  }

  std::vector<std::uint64_t> slots_;  // 0: free
  std::size_t count_ = 0;
  bool has_zero_ = false;
};

}  // namespace crm
