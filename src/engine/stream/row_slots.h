#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crm {

/// A row's hold on a key: the key's slot in the KeyTable, and the part of its hash that proves it.
struct SlotRef {
  std::uint32_t slot = 0;
  std::uint32_t check = 0;
};

/// The keys of the rows of one batch, by slot, each row's in the order of its cascade.
class RowSlots {
 public:
  void clear();
  void add(SlotRef ref) { refs_.push_back(ref); }
  /// Ends the row whose keys were added.
  void end_row() { ends_.push_back(static_cast<std::uint32_t>(refs_.size())); }

  std::size_t rows() const { return ends_.size(); }
  std::span<const SlotRef> row(std::size_t i) const {
    const std::uint32_t begin = i == 0 ? 0 : ends_[i - 1];
    return {refs_.data() + begin, ends_[i] - begin};
  }
  std::span<const SlotRef> all() const { return refs_; }

  void encode(std::string& blob) const;
  /// Reads what `encode` wrote and moves `at` behind it.
  void decode(const char*& at);

 private:
  std::vector<std::uint32_t> ends_;
  std::vector<SlotRef> refs_;
};

}  // namespace crm
