#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace crm {

/// Remembers what a slow function made of the texts met before: a table of fixed size, so that its memory is bounded
/// (about 800 KB) whatever comes. Long texts are not kept.
class ValueCache {
 public:
  /// The result for `text`, if it is there. Valid until `put`.
  std::optional<std::string_view> find(std::string_view text) const {
    if (text.size() > kMaxText || text.empty()) return std::nullopt;
    const std::size_t first = set_of(text);
    for (std::size_t i = first; i < first + kWays; ++i) {
      const Slot& slot = slots_[i];
      if (slot.text_size == text.size() && std::memcmp(slot.bytes.data(), text.data(), text.size()) == 0) {
        return std::string_view(slot.bytes.data() + text.size(), slot.result_size);
      }
    }
    return std::nullopt;
  }

  void put(std::string_view text, std::string_view result) {
    if (text.empty() || text.size() > kMaxText || text.size() + result.size() > kBytes) return;
    Slot& slot = slots_[set_of(text) + next_way_++ % kWays];  // any of them may go
    slot.text_size = static_cast<std::uint8_t>(text.size());
    slot.result_size = static_cast<std::uint8_t>(result.size());
    std::memcpy(slot.bytes.data(), text.data(), text.size());
    if (!result.empty()) std::memcpy(slot.bytes.data() + text.size(), result.data(), result.size());
  }

 private:
  static constexpr std::size_t kSets = 2048, kWays = 4, kMaxText = 62, kBytes = 94;
  struct Slot {
    std::uint8_t text_size = 0, result_size = 0;
    std::array<char, kBytes> bytes;
  };

  static std::size_t set_of(std::string_view text) { return std::hash<std::string_view>{}(text) % kSets * kWays; }

  std::vector<Slot> slots_ = std::vector<Slot>(kSets * kWays);
  std::uint32_t next_way_ = 0;
};

}  // namespace crm
