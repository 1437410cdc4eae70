#include "tables/xlsx/number_format.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

namespace crm {
namespace {

char lowered(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool starts_with_word(std::string_view text, std::string_view word) {
  return text.size() >= word.size() &&
         std::equal(word.begin(), word.end(), text.begin(), [](char a, char b) { return a == lowered(b); });
}

/// Bytes of the UTF-8 character that `text` begins with.
std::size_t character_bytes(std::string_view text) {
  std::size_t bytes = text.empty() ? 0 : 1;
  while (bytes < text.size() && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) ++bytes;
  return bytes;
}

/// What the letters of a date or time format show, in their order: m means months, or minutes beside hours or seconds.
IsoFormat iso_of(const std::string& letters, bool milliseconds) {
  IsoFormat iso;
  iso.milliseconds = milliseconds;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    const char before = i > 0 ? letters[i - 1] : ' ', after = i + 1 < letters.size() ? letters[i + 1] : ' ';
    switch (letters[i]) {
      case 'y': case 'd': iso.date = true; break;
      case 'm': (before == 'h' || before == 'H' || after == 's' ? iso.time : iso.date) = true; break;
      case 'H': iso.elapsed = iso.time = true; break;
      default: iso.time = true; break;
    }
  }
  iso.elapsed = iso.elapsed && !iso.date;
  return iso;
}

}  // namespace

/// Reads one code into sections.
class NumberFormat::Parser {
 public:
  Parser(std::string_view code, std::vector<Section>& sections) : rest_(code), sections_(sections) {}

  void run() {
    while (!rest_.empty()) step();
    end_section();
  }

 private:
  void step() {
    const char c = rest_[0];
    if (starts_with_word(rest_, "general")) return take(7, [&] { add(Item::Kind::general); });
    switch (c) {
      case ';': return take(1, [&] { end_section(); });
      case '"': return quoted();
      case '\\': return escaped(true);
      case '_': case '*': return escaped(false);
      case '[': return bracketed();
      case '0': case '#': case '?': return take(1, [&] { digit(c); });
      case '.': return take(1, [&] { point(); });
      case ',': return take(1, [&] { comma(); });
      case '%': return take(1, [&] { ++section_.percents; literal("%"); });
      case '@': return take(1, [&] { add(Item::Kind::text); });
      case '/': return take(1, [&] { slash(); });
      default: return letter_or_literal();
    }
  }

  template <class Act>
  void take(std::size_t bytes, const Act& act) {
    rest_.remove_prefix(std::min(bytes, rest_.size()));
    act();
  }

  void add(Item::Kind kind, std::string text = {}, char digit = '0') {
    section_.items.push_back({kind, std::move(text), digit});
  }
  void literal(std::string_view text) {
    if (!section_.items.empty() && section_.items.back().kind == Item::Kind::literal) {
      section_.items.back().text += text;
    } else {
      add(Item::Kind::literal, std::string(text));
    }
  }

  void quoted() {
    rest_.remove_prefix(1);
    const std::size_t end = std::min(rest_.find('"'), rest_.size());
    literal(rest_.substr(0, end));
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
  }

  /// `\x` shows x; `_x` is as wide as x, `*x` fills the column with x: both show nothing here.
  void escaped(bool shown) {
    rest_.remove_prefix(1);
    const std::size_t bytes = character_bytes(rest_);
    if (shown) literal(rest_.substr(0, bytes));
    rest_.remove_prefix(bytes);
  }

  void bracketed() {
    const std::size_t end = std::min(rest_.find(']'), rest_.size());
    const std::string_view inside = rest_.substr(1, end - std::min<std::size_t>(end, 1));
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    if (inside.empty()) return;
    const char first = lowered(inside[0]);
    const bool one_letter = std::all_of(inside.begin(), inside.end(), [&](char c) { return lowered(c) == first; });
    if (one_letter && (first == 'h' || first == 'm' || first == 's')) {
      letters_ += 'H';
    } else if (first == '$') {
      literal(inside.substr(1, inside.find('-') - std::min<std::size_t>(inside.find('-'), 1)));
    } else if (first == '<' || first == '>' || first == '=') {
      condition(inside);
    } else if (starts_with_word(inside, "dbnum") || starts_with_word(inside, "natnum")) {
      section_.unknown = true;
    }
  }

  void condition(std::string_view text) {
    section_.comparison = text[0];
    text.remove_prefix(1);
    if (!text.empty() && (text[0] == '=' || text[0] == '>')) {
      section_.comparison = text[0] == '>' ? 'n' : section_.comparison == '<' ? 'l' : 'g';
      text.remove_prefix(1);
    }
    section_.limit = std::strtod(std::string(text).c_str(), nullptr);
  }

  void digit(char c) {
    if (letters_.ends_with('s') || letters_.ends_with('H')) {
      milliseconds_ = milliseconds_ || after_point_;
      return;
    }
    if (in_exponent_) {
      ++section_.exponent_digits;
      return;
    }
    section_.grouped = section_.grouped || (commas_ > 0 && !behind_);
    commas_ = 0;
    ++(behind_ ? section_.digits_behind : section_.digits_before);
    add(Item::Kind::digit, {}, c);
  }

  void point() {
    after_point_ = true;
    if (!letters_.empty()) return;
    section_.scaling_commas += commas_;
    commas_ = 0;
    section_.unknown = section_.unknown || behind_;
    behind_ = true;
    add(Item::Kind::point);
  }

  void comma() {
    if (section_.digits_before + section_.digits_behind > 0) {
      ++commas_;
    } else {
      literal(",");
    }
  }

  void slash() {
    if (section_.digits_before + section_.digits_behind > 0 && letters_.empty()) section_.unknown = true;
    literal("/");
  }

  void letter_or_literal() {
    const char c = lowered(rest_[0]);
    const bool has_digits = section_.digits_before + section_.digits_behind > 0;
    if (c == 'e' && has_digits && rest_.size() > 1 && (rest_[1] == '+' || rest_[1] == '-')) {
      section_.exponent_plus = rest_[1] == '+';
      in_exponent_ = true;
      return take(2, [&] { add(Item::Kind::exponent); });
    }
    if (starts_with_word(rest_, "am/pm")) return take(5, [&] { letters_ += 'a'; });
    if (starts_with_word(rest_, "a/p")) return take(3, [&] { letters_ += 'a'; });
    if (std::string_view("ymdhseg").find(c) != std::string_view::npos) {
      const std::size_t run = std::min(rest_.find_first_not_of(rest_.substr(0, 1)), rest_.size());
      after_point_ = false;
      return take(run, [&] { letters_ += c == 'e' || c == 'g' ? 'y' : c; });
    }
    const std::size_t bytes = character_bytes(rest_);
    literal(rest_.substr(0, bytes));
    rest_.remove_prefix(bytes);
  }

  void end_section() {
    section_.scaling_commas += commas_;
    if (!letters_.empty()) section_.iso = iso_of(letters_, milliseconds_);
    if (section_.exponent_digits > 0 && section_.digits_before != 1) section_.unknown = true;
    sections_.push_back(std::move(section_));
    section_ = {};
    letters_.clear();
    commas_ = 0;
    behind_ = in_exponent_ = after_point_ = milliseconds_ = false;
  }

  std::string_view rest_;
  std::vector<Section>& sections_;
  Section section_;
  std::string letters_;  // of dates and times, one for each run; H: elapsed, a: AM/PM
  int commas_ = 0;       // behind the last digit
  bool behind_ = false, in_exponent_ = false, after_point_ = false, milliseconds_ = false;
};

bool NumberFormat::Section::holds(double value) const {
  switch (comparison) {
    case '<': return value < limit;
    case '>': return value > limit;
    case '=': return value == limit;
    case 'l': return value <= limit;
    case 'g': return value >= limit;
    case 'n': return value != limit;
    default: return true;
  }
}

NumberFormat::NumberFormat(std::string_view code) {
  Parser(code, sections_).run();
  const auto has_text = [](const Section& section) {
    return std::any_of(section.items.begin(), section.items.end(),
                       [](const Item& item) { return item.kind == Item::Kind::text; });
  };
  has_text_section_ = sections_.size() >= 4 || has_text(sections_.back());
}

const NumberFormat::Section* NumberFormat::text_section() const {
  return has_text_section_ ? &sections_[std::min<std::size_t>(sections_.size() - 1, 3)] : nullptr;
}

const NumberFormat::Section* NumberFormat::section_for(double value) const {
  const std::size_t numeric = sections_.size() == 1 ? 1 : std::min<std::size_t>(sections_.size() - has_text_section_, 3);
  const Section* const s = sections_.data();
  if (numeric == 1) return s[0].holds(value) ? s : nullptr;
  if (s[0].comparison != 0) {
    if (s[0].holds(value)) return s;
    if (numeric == 2) return s + 1;
    const bool second = s[1].comparison != 0 ? s[1].holds(value) : value < 0;
    return second ? s + 1 : s + 2;
  }
  if (numeric == 2) return value >= 0 ? s : s + 1;
  return value > 0 ? s : value < 0 ? s + 1 : s + 2;
}

std::optional<std::string> NumberFormat::show(double value, std::string_view stored, bool from_1904) const {
  const Section* const section = section_for(value);
  if (section == nullptr || section->unknown) return std::nullopt;
  if (section->empty()) return value == 0 && sections_.size() > 1 ? std::optional<std::string>("") : std::nullopt;
  if (section->iso) {
    const std::string text = iso_text(value, from_1904, *section->iso);
    return text.empty() ? std::nullopt : std::optional(text);
  }
  const bool negative_section = section != sections_.data() && (section->comparison == 0 ? section == sections_.data() + 1 : false);
  const bool only_negative = (section->comparison == '<' || section->comparison == 'l') && section->limit <= 0;
  return show_number(*section, Decimal::of(value), value < 0 && !negative_section && !only_negative, stored, value);
}

std::optional<std::string> NumberFormat::show_number(const Section& section, Decimal number, bool sign,
                                                     std::string_view stored, double value) const {
  if (!number.is_zero()) number.exponent += 2 * section.percents - 3 * section.scaling_commas;
  int power = 0;
  if (section.exponent_digits > 0 && !number.is_zero()) {
    power = number.exponent - 1;
    number.exponent = 1;
    number = number.rounded(section.digits_behind);
    power += number.exponent - 1;
    number.exponent = 1;
  } else {
    number = number.rounded(section.digits_behind);
  }
  const std::string integer = number.integer_digits(), fraction = number.fraction_digits(section.digits_behind);
  const int digits = static_cast<int>(integer.size());
  int last_shown = static_cast<int>(fraction.find_last_not_of('0')) + 1;  // digits behind the point that are shown
  for (int seen = 0, behind = 0; const Item& item : section.items) {
    behind |= item.kind == Item::Kind::point;
    if (behind == 0 || item.kind != Item::Kind::digit) continue;
    ++seen;
    if (item.digit == '0') last_shown = std::max(last_shown, seen);
  }

  std::string text;
  const auto put_integer_digit = [&](int place, char placeholder) {  // place: digits to its right
    if (place >= digits && placeholder != '0') return;
    text += place < digits ? integer[static_cast<std::size_t>(digits - 1 - place)] : '0';
    if (section.grouped && place > 0 && place % 3 == 0) text += ',';
  };
  int place = section.digits_before, behind = 0;
  bool has_number = false, after_point = false;
  for (const Item& item : section.items) {
    switch (item.kind) {
      case Item::Kind::literal: text += item.text; break;
      case Item::Kind::general:
      case Item::Kind::text:
        text += general_text(stored.substr(stored.starts_with('-') ? 1 : 0), std::fabs(value));
        has_number = true;
        break;
      case Item::Kind::point:
        text += '.';
        after_point = true;
        break;
      case Item::Kind::exponent:
        text += power < 0 ? "E-" : section.exponent_plus ? "E+" : "E";
        for (std::size_t i = std::to_string(std::abs(power)).size(); i < static_cast<std::size_t>(section.exponent_digits); ++i) text += '0';
        text += std::to_string(std::abs(power));
        break;
      case Item::Kind::digit:
        has_number = true;
        if (after_point) {
          if (behind < last_shown) text += fraction[static_cast<std::size_t>(behind)];
          ++behind;
          break;
        }
        if (place == section.digits_before) {
          for (int more = digits - 1; more >= place; --more) put_integer_digit(more, '0');
        }
        --place;
        put_integer_digit(place, item.digit);
        break;
    }
  }
  const bool shows_sign = sign && has_number && !(number.is_zero() && section.digits_before + section.digits_behind > 0);
  return shows_sign ? "-" + text : text;
}

std::string NumberFormat::show_text(std::string_view text) const {
  const Section* const section = text_section();
  if (section == nullptr || section->items.empty()) return std::string(text);
  std::string shown;
  for (const Item& item : section->items) {
    if (item.kind == Item::Kind::text) shown += text;
    if (item.kind == Item::Kind::literal) shown += item.text;
  }
  return shown;
}

std::string_view builtin_format(int id) {
  switch (id) {
    case 0: return "General";
    case 1: return "0";
    case 2: return "0.00";
    case 3: return "#,##0";
    case 4: return "#,##0.00";
    case 5: return "$#,##0;-$#,##0";
    case 6: return "$#,##0;[Red]-$#,##0";
    case 7: return "$#,##0.00;-$#,##0.00";
    case 8: return "$#,##0.00;[Red]-$#,##0.00";
    case 9: return "0%";
    case 10: return "0.00%";
    case 11: return "0.00E+00";
    case 12: return "# ?/?";
    case 13: return "# ?" "?/?" "?";
    case 14: case 27: case 28: case 29: case 30: case 31: case 34: case 35: case 36: return "yyyy-mm-dd";
    case 50: case 51: case 52: case 53: case 54: case 55: case 56: case 57: case 58: return "yyyy-mm-dd";
    case 15: return "d-mmm-yy";
    case 16: return "d-mmm";
    case 17: return "mmm-yy";
    case 18: return "h:mm AM/PM";
    case 19: return "h:mm:ss AM/PM";
    case 20: case 32: return "h:mm";
    case 21: case 33: return "h:mm:ss";
    case 22: return "m/d/yy h:mm";
    case 37: return "#,##0;(#,##0)";
    case 38: return "#,##0;[Red](#,##0)";
    case 39: return "#,##0.00;(#,##0.00)";
    case 40: return "#,##0.00;[Red](#,##0.00)";
    case 41: return "_(* #,##0_);_(* (#,##0);_(* \"-\"_);_(@_)";
    case 42: return "_($* #,##0_);_($* (#,##0);_($* \"-\"_);_(@_)";
    case 43: return "_(* #,##0.00_);_(* (#,##0.00);_(* \"-\"?" "?_);_(@_)";
    case 44: return "_($* #,##0.00_);_($* (#,##0.00);_($* \"-\"?" "?_);_(@_)";
    case 45: return "mm:ss";
    case 46: return "[h]:mm:ss";
    case 47: return "mm:ss.0";
    case 48: return "##0.0E+0";
    case 49: return "@";
    default: return {};
  }
}

}  // namespace crm
