#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/text.h"
#include "match/keys.h"

namespace crm {
namespace {

constexpr long long kMicros = 1'000'000, kDaySeconds = 86'400;
constexpr int kMaxZoneMinutes = 24 * 60;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

/// What a date-time says, piece by piece; what it does not say is that of 1970-01-01T00:00Z.
struct Parts {
  int year = 1970, month = 1, day = 1;
  std::optional<int> day_of_year;
  int hour = 0, minute = 0, second = 0;
  long long micros = 0;
  int zone_minutes = 0;
  std::optional<int> hour_12;
  bool afternoon = false;
  std::optional<long long> epoch_seconds;
};

/// Reads a text from left to right. A `take_…` that does not fit returns false or nothing and the parse is over.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool done() const { return text_.empty(); }
  std::size_t left() const { return text_.size(); }
  char peek() const { return text_.empty() ? '\0' : text_.front(); }
  bool take(char c) {
    if (peek() != c || done()) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool take_ignoring_case(std::string_view word) {
    if (text_.size() < word.size()) return false;
    for (std::size_t i = 0; i < word.size(); ++i) {
      if (ascii_lower(text_[i]) != ascii_lower(word[i])) return false;
    }
    text_.remove_prefix(word.size());
    return true;
  }
  void skip_spaces() {
    while (!done() && is_space(peek())) text_.remove_prefix(1);
  }
  /// A number of `min` to `max` digits.
  std::optional<long long> take_number(std::size_t min, std::size_t max) {
    long long number = 0;
    std::size_t size = 0;
    for (; size < max && !done() && is_digit(peek()); ++size) {
      number = number * 10 + (peek() - '0');
      text_.remove_prefix(1);
    }
    return size >= min ? std::optional(number) : std::nullopt;
  }
  bool take_int(std::size_t min, std::size_t max, int& into) {
    const std::optional<long long> number = take_number(min, max);
    if (number) into = static_cast<int>(*number);
    return number.has_value();
  }
  /// Digits behind a decimal point; those beyond microseconds are cut off.
  bool take_fraction(long long& micros) {
    long long unit = kMicros / 10;
    if (!is_digit(peek())) return false;
    for (micros = 0; !done() && is_digit(peek()); text_.remove_prefix(1), unit /= 10) micros += (peek() - '0') * unit;
    return true;
  }
  /// `Z`, ±HH, ±HHMM or ±HH:MM.
  bool take_zone(int& minutes) {
    if (take('Z') || take('z')) return true;
    const bool west = peek() == '-';
    if (!take('+') && !take('-')) return false;
    int hours = 0, rest = 0;
    if (!take_int(2, 2, hours)) return false;
    const bool colon = take(':');
    if (colon || is_digit(peek())) {
      if (!take_int(2, 2, rest)) return false;
    }
    if (rest > 59 || hours * 60 + rest >= kMaxZoneMinutes) return false;
    minutes = (hours * 60 + rest) * (west ? -1 : 1);
    return true;
  }

 private:
  std::string_view text_;
};

std::optional<long long> days_of(const Parts& parts) {
  using namespace std::chrono;
  if (parts.year < 1 || parts.year > 9999) return std::nullopt;
  if (parts.day_of_year) {
    const year y(parts.year);
    if (*parts.day_of_year < 1 || *parts.day_of_year > (y.is_leap() ? 366 : 365)) return std::nullopt;
    return sys_days(y / January / 1).time_since_epoch().count() + *parts.day_of_year - 1;
  }
  const year_month_day date(year(parts.year), month(static_cast<unsigned>(parts.month)),
                            day(static_cast<unsigned>(parts.day)));
  if (!date.ok()) return std::nullopt;
  return sys_days(date).time_since_epoch().count();
}

std::optional<long long> instant(const Parts& parts) {
  if (parts.epoch_seconds) return *parts.epoch_seconds * kMicros + parts.micros;
  const std::optional<long long> days = days_of(parts);
  if (!days) return std::nullopt;
  int hour = parts.hour;
  if (parts.hour_12) {
    if (*parts.hour_12 < 1 || *parts.hour_12 > 12) return std::nullopt;
    hour = *parts.hour_12 % 12 + (parts.afternoon ? 12 : 0);
  }
  // 24:00 is the end of the day; a second of 60 is a leap second, the first instant of the next minute here.
  const bool end_of_day = hour == 24 && parts.minute == 0 && parts.second == 0 && parts.micros == 0;
  if ((hour > 23 && !end_of_day) || parts.minute > 59 || parts.second > 60) return std::nullopt;
  const long long seconds =
      *days * kDaySeconds + hour * 3600 + (parts.minute - parts.zone_minutes) * 60 + parts.second;
  return seconds * kMicros + parts.micros;
}

/// Day of the year, maybe below 1 or beyond its end, of a day of an ISO week.
int day_of_week_date(int year, int week, int weekday) {
  using namespace std::chrono;
  // The fourth of January is always in week 1.
  const std::chrono::weekday fourth{sys_days(std::chrono::year(year) / January / 4)};
  return 4 - static_cast<int>(fourth.iso_encoding()) + (week - 1) * 7 + weekday;
}

bool take_week_date(Reader& reader, bool dashed, Parts& parts) {
  int week = 0, weekday = 0;
  if (!reader.take_int(2, 2, week) || (dashed && !reader.take('-')) || !reader.take_int(1, 1, weekday)) return false;
  if (week < 1 || week > 53 || weekday < 1 || weekday > 7) return false;
  if (parts.year < 1 || parts.year > 9998) return false;
  int day = day_of_week_date(parts.year, week, weekday);
  const auto days_in = [](int year) { return std::chrono::year(year).is_leap() ? 366 : 365; };
  // Week 53 exists only if its Thursday is still in the year.
  if (week == 53 && day_of_week_date(parts.year, 53, 4) > days_in(parts.year)) return false;
  if (day < 1) {
    --parts.year;
    day += days_in(parts.year);
  } else if (day > days_in(parts.year)) {
    day -= days_in(parts.year);
    ++parts.year;
  }
  parts.day_of_year = day;
  return true;
}

/// YYYY-MM-DD, YYYYMMDD, YYYY-DDD, YYYYDDD, YYYY-Www-D, YYYYWwwD.
bool take_iso_date(Reader& reader, Parts& parts) {
  if (!reader.take_int(4, 4, parts.year)) return false;
  const bool dashed = reader.take('-');
  if (reader.take('W') || reader.take('w')) return take_week_date(reader, dashed, parts);
  Reader ahead = reader;
  std::size_t digits = 0;
  while (ahead.take_number(1, 1)) ++digits;
  if (digits == 3) {
    int day = 0;
    if (!reader.take_int(3, 3, day)) return false;
    parts.day_of_year = day;
    return true;
  }
  return reader.take_int(2, 2, parts.month) && (!dashed || reader.take('-')) && reader.take_int(2, 2, parts.day);
}

/// HH:MM, HH:MM:SS, HHMM, HHMMSS or HH, the seconds with a fraction or not.
bool take_iso_time(Reader& reader, Parts& parts) {
  if (!reader.take_int(2, 2, parts.hour)) return false;
  const bool colons = reader.take(':');
  if (!colons && !is_digit(reader.peek())) return true;
  if (!reader.take_int(2, 2, parts.minute)) return false;
  if (colons ? !reader.take(':') : !is_digit(reader.peek())) return true;
  if (!reader.take_int(2, 2, parts.second)) return false;
  return reader.take('.') || reader.take(',') ? reader.take_fraction(parts.micros) : true;
}

std::optional<long long> parse_iso(std::string_view text) {
  Reader reader(text);
  Parts parts;
  if (!take_iso_date(reader, parts)) return std::nullopt;
  if (!reader.done()) {
    if (!reader.take('T') && !reader.take('t')) {
      if (!is_space(reader.peek())) return std::nullopt;
      reader.skip_spaces();
    }
    if (!take_iso_time(reader, parts)) return std::nullopt;
    reader.skip_spaces();
    if (!reader.done() && !reader.take_zone(parts.zone_minutes)) return std::nullopt;
  }
  return reader.done() ? instant(parts) : std::nullopt;
}

constexpr std::array<std::string_view, 12> kMonths = {"January", "February", "March",     "April",   "May",      "June",
                                                      "July",    "August",   "September", "October", "November", "December"};
constexpr std::array<std::string_view, 7> kWeekdays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                       "Thursday", "Friday", "Saturday"};

/// Takes a whole name or its first three letters; returns its place, -1 if there is none.
template <std::size_t N>
int take_name(Reader& reader, const std::array<std::string_view, N>& names) {
  for (const bool whole : {true, false}) {
    for (std::size_t i = 0; i < N; ++i) {
      if (reader.take_ignoring_case(whole ? names[i] : names[i].substr(0, 3))) return static_cast<int>(i);
    }
  }
  return -1;
}

bool take_two_digit_year(Reader& reader, int& year) {
  if (!reader.take_int(1, 2, year)) return false;
  year += year < 69 ? 2000 : 1900;  // POSIX
  return true;
}

bool take_day_of_year(Reader& reader, Parts& parts) {
  int day = 0;
  if (!reader.take_int(1, 3, day)) return false;
  parts.day_of_year = day;
  return true;
}

bool take_hour_12(Reader& reader, Parts& parts) {
  int hour = 0;
  if (!reader.take_int(1, 2, hour)) return false;
  parts.hour_12 = hour;
  return true;
}

bool take_half_of_day(Reader& reader, Parts& parts) {
  parts.afternoon = reader.take_ignoring_case("pm");
  return parts.afternoon || reader.take_ignoring_case("am");
}

bool take_month_name(Reader& reader, Parts& parts) {
  const int month = take_name(reader, kMonths);
  parts.month = month + 1;
  return month >= 0;
}

bool take_epoch(Reader& reader, Parts& parts) {
  constexpr std::size_t kMaxEpochDigits = 12;  // beyond the year 9999; keeps microseconds in 64 bits
  const bool negative = reader.take('-');
  const std::optional<long long> seconds = reader.take_number(1, kMaxEpochDigits);
  if (seconds) parts.epoch_seconds = negative ? -*seconds : *seconds;
  return seconds.has_value();
}

bool take_by_format(Reader& reader, std::string_view format, Parts& parts);

/// Takes what one conversion stands for. Like strptime's, numbers may lack leading zeros.
bool take_conversion(Reader& reader, char conversion, Parts& parts) {
  switch (conversion) {
    case 'Y': return reader.take_int(1, 4, parts.year);
    case 'y': return take_two_digit_year(reader, parts.year);
    case 'm': return reader.take_int(1, 2, parts.month);
    case 'e': reader.skip_spaces(); [[fallthrough]];
    case 'd': return reader.take_int(1, 2, parts.day);
    case 'j': return take_day_of_year(reader, parts);
    case 'H': return reader.take_int(1, 2, parts.hour);
    case 'I': return take_hour_12(reader, parts);
    case 'M': return reader.take_int(1, 2, parts.minute);
    case 'S': return reader.take_int(1, 2, parts.second);
    case 'f': return reader.take_fraction(parts.micros);
    case 'p': return take_half_of_day(reader, parts);
    case 'b': case 'B': case 'h': return take_month_name(reader, parts);
    case 'a': case 'A': return take_name(reader, kWeekdays) >= 0;
    case 'z': return reader.take_zone(parts.zone_minutes);
    case 'Z': return reader.take_ignoring_case("UTC") || reader.take_ignoring_case("GMT") || reader.take('Z');
    case 's': return take_epoch(reader, parts);
    case 'F': return take_by_format(reader, "%Y-%m-%d", parts);
    case 'T': return take_by_format(reader, "%H:%M:%S", parts);
    case 'R': return take_by_format(reader, "%H:%M", parts);
    case 'D': return take_by_format(reader, "%m/%d/%y", parts);
    case 'n': case 't': reader.skip_spaces(); return true;
    case '%': return reader.take('%');
    default: return false;
  }
}

bool take_by_format(Reader& reader, std::string_view format, Parts& parts) {
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] == '%' && i + 1 < format.size()) {
      if (!take_conversion(reader, format[++i], parts)) return false;
    } else if (is_space(format[i])) {
      reader.skip_spaces();
    } else if (!reader.take(format[i])) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::optional<long long> parse_recency(std::string_view cell, const std::optional<std::string>& format) {
  const std::string_view text = trim(cell);
  if (text.empty()) return std::nullopt;
  if (!format) return parse_iso(text);
  Reader reader(text);
  Parts parts;
  if (!take_by_format(reader, *format, parts)) return std::nullopt;
  reader.skip_spaces();
  return reader.done() ? instant(parts) : std::nullopt;
}

bool is_recency_format(std::string_view format) {
  constexpr std::string_view kConversions = "YymdejHIMSfpbBhaAzZsFTRDnt%";
  bool any = false;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') continue;
    if (++i == format.size() || kConversions.find(format[i]) == std::string_view::npos) return false;
    any = any || std::string_view("nt%").find(format[i]) == std::string_view::npos;
  }
  return any;
}

}  // namespace crm
