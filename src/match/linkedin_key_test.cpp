#include "match/linkedin_key.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace crm {
namespace {

using Keys = std::vector<std::string>;

Keys keys(std::string_view cell) {
  KeyBuffer buffer;
  add_linkedin_keys(cell, BlankRule(), buffer);
  Keys list;
  for (const std::string_view key : buffer.distinct()) list.emplace_back(key);
  return list;
}

TEST(LinkedinKeys, EverySpellingOfAProfileHasOneKey) {
  for (const char* cell :
       {"https://www.linkedin.com/in/jane-doe", "http://linkedin.com/in/jane-doe/", "HTTPS://WWW.LINKEDIN.COM/IN/Jane-Doe",
        "www.linkedin.com/in/jane-doe", "linkedin.com/in/jane-doe", "//linkedin.com/in/jane-doe",
        "https://uk.linkedin.com/in/jane-doe", "https://m.linkedin.com/in/jane-doe", "https://touch.www.linkedin.com/in/jane-doe",
        "https://www.linkedin.com/mwlite/in/jane-doe", "https://www.linkedin.com/in/jane-doe?trk=x&y=/in/z",
        "https://www.linkedin.com/in/jane-doe/#about", "https://www.linkedin.com/in/jane-doe/details/experience/",
        "https://www.linkedin.com/in/jane-doe/de", "https://www.linkedin.com//in//jane-doe//",
        "https://www.linkedin.com:443/in/jane-doe", "https://linkedin.com./in/jane-doe", "in/jane-doe", "/in/Jane-Doe/",
        "  https://www.linkedin.com/in/jane%2Ddoe ", "https://www.linkedin.com/in/%6Aane-doe"}) {
    EXPECT_EQ(keys(cell), Keys{"in/jane-doe"}) << cell;
  }
}

TEST(LinkedinKeys, NamesArePercentDecodedAndLowerCased) {
  EXPECT_EQ(keys("linkedin.com/in/J%C3%89R%C3%94ME"), Keys{"in/jérôme"});
  EXPECT_EQ(keys("linkedin.com/in/JÉRÔME"), Keys{"in/jérôme"});
  EXPECT_EQ(keys("linkedin.com/in/50%25"), Keys{"in/50%"});
  EXPECT_EQ(keys("linkedin.com/in/a%"), Keys{"in/a%"});
  EXPECT_EQ(keys("linkedin.com/in/a%4"), Keys{"in/a%4"});
  EXPECT_EQ(keys("linkedin.com/in/a%zz"), Keys{"in/a%zz"});
  EXPECT_EQ(keys("linkedin.com/in/J%E9"), Keys{"in/j%e9"});  // what is no UTF-8 stays escaped
}

TEST(LinkedinKeys, CompaniesAndOldPublicProfiles) {
  EXPECT_EQ(keys("https://www.linkedin.com/company/Acme-Inc/about/"), Keys{"company/acme-inc"});
  EXPECT_EQ(keys("company/1234"), Keys{"company/1234"});
  EXPECT_EQ(keys("http://www.linkedin.com/pub/Jane-Doe/4/123/A5b/"), Keys{"pub/jane-doe/4/123/a5b"});
}

TEST(LinkedinKeys, ASchemeStandsAtTheBeginning) {
  // What a concat with a separator of one's own may make of two addresses is one path, not the address at its end.
  EXPECT_EQ(keys("in/a\"https://linkedin.com/in/b/"), Keys{"in/a\"https:"});
  EXPECT_EQ(keys("example.com/https://linkedin.com/in/b"), Keys{});
}

TEST(LinkedinKeys, SeveralAddressesEachGiveAKey) {
  EXPECT_EQ(keys("linkedin.com/in/a; linkedin.com/company/b|in/c\nhttps://linkedin.com/in/A/"),
            (Keys{"in/a", "company/b", "in/c"}));
}

TEST(LinkedinKeys, WhatIsNoProfileOrCompanyHasNone) {
  for (const char* cell :
       {"", "jane-doe", "https://www.linkedin.com/", "https://www.linkedin.com/in/", "linkedin.com/in", "in/", "in",
        "https://www.linkedin.com/feed/", "https://www.linkedin.com/school/x", "https://example.com/in/jane",
        "https://notlinkedin.com/in/jane", "https://linkedin.com.evil.com/in/jane", "example.com/in/jane",
        "jane@linkedin.com", "jane@x.linkedin.com/in/jane", "https://twitter.com/jane", "in/%20", "https://in/jane"}) {
    EXPECT_EQ(keys(cell), Keys{}) << cell;
  }
}

}  // namespace
}  // namespace crm
