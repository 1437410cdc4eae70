#include "match/domain_key.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <utility>

namespace crm {
namespace {

/// The key, or an empty text for none.
std::string key(std::string_view cell) {
  KeyBuffer buffer;
  DomainKeys().add_key(cell, buffer);
  const auto keys = buffer.distinct();
  EXPECT_LE(keys.size(), 1u);
  return keys.empty() ? std::string() : std::string(keys[0]);
}

TEST(DomainKey, UrlsAddressesAndHostsGiveTheRegistrableDomain) {
  for (const char* cell :
       {"acme.com", "ACME.com", " www.acme.com ", "acme.com.", "https://www.acme.com", "http://acme.com/path?a=b#c",
        "//acme.com/x", "acme.com/path", "www.acme.com:8080/x", "https://user:word@shop.acme.com:443/", "jane@acme.com",
        "mailto:jane@mail.acme.com", "Jane <jane@acme.com>", "https://acme.com?mail=a@b.org", "ftp://acme.com\\x"}) {
    EXPECT_EQ(key(cell), "acme.com") << cell;
  }
  EXPECT_EQ(key("https://www.acme.co.uk/"), "acme.co.uk");
  EXPECT_EQ(key("shop_1.acme.co.jp"), "acme.co.jp");
  EXPECT_EQ(key("jane.github.io"), "jane.github.io");  // the list's private section counts
}

TEST(DomainKey, InternationalNamesMeetTheirAsciiForm) {
  EXPECT_EQ(key("https://www.Bücher.de/"), "xn--bcher-kva.de");
  EXPECT_EQ(key("xn--bcher-kva.de"), "xn--bcher-kva.de");
  EXPECT_EQ(key("info@bücher.de"), "xn--bcher-kva.de");
  EXPECT_EQ(key("www.食狮.公司.cn"), key("www.xn--85x722f.xn--55qx5d.cn"));
}

TEST(DomainKey, FreeMailProvidersGiveNone) {
  for (const char* cell : {"jane@gmail.com", "gmail.com", "jane@yahoo.co.uk", "https://mail.google.com@hotmail.com/",
                           "jane@web.de", "jane@mail.qq.com", "jane@proton.me", "jane@comcast.net"}) {
    EXPECT_EQ(key(cell), "") << cell;
  }
  EXPECT_EQ(key("google.com"), "google.com");
  EXPECT_TRUE(is_free_mail_domain("gmx.de"));
  EXPECT_FALSE(is_free_mail_domain("acme.com"));
}

TEST(DomainKey, WhatHasNoRegistrableDomainGivesNone) {
  for (const char* cell :
       {"", "acme", "Acme Inc.", "com", "co.uk", "192.168.0.1", "http://192.168.0.1:80/", "[::1]", "http://[::1]/", "3.5",
        "N/A", ".com", ".acme.com", "acme..com", "acme .com", "a@b@acme.com", "@acme.com", "jane@acme.com; joe@b.com",
        "acme.com:port", "$1.5M", "https://", "a,b.com"}) {
    EXPECT_EQ(key(cell), "") << cell;
  }
  EXPECT_EQ(key(std::string(64, 'a') + ".com"), "");
  EXPECT_EQ(key(std::string(5000, 'a') + ".com"), "");
}

TEST(DomainKey, TextBeforeAUrlIsNoScheme) {
  EXPECT_EQ(key("see https://acme.com/"), "");
  EXPECT_EQ(key("acme.com; https://www.bolt.com"), "");
  EXPECT_EQ(key("git+ssh://acme.com/x"), "acme.com");
}

TEST(DomainKey, ARepeatedHostComesFromTheCacheAndIsTheSame) {
  DomainKeys domains;
  for (int round = 0; round < 3; ++round) {
    for (const auto& [cell, expected] : {std::pair("www.acme.com", "acme.com"), {"jane@gmail.com", ""}, {"b.co.uk", "b.co.uk"}}) {
      KeyBuffer buffer;
      domains.add_key(cell, buffer);
      EXPECT_EQ(buffer.distinct().empty() ? "" : buffer.distinct()[0], expected);
    }
  }
}

TEST(DomainKey, AgreesWithThePublicSuffixListsOwnTests) {
  std::ifstream file(CRM_TEST_DATA "/domain/public_suffix.tsv");
  std::string line;
  int cases = 0;
  while (std::getline(file, line)) {
    if (line.empty() || line.front() == '#') continue;
    const std::string host = line.substr(0, line.find('\t')), expected = line.substr(line.find('\t') + 1);
    // Expected names may be in their international form; a registrable domain is its own registrable domain.
    EXPECT_EQ(key(host), expected.empty() ? "" : key(expected)) << host;
    EXPECT_EQ(key(host).empty(), expected.empty()) << host;
    ++cases;
  }
  EXPECT_GT(cases, 70);
}

}  // namespace
}  // namespace crm
