// The vectorized loops against the plain ones, at every length and alignment.

#include "ingest/special_bytes.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "support/plain_csv.h"

namespace {

std::vector<std::uint32_t> indexed(const std::string& text, char delimiter, bool portable) {
  std::vector<std::uint32_t> positions(text.size() + 64);
  const auto index = portable ? crm::internal::index_special_bytes_portable : crm::index_special_bytes;
  positions.resize(index(text.data(), text.size(), 1000, delimiter, positions.data()));
  return positions;
}

TEST(SpecialBytes, AreFoundAtEveryLength) {
  std::mt19937 random(1);
  for (std::size_t size = 0; size < 300; ++size) {
    std::string text(size, '\0');
    for (char& c : text) c = std::string("a,\"\n\r\0;\xFF", 8)[random() % 8];
    for (const char delimiter : {',', ';', '\0'}) {
      EXPECT_EQ(indexed(text, delimiter, false), indexed(text, delimiter, true)) << size;
    }
  }
}

TEST(SpecialBytes, AWindowOfNothingElseIsFound) {
  const std::string text(crm::kIndexWindowBytes, ',');
  EXPECT_EQ(indexed(text, ',', false).size(), text.size());
  EXPECT_EQ(indexed(text, ',', false).back(), 1000 + text.size() - 1);
}

/// By trying each length: is_utf8 of the plain parser tells.
std::size_t plain_prefix(const std::string& text) {
  std::size_t good = 0;
  for (std::size_t size = 1; size <= text.size(); ++size) {
    if (plain_csv::is_utf8(std::string_view(text).substr(0, size))) good = size;
  }
  return good;
}

TEST(ValidUtf8Prefix, EqualsThePlainOneOnMixturesOfGoodAndBadSequences) {
  const std::vector<std::string> kParts = {
      "a", "some ASCII text that is longer than a block of thirty-two bytes", "\xC3\xA9", "\xE2\x82\xAC",
      "\xF0\x9F\x98\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xF4\x8F\xBF\xBF", "\xC2\x80", "\xE0\xA0\x80",
      "\xF0\x90\x80\x80",
      // and the bad ones
      "\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80",
      "\xF5\x80\x80\x80", "\xFE\x88\x81", "\xC3", "\xE2\x82", "\xF0\x9F\x98", "\xFF"};
  constexpr std::size_t kGood = 11;
  std::mt19937 random(2);
  for (int round = 0; round < 4000; ++round) {
    std::string text;
    const std::size_t parts = random() % 40;
    for (std::size_t i = 0; i < parts; ++i) text += kParts[random() % kGood];
    if (round % 4 != 0) text += kParts[kGood + random() % (kParts.size() - kGood)];
    const std::size_t more = random() % 20;
    for (std::size_t i = 0; i < more; ++i) text += kParts[random() % kParts.size()];
    const std::size_t expected = plain_prefix(text);
    ASSERT_EQ(crm::valid_utf8_prefix(text.data(), text.size()), expected) << "round " << round;
    ASSERT_EQ(crm::internal::valid_utf8_prefix_portable(text.data(), text.size()), expected) << "round " << round;
  }
}

}  // namespace
