#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace crm {

/// Groups the values of a column by comparison key, in order of first appearance, for any number of values:
/// some 40 bytes for each distinct one.
///
/// Keys are told apart by 128 bits of hash (two keys of one cell never meet by chance: one in 10^25 for a
/// billion).
class ValueGroups {
 public:
  struct Group {
    std::uint32_t first = 0;  ///< index of its first value
    std::uint64_t count = 0;
  };
  /// A value's text, by index.
  using TextAt = std::function<std::string_view(std::uint32_t)>;
  using KeyOf = std::function<std::string(std::string_view)>;

  /// Begins anew, for at most so many values.
  void start(std::size_t values, TextAt text_at, KeyOf key_of);
  /// Values go by index. `key_of` is asked once for each distinct spelling.
  void add(std::uint32_t value, std::uint64_t count);
  const std::vector<Group>& groups() const { return groups_; }

 private:
  struct Spelling {
    std::uint32_t value = kNone;
    std::uint32_t group = 0;
  };
  struct Key {
    std::uint64_t low = 0, high = 0;
  };
  static constexpr std::uint32_t kNone = UINT32_MAX;
  std::uint32_t group_of_key(const std::string& key);
  void grow_keys();

  TextAt text_at_;
  KeyOf key_of_;
  std::vector<Spelling> spellings_;    // open addressing, a power of two
  std::vector<std::uint32_t> by_key_;  // group of a key, likewise
  std::vector<Key> keys_;              // per group
  std::vector<Group> groups_;
};

}  // namespace crm
