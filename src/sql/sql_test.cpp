#include "sql/sql.h"

#include <gtest/gtest.h>

#include <type_traits>

#include "sql/select.h"

namespace crm {
namespace {

static_assert(!std::is_convertible_v<std::string, Sql> && !std::is_constructible_v<Sql, std::string>);
static_assert(!std::is_convertible_v<std::string, Identifier> && !std::is_convertible_v<std::string, Literal>);

TEST(Identifier, IsBareOnlyWhereSqlReadsItAsAName) {
  EXPECT_EQ(Identifier("enriched_1").text(), "enriched_1");
  EXPECT_EQ(Identifier("First Name").text(), "\"First Name\"");
  EXPECT_EQ(Identifier("select").text(), "\"select\"");
  EXPECT_EQ(Identifier("Row").text(), "\"Row\"");
  EXPECT_EQ(Identifier("1st").text(), "\"1st\"");
  EXPECT_EQ(Identifier("").text(), "\"\"");
  EXPECT_EQ(Identifier("a\"; DROP TABLE b --").text(), "\"a\"\"; DROP TABLE b --\"");
}

TEST(Literal, KeepsQuotesAndControlCharacters) {
  EXPECT_EQ(Literal("O'Brien").text(), "'O''Brien'");
  EXPECT_EQ(Literal("").text(), "''");
  EXPECT_EQ(Literal("a\nb").text(), "('a' || chr(10) || 'b')");
  EXPECT_EQ(Literal(std::string("\0x", 2)).text(), "(chr(0) || 'x')");
}

TEST(Sql, PutsPiecesInTheirPlaces) {
  EXPECT_EQ(sql("SELECT {} FROM {} WHERE {} < {}", Literal("x"), Identifier("my table"), sql("row"), 7).text(),
            "SELECT 'x' FROM \"my table\" WHERE row < 7");
  EXPECT_THROW(sql("{} {}", 1), std::logic_error);
  EXPECT_THROW(sql("{}", 1, 2), std::logic_error);
}

TEST(Sql, ACommentCannotEndBeforeItsLine) {
  EXPECT_EQ(Sql::comment("one\nDROP TABLE two").text(), "-- one DROP TABLE two\n");
  EXPECT_EQ(Sql::comment("").text(), "");
}

TEST(Select, IsPrintedAClauseALine) {
  Select select;
  select.columns = {sql("a"), sql("count(*) AS n")};
  select.from = sql("t");
  select.joins = {sql("JOIN u ON u.a = t.a")};
  select.where = {sql("a > 1"), sql("a < 9")};
  select.group_by = {sql("a")};
  select.having = {sql("count(*) > 1")};
  select.order_by = {sql("a")};
  EXPECT_EQ(select.print().text(),
            "SELECT a,\n       count(*) AS n\nFROM t\nJOIN u ON u.a = t.a\nWHERE a > 1\n  AND a < 9\nGROUP BY a\n"
            "HAVING count(*) > 1\nORDER BY a");
}

TEST(Step, APipelineNamesItsStepsAndSaysWhy) {
  const Step numbers{"numbers", "Some numbers.", {{{sql("1 AS n")}, {}, {}, {}, {}, {}, {}}}};
  const Step twice{"twice", "Twice as much.", {{{sql("2 * n AS n")}, sql("numbers"), {}, {}, {}, {}, {}}}};
  EXPECT_EQ(pipeline({numbers, twice}, Reasons::shown).text(),
            "WITH\n-- Some numbers.\nnumbers AS (\n  SELECT 1 AS n\n)\n-- Twice as much.\nSELECT 2 * n AS n\nFROM numbers");
  EXPECT_EQ(create_table(numbers, Reasons::hidden).text(), "CREATE TABLE numbers AS\nSELECT 1 AS n");
}

}  // namespace
}  // namespace crm
