#include "report/html_text.h"

#include <gtest/gtest.h>

namespace crm {
namespace {

using namespace std::string_literals;

TEST(HtmlEscaped, LeavesNothingThatAPageWouldActOn) {
  EXPECT_EQ(html_escaped("<script>alert('x')</script>"), "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;");
  EXPECT_EQ(html_escaped("a\" onload=\"b & c"), "a&quot; onload=&quot;b &amp; c");
  EXPECT_EQ(html_escaped("&lt;"), "&amp;lt;");
}

TEST(HtmlEscaped, ShowsControlCharactersAndKeepsLines) {
  EXPECT_EQ(html_escaped("a\0b\x1b\x7f\tc\nd"s), "a\xE2\x90\x80" "b\xE2\x90\x9B\xE2\x90\xA1\tc\nd");
}

TEST(HtmlEscaped, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(html_escaped("Zo\xC3\xAB \xF0\x9F\x98\x80"), "Zo\xC3\xAB \xF0\x9F\x98\x80");
  EXPECT_EQ(html_escaped("a\xFF<\xC3"), "a\xEF\xBF\xBD&lt;\xEF\xBF\xBD");
}

TEST(HtmlName, SaysThatANameIsBlank) {
  EXPECT_EQ(html_name("<b>"), "<bdi>&lt;b&gt;</bdi>");
  EXPECT_EQ(html_name(" "), "<i class=\"dim\">blank name</i>");
}

TEST(HtmlFigure, CanBeFoundAgain) {
  EXPECT_EQ(html_figure("columns.3.changed", 12345), "<data value=\"12345\" data-figure=\"columns.3.changed\">12,345</data>");
}

}  // namespace
}  // namespace crm
