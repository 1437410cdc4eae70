#include "match/keys.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace crm {
namespace {

using Keys = std::vector<std::string>;

Keys keys(Kind kind, std::string_view cell, KeyOptions options = {}) {
  KeyMaker maker(std::move(options));
  Keys list;
  maker.append_keys(kind, cell, list);
  return list;
}

TEST(KeyMaker, ExactKeysAreTrimmedAndLowerCased) {
  EXPECT_EQ(keys(Kind::exact, "  Acme GmbH\u3000"), Keys{"acme gmbh"});
  EXPECT_EQ(keys(Kind::exact, "ÄPFEL"), Keys{"äpfel"});
  EXPECT_EQ(keys(Kind::exact, "a; b"), Keys{"a; b"});  // never several
  EXPECT_EQ(keys(Kind::exact, "02134"), Keys{"02134"});
}

TEST(KeyMaker, ABlankCellHasNoKeyOfAnyKind) {
  KeyOptions options;
  options.blank = BlankRule({"N/A", "none@x.com"});
  for (const Kind kind : {Kind::exact, Kind::id, Kind::email, Kind::phone, Kind::linkedin, Kind::domain}) {
    for (const char* cell : {"", " ", "\u00A0\t", "N/A", " N/A ", "none@x.com"}) {
      EXPECT_EQ(keys(kind, cell, options), Keys{}) << cell;
    }
  }
  EXPECT_EQ(keys(Kind::exact, "n/a", options), Keys{"n/a"});  // tokens are case-sensitive
}

TEST(KeyMaker, OptionsReachTheKinds) {
  KeyOptions options;
  options.region = "GB";
  options.email_aliases = true;
  EXPECT_EQ(keys(Kind::phone, "020 7946 0018", options), Keys{"+442079460018"});
  EXPECT_EQ(keys(Kind::email, "j.d+x@gmail.com", options), Keys{"jd@gmail.com"});
}

TEST(KeyMaker, AppendKeysLeavesOutWhatIsThereAlready) {
  KeyMaker maker({});
  Keys list = {"a@x.com", "z"};
  maker.append_keys(Kind::email, "b@x.com; a@x.com; b@x.com", list);
  EXPECT_EQ(list, (Keys{"a@x.com", "z", "b@x.com"}));
  Keys many;
  for (int i = 0; i < 40; ++i) many.push_back(std::to_string(i) + "@x.com");
  maker.append_keys(Kind::email, "3@x.com;new@x.com;39@x.com", many);
  EXPECT_EQ(many.size(), 41u);
  EXPECT_EQ(many.back(), "new@x.com");
}

TEST(KeyMaker, ViewsHoldUntilTheNextCall) {
  KeyMaker maker({});
  const std::string cell = "Some.Long.Name.That.Needs.Room@Example.com; b@x.com; C@x.com";
  const auto views = maker.keys(Kind::email, cell);
  ASSERT_EQ(views.size(), 3u);
  EXPECT_EQ(views[0], "some.long.name.that.needs.room@example.com");
  EXPECT_EQ(views[1], "b@x.com");
  EXPECT_EQ(views[2], "c@x.com");
}

TEST(KeyMaker, ComparisonKeysMeetWhereOnlyTheFormattingDiffers) {
  KeyMaker maker({});
  const auto same = [&](Kind kind, std::string_view a, std::string_view b) {
    EXPECT_EQ(maker.same_value(kind, a, b), maker.comparison_key(kind, a) == maker.comparison_key(kind, b));
    return maker.same_value(kind, a, b);
  };
  EXPECT_TRUE(same(Kind::exact, "Acme", " acme "));
  EXPECT_FALSE(same(Kind::exact, "Acme", "Acme Inc"));
  EXPECT_FALSE(same(Kind::exact, "Acme Inc", "Acme Ltd"));
  EXPECT_TRUE(same(Kind::exact, "CAF\u00c9", "caf\u00e9"));
  EXPECT_FALSE(same(Kind::exact, "caf\u00e9", "cafe"));
  EXPECT_TRUE(same(Kind::exact, "300 \u212a", "300 k"));  // the Kelvin sign is a k in lower case
  EXPECT_TRUE(same(Kind::phone, "(415) 555-0100", "+14155550100"));
  EXPECT_TRUE(same(Kind::phone, "Ask her", "ask her"));      // no keys: their exact keys
  EXPECT_FALSE(same(Kind::phone, "ask her", "ask him"));
  EXPECT_FALSE(same(Kind::email, "a@x.com", "a@x.com;b@x.com"));
  EXPECT_FALSE(same(Kind::id, "abc", "ABC"));
  EXPECT_TRUE(same(Kind::domain, "https://acme.com/", "ACME.com"));
  EXPECT_FALSE(same(Kind::linkedin, "in/x", "company/x"));
}

TEST(KeyMaker, AKeyAndAnExactKeyOfTheSameTextNeverMeet) {
  KeyMaker maker({});
  // "+14155550100" is the key of a number; as a text without key it would be marked otherwise.
  EXPECT_NE(maker.comparison_key(Kind::phone, "+14155550100"), "x+14155550100");
  EXPECT_EQ(maker.comparison_key(Kind::phone, "ask her"), "xask her");
}

TEST(CompositeKey, NoTwoListsOfPartsShareOne) {
  EXPECT_EQ(composite_key({"a", "b"}), "a\x1F" "b");
  EXPECT_NE(composite_key({"a", "b"}), composite_key({"ab", ""}));
  EXPECT_NE(composite_key({"a\x1F" "b"}), composite_key({"a", "b"}));
  EXPECT_NE(composite_key({"a\x1E", "b"}), composite_key({"a\x1E\x1F" "b"}));
  EXPECT_NE(composite_key({"", ""}), composite_key({""}));
  std::mt19937 random(2);
  const auto part = [&] {
    std::string text;
    for (unsigned long i = random() % 3; i > 0; --i) text += "a\x1E\x1F"[random() % 3];
    return text;
  };
  for (int round = 0; round < 20'000; ++round) {
    const Keys a = {part(), part()}, b = {part(), part()};
    ASSERT_EQ(composite_key(a) == composite_key(b), a == b);
  }
}

TEST(IsCompanyKey, DomainsAndLinkedinCompanies) {
  EXPECT_TRUE(is_company_key(Kind::domain, "acme.com"));
  EXPECT_TRUE(is_company_key(Kind::linkedin, "company/acme"));
  EXPECT_FALSE(is_company_key(Kind::linkedin, "in/acme"));
  EXPECT_FALSE(is_company_key(Kind::exact, "company/acme"));
}

}  // namespace
}  // namespace crm
