#include "tables/xlsx/decimal_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace crm {
namespace {

constexpr int kSignificantDigits = 15;
// Beyond these plain notation would be mostly zeros.
constexpr int kLargestPlainExponent = 21, kSmallestPlainExponent = -9;
constexpr double kSerialsEnd = 2'958'466;  // the day behind 9999-12-31
constexpr std::int64_t kDaysOf1904 = 1462;
constexpr std::int64_t kLeapDayThatNeverWas = 60;
constexpr std::int64_t kSecondsPerDay = 86'400;

void trim_zeros(Decimal& number) {
  number.digits.erase(number.digits.find_last_not_of('0') + 1);
  const std::size_t leading = std::min(number.digits.find_first_not_of('0'), number.digits.size());
  number.digits.erase(0, leading);
  number.exponent -= static_cast<int>(leading);
  if (number.digits.empty()) number.exponent = 0;
}

struct Day {
  std::int64_t year = 0;
  int month = 0, day = 0;
};

/// Source: H. Hinnant, chrono-Compatible Low-Level Date Algorithms, civil_from_days. Days since 1970-01-01.
Day day_of(std::int64_t days) {
  days += 719'468;
  const std::int64_t era = days / 146'097;
  const std::int64_t of_era = days - era * 146'097;
  const std::int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36'524 - of_era / 146'096) / 365;
  const std::int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted = (5 * of_year + 2) / 153;
  Day day;
  day.day = static_cast<int>(of_year - (153 * shifted + 2) / 5 + 1);
  day.month = static_cast<int>(shifted < 10 ? shifted + 3 : shifted - 9);
  day.year = year_of_era + era * 400 + (day.month <= 2 ? 1 : 0);
  return day;
}

std::string date_text(std::int64_t serial) {
  if (serial == kLeapDayThatNeverWas) return "1900-02-29";
  // Before that day the count is one ahead of the calendar.
  const std::int64_t since_1970 = serial - 25'569 + (serial < kLeapDayThatNeverWas ? 1 : 0);
  const Day day = day_of(since_1970);
  return fmt::format("{:04}-{:02}-{:02}", day.year, day.month, day.day);
}

}  // namespace

Decimal Decimal::of(double value) {
  Decimal number;
  number.negative = std::signbit(value) && value != 0;
  if (value == 0 || !std::isfinite(value)) return number;
  // "d.dddddddddddddde±x"
  const std::string text = fmt::format("{:.{}e}", std::fabs(value), kSignificantDigits - 1);
  const std::size_t e = text.find('e');
  number.digits = text.substr(0, 1) + text.substr(2, e - 2);
  number.exponent = std::stoi(text.substr(e + 1)) + 1;
  trim_zeros(number);
  return number;
}

Decimal Decimal::rounded(int decimals) const {
  const int kept = exponent + decimals;
  if (kept >= static_cast<int>(digits.size())) return *this;
  Decimal number;
  number.exponent = exponent;
  if (kept < 0) return number;
  number.negative = negative;
  const bool up = digits[static_cast<std::size_t>(kept)] >= '5';
  number.digits = "0" + digits.substr(0, static_cast<std::size_t>(kept));
  ++number.exponent;
  for (std::size_t i = number.digits.size(); up && i-- > 0;) {
    if (number.digits[i] != '9') {
      ++number.digits[i];
      break;
    }
    number.digits[i] = '0';
  }
  trim_zeros(number);
  number.negative = negative && !number.is_zero();
  return number;
}

std::string Decimal::integer_digits() const {
  if (exponent <= 0) return {};
  std::string text = digits.substr(0, static_cast<std::size_t>(exponent));
  text.resize(static_cast<std::size_t>(exponent), '0');
  return text;
}

std::string Decimal::fraction_digits(int count) const {
  std::string text(static_cast<std::size_t>(std::clamp(-exponent, 0, count)), '0');
  if (exponent < static_cast<int>(digits.size())) text += digits.substr(static_cast<std::size_t>(std::max(exponent, 0)));
  text.resize(static_cast<std::size_t>(count), '0');
  return text;
}

std::string Decimal::plain() const {
  if (is_zero()) return "0";
  const std::string sign = negative ? "-" : "";
  if (exponent > kLargestPlainExponent || exponent < kSmallestPlainExponent) {
    const std::string fraction = digits.substr(1);
    return fmt::format("{}{}{}{}E{}{:02}", sign, digits[0], fraction.empty() ? "" : ".", fraction, exponent > 0 ? "+" : "-",
                       std::abs(exponent - 1));
  }
  std::string integer = integer_digits();
  if (integer.empty()) integer = "0";
  const int decimals = std::max(static_cast<int>(digits.size()) - exponent, 0);
  return sign + integer + (decimals > 0 ? "." + fraction_digits(decimals) : "");
}

std::string general_text(std::string_view stored, double value) {
  const std::string_view unsigned_part = stored.substr(stored.starts_with('-') ? 1 : 0);
  const bool whole = !unsigned_part.empty() &&
                     std::all_of(unsigned_part.begin(), unsigned_part.end(), [](char c) { return c >= '0' && c <= '9'; });
  return whole ? std::string(stored) : Decimal::of(value).plain();
}

std::string iso_text(double serial, bool from_1904, const IsoFormat& format) {
  if (!(serial >= 0) || serial >= kSerialsEnd) return {};
  const std::int64_t unit = format.milliseconds ? 1000 : 1;
  const auto ticks = static_cast<std::int64_t>(std::llround(serial * static_cast<double>(kSecondsPerDay * unit)));
  std::int64_t days = ticks / (kSecondsPerDay * unit);
  const std::int64_t of_day = ticks % (kSecondsPerDay * unit);
  // A date alone is the day that the moment is in: it is not rounded to the next.
  if (format.date && !format.time) days = static_cast<std::int64_t>(std::floor(serial));
  std::string text;
  if (format.date) {
    if (days == 0 && !from_1904 && !format.time) return {};
    const std::int64_t serial_day = days + (from_1904 ? kDaysOf1904 : 0);
    if (serial_day > 0) text = date_text(serial_day);
    if (serial_day <= 0 && !format.time) return {};
  }
  if (!format.time) return text;
  const std::int64_t seconds = of_day / unit;
  const std::int64_t hours = seconds / 3600 + (format.elapsed ? days * 24 : 0);
  if (!text.empty()) text += 'T';
  text += fmt::format("{:02}:{:02}:{:02}", hours, seconds / 60 % 60, seconds % 60);
  if (of_day % unit != 0) text += fmt::format(".{:03}", of_day % unit);
  return text;
}

}  // namespace crm
