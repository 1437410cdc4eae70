#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tables/xlsx/decimal_text.h"

namespace crm {

/// How cells show their values: a number format code of a workbook ("#,##0.00", "yyyy-mm-dd", "00000"), understood once.
///
/// Source: ECMA-376 part 1, section 18.8.30 (numFmts) and 18.8.31 (number format codes).
class NumberFormat {
 public:
  explicit NumberFormat(std::string_view code);

  /// The number as displayed, in the notation of en-US; padding to a column's width is left out. Dates and times are
  /// ISO 8601, whatever their format shows. `stored` is the number's text in the file.
  /// Nothing if the format cannot be rendered (fractions, hidden values, dates out of range).
  std::optional<std::string> show(double value, std::string_view stored, bool from_1904) const;

  /// A text as displayed, where the format has a section for texts: `"ID "@`. Else the text itself.
  std::string show_text(std::string_view text) const;

 private:
  struct Item {
    enum class Kind { literal, digit, point, exponent, general, text } kind = Kind::literal;
    std::string text;   ///< of a literal
    char digit = '0';   ///< 0 # ?
  };
  struct Section {
    std::vector<Item> items;
    std::optional<IsoFormat> iso;       ///< a date or time
    char comparison = 0;                ///< of a condition: < > = l (<=) g (>=) n (<>)
    double limit = 0;
    bool grouped = false;               ///< thousands
    bool unknown = false;               ///< cannot be rendered
    int percents = 0, scaling_commas = 0;
    int digits_before = 0, digits_behind = 0, exponent_digits = 0;
    bool exponent_plus = false;         ///< E+00: a sign for positive exponents too

    bool holds(double value) const;
    bool empty() const { return items.empty() && !iso && !unknown; }
  };
  class Parser;

  const Section* section_for(double value) const;
  std::optional<std::string> show_number(const Section& section, Decimal number, bool sign, std::string_view stored,
                                         double value) const;

  std::vector<Section> sections_;
  const Section* text_section() const;
  bool has_text_section_ = false;  ///< the last one
};

/// The code of a format that files only number. Empty for one that has no fixed meaning.
std::string_view builtin_format(int id);

}  // namespace crm
