#include "base/text.h"

#include <gtest/gtest.h>
#include <unicode/locid.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <cstdint>
#include <random>
#include <string>

namespace crm {
namespace {

std::string utf8(char32_t code_point) {
  std::string out;
  icu::UnicodeString(static_cast<UChar32>(code_point)).toUTF8String(out);
  return out;
}

TEST(Text, WhiteSpaceIsUnicodesPropertyForEveryCodePoint) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    ASSERT_EQ(is_white_space(c), u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_WHITE_SPACE) != 0) << static_cast<unsigned>(c);
  }
}

TEST(Text, TrimRemovesEveryWhiteSpaceCharacterOnBothSidesAndNoOther) {
  for (char32_t c = 1; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    const std::string mark = utf8(c);
    const std::string text = mark + mark + "x" + mark;
    if (is_white_space(c)) {
      ASSERT_EQ(trim(text), "x") << static_cast<unsigned>(c);
      ASSERT_TRUE(is_white(mark + mark)) << static_cast<unsigned>(c);
    } else {
      ASSERT_EQ(trim(text), text) << static_cast<unsigned>(c);
      ASSERT_FALSE(is_white(mark)) << static_cast<unsigned>(c);
    }
  }
}

TEST(Text, TrimKeepsWhatIsInside) {
  EXPECT_EQ(trim(" a b\t"), "a b");
  EXPECT_EQ(trim(""), "");
  EXPECT_EQ(trim(" \t\r\n"), "");
  EXPECT_EQ(trim("\u200B"), "\u200B");              // zero-width space has no White_Space
  EXPECT_EQ(trim("\xA0x\x85"), "\xA0x\x85");        // stray bytes are no characters
  EXPECT_EQ(trim("\xE2\x80"), "\xE2\x80");
}

TEST(Text, LowerIsIcusFullMappingInTheRootLocale) {
  EXPECT_EQ(lower("MiXeD 123_[]@Z{"), "mixed 123_[]@z{");
  EXPECT_EQ(lower("ÀÉÎÕÜ"), "àéîõü");
  EXPECT_EQ(lower("\u0130"), "i\u0307");            // İ becomes two code points
  EXPECT_EQ(lower("I"), "i");                       // never Turkish
  EXPECT_EQ(lower("ΟΔΟΣ"), "οδος");                 // final sigma
  EXPECT_EQ(lower("abcΣ"), "abcς");                 // its context may be ASCII
  EXPECT_EQ(lower("ẞ"), "ß");
  EXPECT_EQ(lower(""), "");
}

TEST(Text, LowerAgreesWithIcuForEveryCodePoint) {
  for (char32_t c = 1; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    icu::UnicodeString expected(static_cast<UChar32>(c));
    expected.toLower(icu::Locale::getRoot());
    std::string text;
    expected.toUTF8String(text);
    ASSERT_EQ(lower(utf8(c)), text) << static_cast<unsigned>(c);
  }
}

TEST(Text, LowerKeepsBytesThatAreNotUtf8) {
  EXPECT_EQ(lower("A\xFF" "B\xC3"), "a\xFF" "b\xC3");
  EXPECT_EQ(lower("\xED\xA0\x80" "Ä"), "\xED\xA0\x80" "ä");
}

TEST(Text, AppendLowerAppends) {
  std::string out = "Kept ";
  append_lower("ABC", out);
  append_lower("Ä", out);
  EXPECT_EQ(out, "Kept abcä");
}

TEST(Text, CodePointsCountsCharactersAndNotBytes) {
  EXPECT_EQ(code_points(""), 0u);
  EXPECT_EQ(code_points("aé€😀"), 4u);
}

TEST(Text, Utf8PrefixStopsWhereTheFirstInvalidSequenceBegins) {
  EXPECT_EQ(utf8_prefix("abc"), 3u);
  EXPECT_EQ(utf8_prefix("ab\x80"), 2u);
  EXPECT_EQ(utf8_prefix("é\xC3"), 2u);                    // cut off
  EXPECT_EQ(utf8_prefix("\xC0\x80"), 0u);                 // overlong
  EXPECT_EQ(utf8_prefix("\xE0\x9F\xBF"), 0u);
  EXPECT_EQ(utf8_prefix("\xED\xA0\x80"), 0u);             // surrogate
  EXPECT_EQ(utf8_prefix("\xF0\x8F\xBF\xBF"), 0u);
  EXPECT_EQ(utf8_prefix("\xF4\x90\x80\x80"), 0u);         // above U+10FFFF
  EXPECT_EQ(utf8_prefix("\xF5\x80\x80\x80"), 0u);
  EXPECT_EQ(utf8_prefix("\xF4\x8F\xBF\xBF"), 4u);
  EXPECT_TRUE(is_utf8(std::string("\0a", 2)));
}

TEST(Text, Utf8PrefixAgreesWithIcuOnRandomBytes) {
  std::mt19937 random(1);
  const std::string pieces[] = {"a", "bcdefghijklmnopqrstuvwxyz0123456789", "é", "€", "😀", "\xC3", "\x80", "\xE2\x82",
                                "\xF0\x9F", "\xED\xA0\x80", "\xFF"};
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (unsigned long i = random() % 8; i > 0; --i) text += pieces[random() % std::size(pieces)];
    std::int32_t at = 0;
    std::size_t valid = 0;
    const auto size = static_cast<std::int32_t>(text.size());
    while (at < size) {
      UChar32 c;
      U8_NEXT(reinterpret_cast<const std::uint8_t*>(text.data()), at, size, c);
      if (c < 0) break;
      valid = static_cast<std::size_t>(at);
    }
    ASSERT_EQ(utf8_prefix(text), valid);
  }
}

TEST(Text, FoldedNamesIgnoreCaseSpaceUnderscoreHyphenAndDot) {
  EXPECT_EQ(fold_name(" First_Name "), "firstname");
  EXPECT_EQ(fold_name("E-Mail.Address 1"), "emailaddress1");
  EXPECT_EQ(fold_name("\u00A0Größe\u3000"), "größe");
  EXPECT_EQ(fold_name("a\u00A0b"), "a\u00A0b");          // only the space is removed inside
  EXPECT_EQ(fold_name(" - _ . "), "");
}

TEST(Text, ANameThatFoldsToNothingEqualsOnlyItself) {
  EXPECT_TRUE(same_name("First Name", "first_name"));
  EXPECT_FALSE(same_name("First Name", "Last Name"));
  EXPECT_FALSE(same_name("-", "_"));
  EXPECT_FALSE(same_name("", " "));
  EXPECT_TRUE(same_name("-", "-"));
  EXPECT_FALSE(same_name("", "a"));
}

}  // namespace
}  // namespace crm
