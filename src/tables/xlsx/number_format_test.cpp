#include "tables/xlsx/number_format.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

namespace crm {
namespace {

/// A number as it is shown; "?" where it cannot be.
std::string shown(std::string_view code, double value, std::string stored = {}) {
  if (stored.empty()) stored = fmt::format("{}", value);
  return NumberFormat(code).show(value, stored, false).value_or("?");
}

struct Case {
  const char* code;
  double value;
  const char* expected;
};

TEST(NumberFormat, ShowsNumbersAsSpreadsheetsDo) {
  const Case cases[] = {
      {"General", 1234.5, "1234.5"}, {"0", 1234.5, "1235"}, {"0", 0.4, "0"}, {"0.00", 1.005, "1.01"}, {"0.00", -1.5, "-1.50"},
      {"0.00", -0.001, "0.00"}, {"00000", 2134, "02134"}, {"00000-0000", 21341234, "02134-1234"},
      {"000-00-0000", 123456789, "123-45-6789"}, {"(###) ###-####", 4155550100.0, "(415) 555-0100"},
      {"#,##0", 1234567, "1,234,567"}, {"#,##0", 12, "12"}, {"#,##0", 0, "0"}, {"#,###", 0, ""}, {"#,##0.00", 1234.567, "1,234.57"},
      {"#,##0,", 1234567, "1,235"}, {"0.0,,\"M\"", 1234567, "1.2M"}, {"0%", 0.256, "26%"}, {"0.00%", 0.12345, "12.35%"},
      {"0.00E+00", 123456, "1.23E+05"}, {"0.00E+00", 0.00012, "1.20E-04"}, {"0.0E-0", 99.99, "1.0E2"}, {"0.##", 5, "5."},
      {"0.0#", 5, "5.0"}, {"0.0#", 5.25, "5.25"}, {"$#,##0.00", 1234.5, "$1,234.50"}, {"[$€-407] #,##0.00", 1234.5, "€ 1,234.50"},
      {"#,##0.00\\ [$kr-41D]", 12.5, "12.50 kr"}, {"_($* #,##0.00_);_($* (#,##0.00);_($* \"-\"?" "?_);_(@_)", -1234.5, "$(1,234.50)"},
      {"_($* #,##0.00_);_($* (#,##0.00);_($* \"-\"?" "?_);_(@_)", 0, "$-"}, {"0;-0;;@", 0, ""}, {"0;-0;;@", -7, "-7"},
      {"#,##0;[Red]-#,##0", -1234, "-1,234"}, {"[<=9999999]###-####;(###) ###-####", 5550100, "555-0100"},
      {"[<=9999999]###-####;(###) ###-####", 4155550100.0, "(415) 555-0100"}, {"[Blue]0.0;[Red]-0.0", 2.25, "2.3"},
      {"\"No. \"0", 7, "No. 7"}, {"@", 12345, "12345"}, {"0 \"y\"", 3, "3 y"}, {"+0;-0", 5, "+5"}, {"0.0", 0.05, "0.1"},
      {"0", 9.5, "10"}, {"0.00", 999.999, "1000.00"}, {"#.##", 0.5, ".5"}, {"\\#0", 5, "#5"}, {"General\" kg\"", 2.5, "2.5 kg"}};
  for (const Case& c : cases) EXPECT_EQ(shown(c.code, c.value), c.expected) << c.code << " of " << c.value;
}

TEST(NumberFormat, DatesAndTimesAreIso) {
  const Case cases[] = {
      {"yyyy-mm-dd", 45296, "2024-01-05"}, {"m/d/yy", 45296.9999999, "2024-01-05"}, {"d-mmm", 45296, "2024-01-05"},
      {"mmm-yy", 45296, "2024-01-05"}, {"[$-409]mmmm\\ d\\,\\ yyyy;@", 45296, "2024-01-05"},
      {"[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", 45296, "2024-01-05"}, {"m/d/yy h:mm", 45296.573, "2024-01-05T13:45:07"},
      {"yyyy\\-mm\\-dd\\Thh:mm:ss", 45296.5, "2024-01-05T12:00:00"}, {"h:mm AM/PM", 0.75, "18:00:00"}, {"mm:ss", 0.001, "00:01:26"},
      {"mm:ss.0", 0.0010001, "00:01:26.409"}, {"[h]:mm:ss", 1.1458333333333333, "27:30:00"}, {"h:mm", 45296.5, "12:00:00"},
      {"yyyy-mm-dd", 1, "1900-01-01"}, {"yyyy-mm-dd", 59, "1900-02-28"}, {"yyyy-mm-dd", 60, "1900-02-29"},
      {"yyyy-mm-dd", 61, "1900-03-01"}, {"yyyy-mm-dd", 2958465, "9999-12-31"}, {"d.m.yyyy", 36526, "2000-01-01"},
      {"yyyy\"年\"m\"月\"d\"日\"", 45351, "2024-02-29"}, {"dd/mm/yyyy hh:mm", 45296.99999999, "2024-01-06T00:00:00"}};
  for (const Case& c : cases) EXPECT_EQ(shown(c.code, c.value), c.expected) << c.code << " of " << c.value;
  EXPECT_EQ(NumberFormat("yyyy-mm-dd").show(0, "0", true), "1904-01-01");
  EXPECT_EQ(NumberFormat("yyyy-mm-dd").show(43834, "43834", true), "2024-01-05");
}

TEST(NumberFormat, SaysWhatItCannotShow) {
  for (const char* code : {"# ?/?", "0 #/100", ";;;", "##0.0E+0", "[DBNum1]0"}) EXPECT_EQ(shown(code, 5.5), "?") << code;
  EXPECT_EQ(shown("yyyy-mm-dd", -1), "?");
  EXPECT_EQ(shown("yyyy-mm-dd", 2958466), "?");
  EXPECT_EQ(shown("yyyy-mm-dd", 0), "?");
}

TEST(NumberFormat, GeneralGivesTheWholeNumber) {
  EXPECT_EQ(shown("General", 1234567890123456789.0, "1234567890123456789"), "1234567890123456789");
  EXPECT_EQ(shown("General", 123456789012.0, "123456789012"), "123456789012");
  EXPECT_EQ(shown("General", 0.1 + 0.2, "0.30000000000000004"), "0.3");
  EXPECT_EQ(shown("General", 1e20, "1E+20"), "100000000000000000000");
  EXPECT_EQ(shown("General", 1.5e30, "1.5E+30"), "1.5E+30");
  EXPECT_EQ(shown("General", 1.25e-5, "1.25E-5"), "0.0000125");
  EXPECT_EQ(shown("General", -42, "-42"), "-42");
  EXPECT_EQ(shown("General", 0, "0"), "0");
  EXPECT_EQ(shown("@", 2134, "02134"), "02134");
}

TEST(NumberFormat, TextsHaveASectionOfTheirOwn) {
  EXPECT_EQ(NumberFormat("General").show_text("a"), "a");
  EXPECT_EQ(NumberFormat("@").show_text("a"), "a");
  EXPECT_EQ(NumberFormat("0;0;0;\"ID \"@").show_text("a"), "ID a");
  EXPECT_EQ(NumberFormat(";;;").show_text("a"), "a");
}

TEST(NumberFormat, AnyCodeIsUnderstoodOrNotButNeverAFault) {
  for (const char* code : {"", "\"", "\\", "_", "*", "[", "[]", "[$", "[$-", "[<", "[<=", "E+", "0E+", "0..0", ";;;;;", "[h", "\xC3", "0\xC3"}) {
    for (const double value : {0.0, 1.5, -1.5, 1e300, -1e-300}) shown(code, value);
  }
}

}  // namespace
}  // namespace crm
