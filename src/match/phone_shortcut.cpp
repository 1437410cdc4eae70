#include "match/phone_shortcut.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>

namespace crm {

/// How numbers of one country are written.
struct PhoneShortcut::Country {
  std::string_view code, region;
  std::uint8_t min_digits, max_digits;  ///< of the national significant number
  std::string_view first_digits;        ///< with which it may begin
  bool trunk_zero;                      ///< inside the country written behind a 0
  bool bare;                            ///< inside the country written as it is
};

namespace {

using Country = PhoneShortcut::Country;

constexpr std::size_t kMaxDigits = 15, kMaxBytes = 40, kMaxExtensionDigits = 7;
constexpr std::string_view kAny = "123456789", kFromTwo = "23456789";

// Left out on purpose: numbers whose leading digits libphonenumber may take for a carrier or a mobile mark (Argentina,
// Brazil's 9x, South Korea's 8x, Australia's 1x), and what is rare. Source: PhoneNumberMetadata.xml of libphonenumber.
constexpr Country kCountries[] = {
    {"20", "EG", 9, 10, kAny, true, false},       {"27", "ZA", 9, 9, kAny, true, false},
    {"30", "GR", 10, 10, "26789", false, true},   {"31", "NL", 9, 9, kAny, true, false},
    {"32", "BE", 8, 9, kAny, true, false},        {"33", "FR", 9, 9, kAny, true, false},
    {"34", "ES", 9, 9, "56789", false, true},     {"351", "PT", 9, 9, "236789", false, true},
    {"353", "IE", 8, 9, kAny, true, false},       {"354", "IS", 7, 7, "456789", false, true},
    {"356", "MT", 8, 8, "235789", false, true},   {"357", "CY", 8, 8, "25789", false, true},
    {"358", "FI", 8, 10, kAny, true, false},      {"359", "BG", 8, 9, kAny, true, false},
    {"36", "HU", 8, 9, kAny, false, false},       {"370", "LT", 8, 8, "3456789", false, false},
    {"371", "LV", 8, 8, "2678", false, true},     {"372", "EE", 7, 8, "345678", false, true},
    {"380", "UA", 9, 9, kAny, true, false},       {"381", "RS", 8, 9, kAny, true, false},
    {"385", "HR", 8, 9, kAny, true, false},       {"386", "SI", 8, 8, kFromTwo, true, false},
    {"39", "IT", 9, 10, "0345678", false, false}, {"40", "RO", 9, 9, kAny, true, false},
    {"41", "CH", 9, 9, kAny, true, false},        {"420", "CZ", 9, 9, kFromTwo, false, true},
    {"421", "SK", 9, 9, kAny, true, false},       {"43", "AT", 8, 12, kAny, true, false},
    {"44", "GB", 9, 10, kAny, true, false},       {"45", "DK", 8, 8, kFromTwo, false, true},
    {"46", "SE", 7, 9, kAny, true, false},        {"47", "NO", 8, 8, kFromTwo, false, true},
    {"48", "PL", 9, 9, kAny, false, true},        {"49", "DE", 7, 11, kAny, true, false},
    {"506", "CR", 8, 8, kFromTwo, false, true},   {"507", "PA", 8, 8, kFromTwo, false, true},
    {"51", "PE", 8, 9, kAny, true, false},        {"52", "MX", 10, 10, kFromTwo, false, true},
    {"55", "BR", 10, 11, "12345678", true, false}, {"56", "CL", 9, 9, kFromTwo, false, true},
    {"57", "CO", 10, 10, kAny, false, false},     {"593", "EC", 8, 9, kAny, true, false},
    {"598", "UY", 8, 8, kFromTwo, true, false},   {"60", "MY", 8, 10, kAny, true, false},
    {"61", "AU", 9, 9, "2345678", true, false},   {"62", "ID", 8, 12, kAny, true, false},
    {"63", "PH", 8, 10, kFromTwo, true, false},   {"64", "NZ", 8, 10, kFromTwo, true, false},
    {"65", "SG", 8, 8, "3689", false, true},      {"66", "TH", 8, 9, kAny, true, false},
    {"7", "RU", 10, 10, "345679", false, true},   {"81", "JP", 9, 10, kFromTwo, true, false},
    {"82", "KR", 9, 10, "1234567", true, false},  {"84", "VN", 9, 10, kAny, true, false},
    {"852", "HK", 8, 8, kFromTwo, false, true},   {"86", "CN", 10, 11, kAny, true, false},
    {"880", "BD", 10, 10, kAny, true, false},     {"886", "TW", 8, 9, kFromTwo, true, false},
    {"90", "TR", 10, 10, kAny, true, false},      {"91", "IN", 10, 10, kAny, true, true},
    {"92", "PK", 9, 10, kAny, true, false},       {"94", "LK", 9, 9, kAny, true, false},
    {"961", "LB", 7, 8, kAny, true, false},       {"962", "JO", 8, 9, kAny, true, false},
    {"965", "KW", 8, 8, kFromTwo, false, true},   {"966", "SA", 9, 9, kAny, true, false},
    {"971", "AE", 8, 9, kAny, true, false},       {"972", "IL", 8, 9, kFromTwo, true, false},
    {"973", "BH", 8, 8, kFromTwo, false, true},   {"974", "QA", 8, 8, kFromTwo, false, true},
    {"212", "MA", 9, 9, kAny, true, false},       {"216", "TN", 8, 8, kFromTwo, false, true},
    {"234", "NG", 10, 10, kAny, true, false},     {"254", "KE", 9, 9, kAny, true, false},
};

constexpr std::uint8_t kNoCountry = 0xFF;
static_assert(std::size(kCountries) < kNoCountry);

/// Place in kCountries by the first three digits behind the plus. No country code is the beginning of another.
constexpr std::array<std::uint8_t, 1000> make_index() {
  std::array<std::uint8_t, 1000> index{};
  for (std::uint8_t& place : index) place = kNoCountry;
  for (std::size_t i = 0; i < std::size(kCountries); ++i) {
    std::size_t first = 0, count = 1;
    for (std::size_t digit = 0; digit < 3; ++digit) {
      const std::string_view code = kCountries[i].code;
      first = first * 10 + (digit < code.size() ? static_cast<std::size_t>(code[digit] - '0') : 0);
      if (digit >= code.size()) count *= 10;
    }
    for (std::size_t at = first; at < first + count; ++at) index[at] = static_cast<std::uint8_t>(i);
  }
  return index;
}
constexpr std::array<std::uint8_t, 1000> kIndex = make_index();

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// `value` without an extension as people write it: `x12`, `ext. 12`, `Ext 12`. Other spellings stay, and the rest of
/// the value is then not plain.
std::string_view without_extension(std::string_view value) {
  std::size_t at = value.size();
  while (at > 0 && is_digit(value[at - 1])) --at;
  const std::size_t digits = value.size() - at;
  if (digits == 0 || digits > kMaxExtensionDigits) return value;
  while (at > 0 && value[at - 1] == ' ') --at;
  if (at > 0 && (value[at - 1] == '.' || value[at - 1] == ':')) --at;
  const auto letter = [&](std::size_t back, char small) { return at >= back && (value[at - back] | 0x20) == small; };
  if (letter(1, 't') && letter(2, 'x') && letter(3, 'e')) at -= 3;
  else if (letter(1, 'x')) at -= 1;
  else return value;
  while (at > 0 && value[at - 1] == ' ') --at;
  return at > 0 && is_digit(value[at - 1]) ? value.substr(0, at) : value;
}

/// The digits of a plain spelling.
struct Plain {
  bool plus = false;
  std::size_t size = 0;  ///< 0: not plain
  char digits[kMaxDigits];
};

void read_plain(std::string_view value, Plain& plain) {
  if (!value.empty() && value.front() == '+') {
    plain.plus = true;
    value.remove_prefix(1);
  }
  if (value.size() > kMaxBytes) return;
  std::size_t size = 0;
  for (const char c : value) {
    if (is_digit(c)) {
      if (size == kMaxDigits) return;
      plain.digits[size++] = c;
    } else if (c != ' ' && c != '-' && c != '(' && c != ')' && c != '.') {
      return;
    }
  }
  plain.size = size;
}

bool is_one_digit_repeated(std::string_view digits) {
  return digits.find_first_not_of(digits.front()) == std::string_view::npos;
}

bool is_national(const Country& country, std::string_view digits) {
  return digits.size() >= country.min_digits && digits.size() <= country.max_digits &&
         country.first_digits.find(digits.front()) != std::string_view::npos;
}

bool is_north_american(std::string_view digits) { return digits.size() == 10 && digits.front() >= '2'; }

PhoneShortcut::Outcome append(std::string_view code, std::string_view national, std::string& out) {
  if (is_one_digit_repeated(national)) return PhoneShortcut::Outcome::none;
  out.push_back('+');
  out.append(code).append(national);
  return PhoneShortcut::Outcome::key;
}

}  // namespace

PhoneShortcut::PhoneShortcut(std::string_view region) : north_american_(region == "US" || region == "CA") {
  for (const Country& country : kCountries) {
    if (country.region == region) home_ = &country;
  }
}

PhoneShortcut::Outcome PhoneShortcut::append_key(std::string_view value, std::string& out) const {
  constexpr std::size_t kMinDigits = 7;
  Plain plain;
  read_plain(without_extension(value), plain);
  const std::string_view digits(plain.digits, plain.size);
  if (digits.size() < kMinDigits) return Outcome::unknown;

  if (digits.front() == '1' && (plain.plus || north_american_) && is_north_american(digits.substr(1))) {
    return append("1", digits.substr(1), out);
  }
  if (plain.plus) {
    const std::size_t start = (digits[0] - '0') * 100u + (digits[1] - '0') * 10u + (digits[2] - '0');
    if (kIndex[start] == kNoCountry) return Outcome::unknown;
    const Country& country = kCountries[kIndex[start]];
    const std::string_view national = digits.substr(country.code.size());
    return is_national(country, national) ? append(country.code, national, out) : Outcome::unknown;
  }
  if (north_american_) return is_north_american(digits) ? append("1", digits, out) : Outcome::unknown;
  if (!home_) return Outcome::unknown;
  // Digits that begin with the country's own code may be meant with it: the library decides.
  if (home_->bare && is_national(*home_, digits) && !digits.starts_with(home_->code)) {
    return append(home_->code, digits, out);
  }
  if (home_->trunk_zero && digits.front() == '0' && is_national(*home_, digits.substr(1))) {
    return append(home_->code, digits.substr(1), out);
  }
  return Outcome::unknown;
}

}  // namespace crm
