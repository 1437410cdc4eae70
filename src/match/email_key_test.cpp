#include "match/email_key.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace crm {
namespace {

using Keys = std::vector<std::string>;

Keys keys(std::string_view cell, bool aliases = false, const BlankRule& blank = {}) {
  KeyBuffer buffer;
  add_email_keys(cell, aliases, blank, buffer);
  Keys list;
  for (const std::string_view key : buffer.distinct()) list.emplace_back(key);
  return list;
}

TEST(EmailKeys, AnAddressIsLowerCased) {
  EXPECT_EQ(keys("jane@x.com"), Keys{"jane@x.com"});
  EXPECT_EQ(keys("Jane.Doe@X.Com"), Keys{"jane.doe@x.com"});
  EXPECT_EQ(keys("JÉRÔME@X.com"), Keys{"jérôme@x.com"});
}

TEST(EmailKeys, SurroundingWhiteSpaceIsRemoved) {
  EXPECT_EQ(keys("  jane@x.com "), Keys{"jane@x.com"});
  EXPECT_EQ(keys("\u00A0jane@x.com\t"), Keys{"jane@x.com"});
}

TEST(EmailKeys, ADisplayNameIsRemoved) {
  EXPECT_EQ(keys("Jane Doe <Jane@x.com>"), Keys{"jane@x.com"});
  EXPECT_EQ(keys("<jane@x.com>"), Keys{"jane@x.com"});
  EXPECT_EQ(keys("\"Jane\" < jane@x.com >"), Keys{"jane@x.com"});
  EXPECT_EQ(keys("jane@x.com <jane@x.com>"), Keys{"jane@x.com"});
  EXPECT_EQ(keys("Jane <>"), Keys{});
  EXPECT_EQ(keys("Jane <jane@x.com"), Keys{});
}

TEST(EmailKeys, ASeparatorInADisplayNameSeparatesNothing) {
  EXPECT_EQ(keys("\"Doe, Jane\" <j@x.com>"), Keys{"j@x.com"});
  EXPECT_EQ(keys("Doe, Jane <j@x.com>"), Keys{"j@x.com"});
  EXPECT_EQ(keys("\"old@x.com; Jane\" <j@x.com>, b@x.com"), (Keys{"j@x.com", "b@x.com"}));
  EXPECT_EQ(keys("\"Doe \\\"J, D\\\"\" <j@x.com>"), Keys{"j@x.com"});
  EXPECT_EQ(keys("\"a,b\"@x.com"), Keys{"\"a,b\"@x.com"});
  EXPECT_EQ(keys("\"never closed, a@x.com"), Keys{"a@x.com"});
}

TEST(EmailKeys, MailtoIsRemoved) {
  EXPECT_EQ(keys("mailto:jane@x.com"), Keys{"jane@x.com"});
  EXPECT_EQ(keys("MailTo: jane@x.com?subject=hi"), Keys{"jane@x.com"});
  EXPECT_EQ(keys("Jane <mailto:jane@x.com>"), Keys{"jane@x.com"});
}

TEST(EmailKeys, SeveralAddressesEachGiveAKeyInOrderOnce) {
  EXPECT_EQ(keys("b@x.com; A@x.com,c@x.com|d@x.com\r\ne@x.com; a@X.com"),
            (Keys{"b@x.com", "a@x.com", "c@x.com", "d@x.com", "e@x.com"}));
  EXPECT_EQ(keys(";; a@x.com ;"), Keys{"a@x.com"});
}

TEST(EmailKeys, ThereMustBeOneAtBetweenPartsWithoutSpaces) {
  for (const char* cell : {"jane", "@", "jane@", "@x.com", "a@b@c", "jane doe@x.com", "jane@x .com", "a@x.com b@x.com",
                           "jane\u00A0doe@x.com", "N/A", "-", ";", "jane\t@x.com"}) {
    EXPECT_EQ(keys(cell), Keys{}) << cell;
  }
  EXPECT_EQ(keys("jane@localhost"), Keys{"jane@localhost"});
  EXPECT_EQ(keys("a:b@x.com"), Keys{"a:b@x.com"});
}

TEST(EmailKeys, AliasesAreDroppedOnlyOnRequest) {
  EXPECT_EQ(keys("Jane.D+news@x.com"), Keys{"jane.d+news@x.com"});
  EXPECT_EQ(keys("Jane.D+news@x.com", true), Keys{"jane.d@x.com"});
  EXPECT_EQ(keys("Jane.D+news+more@gmail.com", true), Keys{"janed@gmail.com"});
  EXPECT_EQ(keys("jane.d@googlemail.com", true), Keys{"janed@googlemail.com"});
  EXPECT_EQ(keys("+news@x.com", true), Keys{"+news@x.com"});  // nothing would be left
  EXPECT_EQ(keys("j.d@gmail.com; jd+1@gmail.com", true), Keys{"jd@gmail.com"});
}

TEST(EmailKeys, ABlankTokenIsNoAddressEvenAmongOthers) {
  const BlankRule blank({"none@none.com"});
  EXPECT_EQ(keys("a@x.com; none@none.com", false, blank), Keys{"a@x.com"});
}

TEST(EmailKeys, ACellOfThousandsOfAddressesIsNotQuadratic) {
  std::string cell;
  for (int i = 0; i < 200'000; ++i) cell.append("a").append(std::to_string(i % 100'000)).append("@x.com;");
  EXPECT_EQ(keys(cell).size(), 100'000u);
}

}  // namespace
}  // namespace crm
