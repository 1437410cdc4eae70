#include "match/phone_key.h"

#include <phonenumbers/logger.h>
#include <phonenumbers/phonenumber.pb.h>
#include <phonenumbers/phonenumberutil.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <vector>

#include "base/text.h"
#include "match/cell_values.h"

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

/// The keys of values met before: a direct-mapped table of fixed size, so that its memory is bounded and a lookup is
/// one comparison.
struct PhoneKeys::Cache {
  static constexpr std::size_t kSlots = 8192, kMaxValue = 43, kMaxKey = 19;
  struct Slot {
    std::uint8_t value_size = 0, key_size = 0;
    std::array<char, kMaxValue> value;
    std::array<char, kMaxKey> key;
  };
  static_assert(sizeof(Slot) == 64);
  std::vector<Slot> slots = std::vector<Slot>(kSlots);

  Slot* slot_of(std::string_view value) {
    return value.size() > kMaxValue ? nullptr : &slots[std::hash<std::string_view>{}(value) % kSlots];
  }
  static bool holds(const Slot& slot, std::string_view value) {
    return slot.value_size == value.size() && std::memcmp(slot.value.data(), value.data(), value.size()) == 0;
  }
  static void put(Slot& slot, std::string_view value, std::string_view key) {
    if (key.size() > kMaxKey) return;
    slot.value_size = static_cast<std::uint8_t>(value.size());
    slot.key_size = static_cast<std::uint8_t>(key.size());
    std::memcpy(slot.value.data(), value.data(), value.size());
    std::memcpy(slot.key.data(), key.data(), key.size());
  }
};

PhoneKeys::PhoneKeys(std::string_view region) : region_(in_capitals(region)), shortcut_(region_) {}
PhoneKeys::~PhoneKeys() = default;
PhoneKeys::PhoneKeys(PhoneKeys&&) noexcept = default;
PhoneKeys& PhoneKeys::operator=(PhoneKeys&&) noexcept = default;

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
  if (!cache_) cache_ = std::make_unique<Cache>();
  Cache::Slot* const slot = cache_->slot_of(value);
  if (slot && Cache::holds(*slot, value)) {
    keys.text().append(slot->key.data(), slot->key_size);
  } else {
    const std::string key = key_by_library(value);
    if (slot) Cache::put(*slot, value, key);
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
