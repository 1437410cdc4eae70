#include "match/key_buffer.h"

#include <algorithm>
#include <unordered_set>

namespace crm {
namespace {

/// Up to here comparing each with each is faster than a set, and it bounds the square.
constexpr std::size_t kFewKeys = 16;

}  // namespace

std::span<const std::string_view> KeyBuffer::distinct() {
  views_.clear();
  std::unordered_set<std::string_view> seen;
  for (const Entry& entry : entries_) {
    const std::string_view key(entry.slice ? entry.slice : text_.data() + entry.start, entry.size);
    const bool repeated = entries_.size() <= kFewKeys ? std::find(views_.begin(), views_.end(), key) != views_.end()
                                                      : !seen.insert(key).second;
    if (!repeated) views_.push_back(key);
  }
  return views_;
}

}  // namespace crm
