#include "compare/column_pairs.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace crm {
namespace {

using Header = std::vector<std::string>;

ColumnPairs pair(const Header& a, const Header& b, ColumnChoice choice = {}) {
  if (choice.key.empty()) choice.key.push_back({a.front(), std::nullopt});
  return pair_columns(a, b, choice, "a.csv", "b.csv");
}

/// "0-0 1-2r 2-1m": partners, what is renamed, what has moved, what is not compared.
std::string text(const ColumnPairs& pairs) {
  std::string out;
  for (const ColumnPair& p : pairs.pairs) {
    out += (out.empty() ? "" : " ") + std::to_string(p.a) + "-" + std::to_string(p.b);
    out += std::string(p.renamed ? "r" : "") + (p.moved ? "m" : "") + (p.compared ? "" : "x");
  }
  return out;
}

TEST(PairColumns, GoesByExactNamesFirstThenByFolding) {
  EXPECT_EQ(text(pair({"id", "Email", "e-mail"}, {"id", "E-Mail", "Email"})), "0-0 1-2m 2-1r");
  EXPECT_EQ(text(pair({"id", "Email"}, {"ID", "e-mail"})), "0-0r 1-1r");
}

TEST(PairColumns, PairsTheNthOfANameWithTheNth) {
  const ColumnPairs pairs = pair({"id", "x", "x"}, {"x", "id", "x", "x"});
  EXPECT_EQ(text(pairs), "0-1m 1-0 2-2");
  EXPECT_EQ(pairs.only_b, (std::vector<int>{3}));
}

TEST(PairColumns, MovesAsFewAsPossible) {
  EXPECT_EQ(text(pair({"a", "b", "c", "d"}, {"b", "c", "d", "a"})), "0-3m 1-0 2-1 3-2");
  EXPECT_EQ(text(pair({"a", "b", "c"}, {"a", "new", "b", "c"})), "0-0 1-2 2-3");
}

TEST(PairColumns, LeavesOutWhatIsIgnored) {
  ColumnChoice choice;
  choice.ignored = {"b", "New"};
  const ColumnPairs pairs = pair({"a", "b", "old"}, {"a", "B", "New"}, choice);
  EXPECT_EQ(text(pairs), "0-0 1-1rx");
  EXPECT_EQ(pairs.only_a, (std::vector<int>{2}));
  EXPECT_TRUE(pairs.only_b.empty());
}

TEST(PairColumns, DetectsTheRecordId) {
  const ColumnPairs pairs = pair_columns({"Name", "Record ID"}, {"Record ID", "Name"}, {}, "a.csv", "b.csv");
  ASSERT_EQ(pairs.key.size(), 1u);
  EXPECT_EQ(pairs.key[0].a, 1);
  EXPECT_TRUE(pairs.key_was_detected);
  EXPECT_THROW(pair_columns({"Name"}, {"Name"}, {}, "a.csv", "b.csv"), Error);
}

TEST(ParseKeyItems, TakesAKindForOneOnlyIfItIsOne) {
  const auto items = parse_key_items("--key", "Record ID,Email:email,\"Note: x\"");
  ASSERT_EQ(items.size(), 3u);
  EXPECT_EQ(items[0].kind, std::nullopt);
  EXPECT_EQ(items[1].column, "Email");
  EXPECT_EQ(items[1].kind, Kind::email);
  EXPECT_EQ(items[2].column, "Note: x");
}

}  // namespace
}  // namespace crm
