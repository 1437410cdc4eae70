#pragma once

#include <string>
#include <string_view>

namespace crm {

/// Keys of phone numbers in spellings for which libphonenumber is known to change nothing but the punctuation: digits
/// with spaces, hyphens, dots and parentheses, perhaps an extension, with the country code or as they are written
/// inside the region, in the usual lengths and first digits of some eighty countries.
///
/// A test compares it with the library for every such country, length and prefix of three digits.
class PhoneShortcut {
 public:
  enum class Outcome {
    unknown,  ///< ask libphonenumber
    none,     ///< the value has no key
    key,      ///< the key was appended
  };
  struct Country;

  explicit PhoneShortcut(std::string_view region);

  /// Appends the key of `value` to `out` where it can. Cost: 10–20 ns, no allocation if `out` has room.
  Outcome append_key(std::string_view value, std::string& out) const;

 private:
  bool north_american_ = false;      ///< the region's own numbers are ten digits under +1
  const Country* home_ = nullptr;    ///< the region's country; null: not among those known
};

}  // namespace crm
