#include "match/phone_key.h"

#include <phonenumbers/logger.h>
#include <phonenumbers/phonenumber.pb.h>
#include <phonenumbers/phonenumberutil.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <cstdint>
#include <optional>

#include "base/text.h"
#include "match/cell_values.h"
#include "match/keys.h"

namespace crm {
namespace {

using i18n::phonenumbers::NullLogger;
using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

constexpr std::size_t kMinDigits = 7;

const PhoneNumberUtil& library() {
  static const PhoneNumberUtil& instance = []() -> PhoneNumberUtil& {
    PhoneNumberUtil& made = *PhoneNumberUtil::GetInstance();
    made.SetLogger(new NullLogger);  // it would write to standard output, where the merged file may be going
    return made;
  }();
  return instance;
}

/// The decimal digits of `text`, of any script, as ASCII.
std::string digits_of(std::string_view text) {
  std::string digits;
  std::int32_t at = 0;
  const std::int32_t size = static_cast<std::int32_t>(text.size());
  while (at < size) {
    UChar32 c;
    U8_NEXT(reinterpret_cast<const std::uint8_t*>(text.data()), at, size, c);
    if (c >= 0 && u_isdigit(c)) digits.push_back(static_cast<char>('0' + u_charDigitValue(c)));
  }
  return digits;
}

bool is_one_digit_repeated(std::string_view digits) {
  return !digits.empty() && digits.find_first_not_of(digits.front()) == std::string_view::npos;
}

std::string in_capitals(std::string_view region) {
  std::string capitals(region);
  for (char& c : capitals) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 0x20);
  }
  return capitals;
}

/// Beyond this a value is no phone number (the library refuses them too), and its digits would be no key.
constexpr std::size_t kMaxValueBytes = 250;

}  // namespace

bool is_phone_region(std::string_view region) {
  return library().GetCountryCodeForRegion(in_capitals(region)) != 0;
}

PhoneKeys::PhoneKeys(std::string_view region) : region_(in_capitals(region)), shortcut_(region_) {}

std::string PhoneKeys::key_by_library(std::string_view value) const {
  if (value.size() > kMaxValueBytes) return {};
  const std::string digits = digits_of(value);
  if (digits.empty() || is_one_digit_repeated(digits)) return {};
  PhoneNumber number;
  if (is_utf8(value) &&
      library().Parse(std::string(value), region_, &number) == PhoneNumberUtil::NO_PARSING_ERROR &&
      library().IsPossibleNumber(number)) {
    std::string national, key;
    library().GetNationalSignificantNumber(number, &national);
    if (is_one_digit_repeated(national)) return {};
    library().Format(number, PhoneNumberUtil::E164, &key);
    return key;
  }
  return digits.size() >= kMinDigits ? digits : std::string();
}

void PhoneKeys::add_key(std::string_view value, KeyBuffer& keys) {
  value = trim(value);
  switch (shortcut_.append_key(value, keys.text())) {
    case PhoneShortcut::Outcome::key: return keys.finish();
    case PhoneShortcut::Outcome::none: return;
    case PhoneShortcut::Outcome::unknown: break;
  }
  if (!cache_) cache_ = std::make_unique<ValueCache>();
  if (const std::optional<std::string_view> known = cache_->find(value)) {
    keys.text().append(*known);
  } else {
    const std::string key = key_by_library(value);
    cache_->put(value, key);
    keys.text().append(key);
  }
  if (!keys.pending().empty()) keys.finish();
}

void PhoneKeys::add_keys(std::string_view cell, const BlankRule& blank, KeyBuffer& keys) {
  for_each_value(cell, [&](std::string_view value) {
    if (!blank.is_blank(value)) add_key(value, keys);
  });
}

}  // namespace crm
