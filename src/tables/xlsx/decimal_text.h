#pragma once

#include <string>
#include <string_view>

namespace crm {

/// A number as spreadsheets understand it: fifteen decimal digits, so that 0.1 + 0.2 is 0.3.
struct Decimal {
  bool negative = false;
  std::string digits;  ///< without leading and trailing zeros; empty: zero
  int exponent = 0;    ///< the value is 0.DIGITS × 10^exponent

  static Decimal of(double value);
  bool is_zero() const { return digits.empty(); }
  /// Rounded to so many digits behind the point, half away from zero.
  Decimal rounded(int decimals) const;
  /// Digits before the point, none for a value below 1.
  std::string integer_digits() const;
  /// Exactly `count` digits behind the point.
  std::string fraction_digits(int count) const;
  /// Without an exponent, unless it is very large or small: "1234.5", "1.5E+30".
  std::string plain() const;
};

/// The value of a cell in full, as the formula bar shows it: a whole number as it is stored, however long, else up to
/// fifteen digits. `stored`: the text in the file.
std::string general_text(std::string_view stored, double value);

/// A serial date of a spreadsheet as ISO 8601. Days count from 1899-12-31 with a 29 February 1900 that never was, or
/// from 1904-01-01.
struct IsoFormat {
  bool date = false, time = false;
  bool elapsed = false;       ///< hours go on beyond 24: "27:30:00"
  bool milliseconds = false;  ///< shown if there are any
};
/// Empty: it is no date (below zero, beyond the year 9999).
std::string iso_text(double serial, bool from_1904, const IsoFormat& format);

}  // namespace crm
