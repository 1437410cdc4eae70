#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "match/keys.h"

namespace crm {
namespace {

using Micros = std::optional<long long>;

constexpr long long kSecond = 1'000'000, kDay = 86'400 * kSecond;
constexpr long long k2024 = 19723 * kDay;  // 2024-01-01T00:00Z

Micros iso(std::string_view cell) { return parse_recency(cell, std::nullopt); }
Micros by(const std::string& format, std::string_view cell) { return parse_recency(cell, format); }

TEST(Recency, IsoDatesAreMidnightInUtc) {
  EXPECT_EQ(iso("1970-01-01"), 0);
  EXPECT_EQ(iso("2024-01-01"), k2024);
  EXPECT_EQ(iso(" 20240101 "), k2024);
  EXPECT_EQ(iso("2024-001"), k2024);
  EXPECT_EQ(iso("2024060"), k2024 + 59 * kDay);
  EXPECT_EQ(iso("2024-02-29"), k2024 + 59 * kDay);
  EXPECT_EQ(iso("2024-W01-1"), k2024);
  EXPECT_EQ(iso("2024W017"), k2024 + 6 * kDay);
  EXPECT_EQ(iso("2026-W53-7"), iso("2027-01-03"));
  EXPECT_EQ(iso("2025-W01-1"), iso("2024-12-30"));
  EXPECT_EQ(iso("0001-01-01"), -719162 * kDay);
  EXPECT_LT(iso("1969-12-31"), iso("1970-01-01"));
}

TEST(Recency, IsoDateTimesHaveFractionsAndZones) {
  EXPECT_EQ(iso("2024-01-01T01:02:03"), k2024 + 3723 * kSecond);
  EXPECT_EQ(iso("2024-01-01 01:02:03Z"), k2024 + 3723 * kSecond);
  EXPECT_EQ(iso("2024-01-01t01:02:03z"), k2024 + 3723 * kSecond);
  EXPECT_EQ(iso("20240101T010203Z"), k2024 + 3723 * kSecond);
  EXPECT_EQ(iso("2024-01-01T01:02"), k2024 + 3720 * kSecond);
  EXPECT_EQ(iso("2024-01-01T01"), k2024 + 3600 * kSecond);
  EXPECT_EQ(iso("2024-01-01T00:00:00.5Z"), k2024 + 500'000);
  EXPECT_EQ(iso("2024-01-01T00:00:00,123456789Z"), k2024 + 123'456);
  EXPECT_EQ(iso("2024-01-01T02:00:00+02:00"), k2024);
  EXPECT_EQ(iso("2024-01-01T02:00:00+0200"), k2024);
  EXPECT_EQ(iso("2024-01-01T02:00:00.000+0000"), k2024 + 7200 * kSecond);  // as Salesforce writes it
  EXPECT_EQ(iso("2023-12-31T19:00:00-05"), k2024);
  EXPECT_EQ(iso("2024-01-01 02:00 +02:00"), k2024);
  EXPECT_EQ(iso("2023-12-31T24:00:00"), k2024);
  EXPECT_EQ(iso("2023-12-31T23:59:60Z"), k2024);
}

TEST(Recency, WhatIsNotIsoIsNothing) {
  for (const char* cell :
       {"", " ", "2024-1-5", "01/05/2024", "2024-13-01", "2024-02-30", "2023-02-29", "2024-01-01T25:00", "2024-01-01T24:01",
        "2024-01-01T10:60", "2024-01-01T", "2024-01-01T10:00:", "2024-01-01T10:00:00.", "2024-01-01T10:00+25:00",
        "2024-01-01T10:00 UTC", "2024-01-01x", "yesterday", "2024", "2024-01", "0000-01-01", "2024-367", "2023-366",
        "2024-W54-1", "2024-W53-1", "2024-W01-8", "2024-01-0110:00", "2024-0101", "1704067200"}) {
    EXPECT_EQ(iso(cell), std::nullopt) << cell;
  }
}

TEST(Recency, AFormatReadsWhatItSays) {
  EXPECT_EQ(by("%m/%d/%Y", "1/1/2024"), k2024);
  EXPECT_EQ(by("%m/%d/%Y", "01/01/2024"), k2024);
  EXPECT_EQ(by("%d.%m.%y", "01.01.24"), k2024);
  EXPECT_EQ(by("%d.%m.%y", "01.01.70"), 0);
  EXPECT_EQ(by("%b %d, %Y", "Jan 1, 2024"), k2024);
  EXPECT_EQ(by("%B %e, %Y", "JANUARY  1, 2024"), k2024);
  EXPECT_EQ(by("%A, %d %B %Y", "Monday, 1 january 2024"), k2024);
  EXPECT_EQ(by("%m/%d/%Y %I:%M %p", "1/1/2024 12:30 am"), k2024 + 1800 * kSecond);
  EXPECT_EQ(by("%m/%d/%Y %I:%M %p", "1/1/2024 12:30 PM"), k2024 + (12 * 3600 + 1800) * kSecond);
  EXPECT_EQ(by("%FT%T.%f%z", "2024-01-01T02:00:00.25+02:00"), k2024 + 250'000);
  EXPECT_EQ(by("%F %R %Z", "2024-01-01 00:00 UTC"), k2024);
  EXPECT_EQ(by("%D", "1/1/24"), k2024);
  EXPECT_EQ(by("%Y%j", "2024001"), k2024);
  EXPECT_EQ(by("%s", "1704067200"), k2024);
  EXPECT_EQ(by("%s", "-1"), -kSecond);
  EXPECT_EQ(by("100%% %Y-%m-%d", "100% 2024-01-01"), k2024);
}

TEST(Recency, AFormatMustFitTheWholeCell) {
  EXPECT_EQ(by("%m/%d/%Y", "1/1/2024 10:00"), std::nullopt);
  EXPECT_EQ(by("%m/%d/%Y", "2024-01-01"), std::nullopt);
  EXPECT_EQ(by("%d/%m/%Y", "13/13/2024"), std::nullopt);
  EXPECT_EQ(by("%I:%M %p", "13:00 pm"), std::nullopt);
  EXPECT_EQ(by("%Q", "1"), std::nullopt);
  EXPECT_EQ(by("%Y", ""), std::nullopt);
}

TEST(Recency, UnknownConversionsAreFoundBeforehand) {
  EXPECT_TRUE(is_recency_format("%Y-%m-%d %H:%M:%S"));
  EXPECT_FALSE(is_recency_format("%Q"));
  EXPECT_FALSE(is_recency_format("%"));
  EXPECT_FALSE(is_recency_format("YYYY-MM-DD"));
  EXPECT_FALSE(is_recency_format(""));
}

}  // namespace
}  // namespace crm
