#include "match/phone_key.h"

#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "match/phone_shortcut.h"

namespace crm {
namespace {

std::vector<std::string> keys(std::string_view cell, std::string_view region = "US") {
  PhoneKeys phones(region);
  KeyBuffer buffer;
  phones.add_keys(cell, BlankRule(), buffer);
  std::vector<std::string> list;
  for (const std::string_view key : buffer.distinct()) list.emplace_back(key);
  return list;
}

using Keys = std::vector<std::string>;

TEST(PhoneKeys, EverySpellingOfANumberHasItsE164Key) {
  for (const char* spelling :
       {"+14155550100", "+1 (415) 555-0100", "1-415-555-0100", "(415) 555-0100", "415.555.0100", "4155550100",
        " 415 555 0100 ", "+1 415 555 0100 x12", "415-555-0100 ext. 99", "415-555-0100 Extension 7", "tel:+1-415-555-0100",
        "(415)555-0100x3", "+1-415-555-0100 #4", "011 1 415 555 0100", "４１５ ５５５ ０１００", "office: 415-555-0100"}) {
    EXPECT_EQ(keys(spelling), Keys{"+14155550100"}) << spelling;
  }
}

TEST(PhoneKeys, NumbersWithoutACountryCodeAreOfTheRegion) {
  EXPECT_EQ(keys("020 7946 0018", "GB"), Keys{"+442079460018"});
  EXPECT_EQ(keys("020 7946 0018", "gb"), Keys{"+442079460018"});
  EXPECT_EQ(keys("+44 (0)20 7946 0018"), Keys{"+442079460018"});
  EXPECT_EQ(keys("030 123456", "DE"), Keys{"+4930123456"});
  EXPECT_EQ(keys("98765 43210", "IN"), Keys{"+919876543210"});
  EXPECT_EQ(keys("06 1234 5678", "IT"), Keys{"+390612345678"});
  EXPECT_EQ(keys("+1 415 555 0100", "GB"), Keys{"+14155550100"});
}

TEST(PhoneKeys, WhatIsNoPossibleNumberGivesItsDigitsIfThereAreSeven) {
  EXPECT_EQ(keys("00442079460018"), Keys{"00442079460018"});
  EXPECT_EQ(keys("12345678"), Keys{"12345678"});
  EXPECT_EQ(keys("123456"), Keys{});
  EXPECT_EQ(keys("ext. 5"), Keys{});
  EXPECT_EQ(keys("ask her"), Keys{});
  EXPECT_EQ(keys(""), Keys{});
}

TEST(PhoneKeys, OneDigitRepeatedIsAPlaceholder) {
  for (const char* spelling : {"0000000000", "000-000-0000", "+1 999 999 9999", "(555) 555-5555", "1111111", "+77777777777",
                               "99999999999999999999", "+44 2222 222222"}) {
    EXPECT_EQ(keys(spelling), Keys{}) << spelling;
  }
}

TEST(PhoneKeys, ACellMayHoldSeveralNumbersWithOrWithoutExtensions) {
  EXPECT_EQ(keys("415-555-0100; 415-555-0101, ext. 5|+44 20 7946 0018\n4155550100"),
            (Keys{"+14155550100", "+14155550101", "+442079460018"}));
  EXPECT_EQ(keys("+14155550100;ext=5"), Keys{"+14155550100"});
  EXPECT_EQ(keys("415-555-0100,,,1234"), Keys{"+14155550100"});
}

TEST(PhoneKeys, ARepeatedValueComesFromTheCacheAndIsTheSame) {
  PhoneKeys phones("US");
  KeyBuffer buffer;
  const std::string cell = "1-800-FLOWERS;1-800-FLOWERS;no number;no number;1-800-FLOWERS";
  phones.add_keys(cell, BlankRule(), buffer);
  phones.add_keys(cell, BlankRule(), buffer);
  ASSERT_EQ(buffer.distinct().size(), 1u);
  EXPECT_EQ(buffer.distinct()[0], "+18003569377");
}

TEST(PhoneKeys, BytesThatAreNotUtf8AndEndlessValuesAreHarmless) {
  EXPECT_EQ(keys("\xFF" "415-555-0100"), Keys{"4155550100"});
  EXPECT_EQ(keys(std::string(100'000, '7')), Keys{});
  EXPECT_EQ(keys(std::string(100'000, 'x') + "4155550100"), Keys{});
}

TEST(PhoneKeys, EveryExampleNumberOfTheMetadataIsItsOwnKey) {
  std::ifstream file(CRM_TEST_DATA "/phone/example_numbers.tsv");
  PhoneKeys phones("US");
  std::string line;
  int numbers = 0;
  while (std::getline(file, line)) {
    if (line.empty() || line.front() == '#') continue;
    const std::string e164 = line.substr(line.find('\t') + 1);
    EXPECT_EQ(phones.key_by_library(e164), e164);
    EXPECT_EQ(keys(e164), Keys{e164});
    ++numbers;
  }
  EXPECT_GT(numbers, 1000);
}

TEST(PhoneKeys, TheLibrarysOwnParsingCasesGiveTheirNumbers) {
  std::ifstream file(CRM_TEST_DATA "/phone/parse.tsv");
  std::string line;
  int cases = 0;
  while (std::getline(file, line)) {
    if (line.empty() || line.front() == '#') continue;
    std::istringstream fields(line);
    std::string region, expected, text;
    std::getline(fields, region, '\t');
    std::getline(fields, expected, '\t');
    std::getline(fields, text);
    EXPECT_EQ(PhoneKeys(region).key_by_library(text), expected) << text;
    ++cases;
  }
  EXPECT_GT(cases, 30);
}

/// Compares the shortcut with the library; returns true if the shortcut knew the value.
bool agree(const PhoneShortcut& shortcut, const PhoneKeys& phones, const std::string& value) {
  std::string key;
  const PhoneShortcut::Outcome outcome = shortcut.append_key(value, key);
  if (outcome == PhoneShortcut::Outcome::unknown) {
    EXPECT_EQ(key, "");
    return false;
  }
  EXPECT_EQ(key, phones.key_by_library(value)) << value;
  return true;
}

/// `digits` with punctuation as people put it.
std::string spelled(const std::string& digits, std::mt19937& random) {
  static const char* const kBetween[] = {"", "", "", "", " ", "-", ".", ") ", " (", " - ", "  "};
  std::string text;
  for (const char c : digits) {
    if (!text.empty()) text += kBetween[random() % std::size(kBetween)];
    text += c;
  }
  static const char* const kAfter[] = {"", "", "", "", " ", " x12", "x1", " ext. 345", " Ext 9", "ext:1234567", " X.5", "."};
  return text + kAfter[random() % std::size(kAfter)];
}

TEST(PhoneShortcut, AgreesWithTheLibraryForEveryCountryLengthAndPrefix) {
  std::mt19937 random(11);
  const PhoneShortcut abroad("US");
  const PhoneKeys phones("US");
  int known = 0;
  for (int prefix = 0; prefix < 100'000; ++prefix) {  // country code and the first digits behind it
    std::string digits = std::to_string(prefix);
    digits.insert(0, 5 - digits.size(), '0');
    digits.resize(7 + random() % 8);
    for (std::size_t i = 5; i < digits.size(); ++i) digits[i] = static_cast<char>('0' + random() % 10);
    known += agree(abroad, phones, std::string("+").append(spelled(digits, random)));
  }
  EXPECT_GT(known, 5'000);
}

TEST(PhoneShortcut, AgreesWithTheLibraryForNumbersAsWrittenInsideEachRegion) {
  std::mt19937 random(12);
  for (const char* region :
       {"US", "CA", "PR", "RU", "KZ", "EG", "ZA", "GR", "NL", "BE", "FR", "ES", "HU", "IT", "RO", "CH", "AT", "GB", "DK",
        "SE", "NO", "PL", "DE", "PE", "MX", "AR", "BR", "CL", "CO", "MY", "AU", "ID", "PH", "NZ", "SG", "TH", "JP", "KR",
        "VN", "CN", "TR", "IN", "PK", "LK", "MA", "TN", "NG", "KE", "PT", "LU", "IE", "IS", "MT", "CY", "FI", "BG", "LT",
        "LV", "EE", "UA", "RS", "HR", "SI", "CZ", "SK", "CR", "PA", "EC", "UY", "HK", "BD", "TW", "LB", "JO", "KW", "SA",
        "AE", "IL", "BH", "QA"}) {
    const PhoneShortcut shortcut(region);
    const PhoneKeys phones(region);
    for (int prefix = 0; prefix < 1000; ++prefix) {
      std::string digits = std::to_string(prefix);
      digits.insert(0, 3 - digits.size(), '0');
      digits.resize(7 + random() % 6);
      for (std::size_t i = 3; i < digits.size(); ++i) digits[i] = static_cast<char>('0' + random() % 10);
      agree(shortcut, phones, spelled(digits, random));
    }
  }
}

TEST(PhoneShortcut, DigitsThatBeginWithTheRegionsOwnCodeAreTheLibrarysMatter) {
  EXPECT_EQ(keys("85294804", "HK"), Keys{"+85294804"});
  EXPECT_EQ(keys("9123456789", "IN"), Keys{"+919123456789"});
}

TEST(PhoneShortcut, AgreesWithTheLibraryOnNoise) {
  std::mt19937 random(13);
  const std::string letters = "0123456789012345678901234567890123456789+-. ()/xX#ext:~*";
  const PhoneShortcut shortcut("US");
  const PhoneKeys phones("US");
  for (int round = 0; round < 60'000; ++round) {
    std::string text = random() % 3 == 0 ? "+1" : "";
    for (unsigned long i = random() % 18; i > 0; --i) text += letters[random() % letters.size()];
    agree(shortcut, phones, text);
  }
}

}  // namespace
}  // namespace crm
