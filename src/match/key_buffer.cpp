#include "match/key_buffer.h"

#include <algorithm>
#include <unordered_set>

namespace crm {
namespace {

/// Up to here comparing each with each is faster than a set, and it bounds the square.
constexpr std::size_t kFewKeys = 16;

}  // namespace

std::span<const std::string_view> KeyBuffer::distinct_of_many() {
  views_.clear();
  if (entries_.size() <= kFewKeys) {
    for (const Entry& entry : entries_) {
      const std::string_view key = view(entry);
      if (std::find(views_.begin(), views_.end(), key) == views_.end()) views_.push_back(key);
    }
    return views_;
  }
  std::unordered_set<std::string_view> seen;
  for (const Entry& entry : entries_) {
    const std::string_view key = view(entry);
    if (seen.insert(key).second) views_.push_back(key);
  }
  return views_;
}

}  // namespace crm
