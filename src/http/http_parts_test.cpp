#include <gtest/gtest.h>

#include "http/gzip_source.h"
#include "http/negotiation.h"
#include "http/response_head.h"
#include "http/url.h"

namespace crm {
namespace {

using Components = std::vector<std::string>;

TEST(Path, IsSplitAndDecoded) {
  EXPECT_EQ(path_components("/"), Components{});
  EXPECT_EQ(path_components("/api/v1/jobs/a%20b%C3%A9"), (Components{"api", "v1", "jobs", "a bé"}));
}

TEST(Path, TricksAreNoPath) {
  for (const char* path : {"", "api", "//api", "/api/", "/a/../b", "/a/./b", "/a/%2e%2e/b", "/a/%2E/b",
                           "/a%2fb", "/a%5Cb", "/a\\b", "/%00", "/%", "/%2", "/%zz", "/%ff", "/a%0Ab"}) {
    EXPECT_FALSE(path_components(path)) << path;
  }
}

TEST(Query, HasNamesAndValues) {
  const auto query = parse_query("a=1&b=x+y%26z&c&&d==");
  ASSERT_TRUE(query);
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"a", "1"}, {"b", "x y&z"}, {"c", ""}, {"d", "="}};
  EXPECT_EQ(*query, expected);
  EXPECT_FALSE(parse_query("a=%f"));
}

TEST(Query, EncodingIsUndoneByDecoding) {
  const std::string text = "a/b c%d?&=+é\"";
  EXPECT_EQ(percent_decoded(percent_encoded(text)), text);
}

TEST(AcceptEncoding, GzipIsTakenWhereItIsNamedOrAnythingIs) {
  EXPECT_TRUE(accepts_gzip("gzip, deflate, br"));
  EXPECT_TRUE(accepts_gzip("br;q=1.0, GZIP;q=0.5"));
  EXPECT_TRUE(accepts_gzip("*"));
  EXPECT_FALSE(accepts_gzip(""));
  EXPECT_FALSE(accepts_gzip("br, identity"));
  EXPECT_FALSE(accepts_gzip("gzip;q=0"));
  EXPECT_FALSE(accepts_gzip("*, gzip; q=0.000"));
}

TEST(IfNoneMatch, ComparesWeakly) {
  EXPECT_TRUE(matches_etag("\"a\", \"b\"", "\"b\""));
  EXPECT_TRUE(matches_etag("W/\"b\"", "\"b\""));
  EXPECT_TRUE(matches_etag("*", "\"b\""));
  EXPECT_FALSE(matches_etag("\"c\"", "\"b\""));
}

TEST(Range, OneRangeIsAPart) {
  HttpRange range;
  ASSERT_EQ(parse_range("bytes=2-5", 10, range), RangeVerdict::part);
  EXPECT_EQ(range.first, 2u);
  EXPECT_EQ(range.last, 5u);
  ASSERT_EQ(parse_range("bytes=7-", 10, range), RangeVerdict::part);
  EXPECT_EQ(range.last, 9u);
  ASSERT_EQ(parse_range("bytes=-3", 10, range), RangeVerdict::part);
  EXPECT_EQ(range.first, 7u);
  ASSERT_EQ(parse_range("bytes=-99", 10, range), RangeVerdict::part);
  EXPECT_EQ(range.first, 0u);
  ASSERT_EQ(parse_range("bytes=4-99", 10, range), RangeVerdict::part);
  EXPECT_EQ(range.last, 9u);
}

TEST(Range, NonsenseIsTheWholeFileAndBeyondTheEndIsAnError) {
  HttpRange range;
  for (const char* header : {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-2", "items=0-1",
                             "bytes=0-1,3-4", "bytes=99999999999999999999-"}) {
    EXPECT_EQ(parse_range(header, 10, range), RangeVerdict::whole) << header;
  }
  EXPECT_EQ(parse_range("bytes=10-", 10, range), RangeVerdict::unsatisfiable);
  EXPECT_EQ(parse_range("bytes=-0", 10, range), RangeVerdict::unsatisfiable);
  EXPECT_EQ(parse_range("bytes=0-", 0, range), RangeVerdict::unsatisfiable);
}

TEST(ResponseHead, AHeaderWithALineEndIsLeftOut) {
  Response response;
  response.set("X-Good", "1");
  response.set("X-Bad", "1\r\nSet-Cookie: a=b");
  const std::string head = response_head(response, {3, false, true});
  EXPECT_NE(head.find("X-Good: 1\r\n"), std::string::npos);
  EXPECT_EQ(head.find("Set-Cookie"), std::string::npos);
  EXPECT_NE(head.find("Content-Length: 3\r\n"), std::string::npos);
  EXPECT_TRUE(head.ends_with("\r\n\r\n"));
}

TEST(HttpDate, IsTheOneOfTheStandard) { EXPECT_EQ(http_date(784111777), "Sun, 06 Nov 1994 08:49:37 GMT"); }

TEST(Gzip, BeginsWithItsMark) {
  const std::string text = gzipped(std::string(100'000, 'a'));
  EXPECT_EQ(text.substr(0, 2), "\x1f\x8b");
  EXPECT_LT(text.size(), 1000u);
}

}  // namespace
}  // namespace crm
