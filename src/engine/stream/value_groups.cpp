#include "engine/stream/value_groups.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <bit>
#include <utility>

namespace crm {
namespace {
constexpr std::size_t kFirstKeys = 16;
}

void ValueGroups::start(std::size_t values, TextAt text_at, KeyOf key_of) {
  text_at_ = std::move(text_at);
  key_of_ = std::move(key_of);
  groups_.clear();
  keys_.clear();
  spellings_.assign(std::bit_ceil(values * 2 + 1), Spelling{});
  by_key_.assign(kFirstKeys, kNone);
  // What one large column needed is not kept for the small ones after it.
  if (spellings_.capacity() > 2 * spellings_.size() + 1024) spellings_.shrink_to_fit();
  if (by_key_.capacity() > 1u << 16) by_key_.shrink_to_fit();
}

void ValueGroups::add(std::uint32_t value, std::uint64_t count) {
  const std::string_view text = text_at_(value);
  const std::size_t mask = spellings_.size() - 1;
  std::size_t at = XXH3_64bits(text.data(), text.size()) & mask;
  while (spellings_[at].value != kNone && text_at_(spellings_[at].value) != text) at = (at + 1) & mask;
  Spelling& spelling = spellings_[at];
  if (spelling.value == kNone) {
    spelling.value = value;
    spelling.group = group_of_key(key_of_(text));
    if (spelling.group == groups_.size()) groups_.push_back({value, 0});
  }
  groups_[spelling.group].count += count;
}

/// The key's group, or the number of the next one.
std::uint32_t ValueGroups::group_of_key(const std::string& key) {
  const XXH128_hash_t hash = XXH3_128bits(key.data(), key.size());
  const std::size_t mask = by_key_.size() - 1;
  std::size_t at = hash.low64 & mask;
  while (by_key_[at] != kNone) {
    const Key& other = keys_[by_key_[at]];
    if (other.low == hash.low64 && other.high == hash.high64) return by_key_[at];
    at = (at + 1) & mask;
  }
  by_key_[at] = static_cast<std::uint32_t>(keys_.size());
  keys_.push_back({hash.low64, hash.high64});
  if (keys_.size() * 2 > by_key_.size()) grow_keys();
  return static_cast<std::uint32_t>(keys_.size() - 1);
}

void ValueGroups::grow_keys() {
  by_key_.assign(by_key_.size() * 2, kNone);
  const std::size_t mask = by_key_.size() - 1;
  for (std::uint32_t group = 0; group < keys_.size(); ++group) {
    std::size_t at = keys_[group].low & mask;
    while (by_key_[at] != kNone) at = (at + 1) & mask;
    by_key_[at] = group;
  }
}

}  // namespace crm
