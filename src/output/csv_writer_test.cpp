#include "output/csv_writer.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace crm {
namespace {

std::string field(std::string_view text, char delimiter = ',') {
  std::string out;
  append_field(text, delimiter, out);
  return out;
}

std::string record(const std::vector<std::string_view>& fields, char delimiter = ',') {
  std::string out;
  append_record(fields, delimiter, out);
  return out;
}

TEST(CsvWriter, QuotesAFieldExactlyWhenItMust) {
  EXPECT_EQ(field("plain text"), "plain text");
  EXPECT_EQ(field("a,b"), "\"a,b\"");
  EXPECT_EQ(field("5\" disk"), "\"5\"\" disk\"");
  EXPECT_EQ(field("\"\""), "\"\"\"\"\"\"");
  EXPECT_EQ(field("a\nb"), "\"a\nb\"");
  EXPECT_EQ(field("a\rb"), "\"a\rb\"");
  EXPECT_EQ(field("a;b|c\td"), "a;b|c\td");
}

TEST(CsvWriter, LeavesSpacesNumbersCommentsAndControlCharactersAlone) {
  EXPECT_EQ(field(" 02134 "), " 02134 ");
  EXPECT_EQ(field("#x"), "#x");
  EXPECT_EQ(field("=1+1"), "=1+1");
  EXPECT_EQ(field(std::string_view("\0\x0B\x1F", 3)), std::string("\0\x0B\x1F", 3));
  EXPECT_EQ(field("日本語 😀"), "日本語 😀");
  EXPECT_EQ(field("\xEF\xBB\xBF" "a"), "\xEF\xBB\xBF" "a");
}

TEST(CsvWriter, TabSeparatedQuotesTabsAndNoCommas) {
  EXPECT_EQ(record({"a,b", "c\td", "e"}, '\t'), "a,b\t\"c\td\"\te\n");
}

TEST(CsvWriter, EveryRecordEndsWithALineFeed) { EXPECT_EQ(record({"a", "", "c"}), "a,,c\n"); }

TEST(CsvWriter, AnEmptyOnlyFieldIsQuotedSoThatItsRecordIsNoEmptyLine) {
  EXPECT_EQ(record({""}), "\"\"\n");
  EXPECT_EQ(record({"", ""}), ",\n");
  EXPECT_EQ(record({" "}), " \n");
}

TEST(CsvWriter, AFieldWrittenInPartsIsTheSame) {
  const std::string text = "a \"long\" note, \"\"\r\n\"";
  EXPECT_TRUE(needs_quotes(text, ','));
  for (std::size_t part = 1; part <= text.size(); ++part) {
    std::string out = "\"";
    for (std::size_t at = 0; at < text.size(); at += part) append_doubling_quotes(std::string_view(text).substr(at, part), out);
    EXPECT_EQ(out + '"', field(text)) << part;
  }
}

TEST(CsvWriter, AppendsToWhatIsThere) {
  std::string out = "a,b\n";
  append_record({"1", "2,3"}, ',', out);
  EXPECT_EQ(out, "a,b\n1,\"2,3\"\n");
}

TEST(CsvWriter, FindsASpecialCharacterAtEveryPlaceOfEveryLength) {
  for (const char special : {',', '"', '\r', '\n'}) {
    for (std::size_t size = 1; size < 80; ++size) {
      for (std::size_t place = 0; place < size; ++place) {
        std::string text(size, 'x');
        text[place] = special;
        EXPECT_EQ(field(text).front(), '"') << size << " " << place;
      }
      EXPECT_EQ(field(std::string(size, '\xFF')), std::string(size, '\xFF'));
      EXPECT_EQ(field(std::string(size, '!')), std::string(size, '!'));  // one below the quote
      EXPECT_EQ(field(std::string(size, '-')), std::string(size, '-'));  // one above the comma
    }
  }
}

TEST(CsvWriter, RandomFieldsAreWhatThePlainRuleMakesOfThem) {
  std::mt19937 random(7);
  const std::string letters = "ab,\"\r\n \t;|\xC3\xA9";
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (unsigned long i = random() % 40; i > 0; --i) text += random() % 8 ? 'x' : letters[random() % letters.size()];
    std::string expected;
    if (text.find_first_of(",\"\r\n") == std::string::npos) {
      expected = text;
    } else {
      expected = "\"";
      for (const char c : text) expected += c == '"' ? std::string("\"\"") : std::string(1, c);
      expected += "\"";
    }
    ASSERT_EQ(field(text), expected);
  }
}

}  // namespace
}  // namespace crm
