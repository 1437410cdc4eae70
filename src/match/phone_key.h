#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "match/key_buffer.h"
#include "match/phone_shortcut.h"
#include "match/value_cache.h"
#include "model/blank.h"

namespace crm {

/// Makes the keys of phone numbers: E.164 by libphonenumber where the number is possible, else its digits if there are
/// 7 or more; none for one digit repeated.
///
/// Threads: not shared (it has a cache).
/// Cost: plain spellings of well-known countries some 20–50 ns, others some 10 µs unless they are in the cache.
class PhoneKeys {
 public:
  explicit PhoneKeys(std::string_view region);

  /// Adds the key of each number in `cell`.
  void add_keys(std::string_view cell, const BlankRule& blank, KeyBuffer& keys);

  /// The key of one value by libphonenumber alone, or empty: what every shortcut must agree with.
  std::string key_by_library(std::string_view value) const;

 private:
  void add_key(std::string_view value, KeyBuffer& keys);

  std::string region_;  ///< in capitals
  PhoneShortcut shortcut_;
  std::unique_ptr<ValueCache> cache_;  ///< made when first needed
};

}  // namespace crm
