#include "app/terminal.h"

#include <gtest/gtest.h>

#include "report/figures.h"

namespace crm {
namespace {

TEST(Terminal, CountsColumnsNotBytes) {
  EXPECT_EQ(display_width("Groß"), 4);
  EXPECT_EQ(display_width("名前"), 4);
  EXPECT_EQ(display_width("e\xCC\x81"), 1);
  EXPECT_EQ(pad("é", 3), "é  ");
  EXPECT_EQ(pad_left("é", 3), "  é");
}

TEST(Terminal, ShortensWithAnEllipsis) {
  EXPECT_EQ(shorten("abc", 3), "abc");
  EXPECT_EQ(shorten("abcd", 3), "ab…");
  EXPECT_EQ(shorten("名前名前", 5), "名前…");
}

TEST(Terminal, WrapsAtSpaces) { EXPECT_EQ(wrap("aa bb cc", 7, 2), "aa bb\n  cc"); }

TEST(Terminal, ShowsControlCharactersInsteadOfObeyingThem) {
  EXPECT_EQ(printable("a\nb\x1b[31m\xFFé\xE2\x80\xAE"), "a\\nb\\x1B[31m\\xFFé\\u202E");
  EXPECT_EQ(printable("日本"), "日本");
}

TEST(Terminal, DrawsBars) {
  EXPECT_EQ(bar(0.5, 4), "██░░");
  EXPECT_EQ(bar(0.125, 2), "▎░");
  EXPECT_EQ(bar(2, 2), "██");
  EXPECT_EQ(bar(-1, 2), "░░");
}

TEST(Figures, AreWrittenAsPeopleReadThem) {
  EXPECT_EQ(with_thousands(1234567), "1,234,567");
  EXPECT_EQ(with_thousands(999), "999");
  EXPECT_EQ(short_count(812), "812");
  EXPECT_EQ(short_count(8123), "8.1k");
  EXPECT_EQ(short_count(1.25e6), "1.2M");
  EXPECT_EQ(short_time(0.043), "0.04 s");
  EXPECT_EQ(short_time(12.34), "12.3 s");
  EXPECT_EQ(short_time(95), "1 min 35 s");
  EXPECT_EQ(clock_time(94.2), "1:35");
  EXPECT_EQ(clock_time(3700), "1:01:40");
  EXPECT_EQ(short_bytes(134217728), "134 MB");
  EXPECT_EQ(short_bytes(3300000000), "3.3 GB");
  EXPECT_EQ(counted(1, "row", "rows"), "1 row");
}

TEST(Figures, PercentIsAllOrNothingOnlyIfItIs) {
  EXPECT_EQ(percent(171, 212), "80.7 %");
  EXPECT_EQ(percent(1, 1000000), "0.1 %");
  EXPECT_EQ(percent(999999, 1000000), "99.9 %");
  EXPECT_EQ(percent(5, 5), "100 %");
  EXPECT_EQ(percent(0, 5), "0 %");
  EXPECT_EQ(percent(0, 0), "–");
}

}  // namespace
}  // namespace crm
