// The contract's functions, as SQL calls them.
#include <gtest/gtest.h>

#include <string>

#include "base/error.h"
#include "duckdb/database.h"
#include "engine/sql/key_functions.h"
#include "engine/sql/value_functions.h"

namespace crm {
namespace {

class Functions : public testing::Test {
 protected:
  Functions() : database_(":memory:", {{"threads", "2"}}), connection_(database_.connect()) {
    const auto makers = std::make_shared<KeyMakerPool>(KeyOptions{"US", false, BlankRule({"N/A"})});
    add_key_functions(connection_, makers, std::nullopt);
    MergePlan plan;
    plan.separator = " + ";
    plan.columns.resize(5);
    plan.columns[0].name = "Note";
    constexpr ConflictPolicy kPolicies[] = {ConflictPolicy::keep_original, ConflictPolicy::use_enriched,
                                            ConflictPolicy::create_alternate, ConflictPolicy::original_only};
    for (int i = 0; i < 4; ++i) {
      plan.columns[i + 1].original_column = i;
      plan.columns[i + 1].policy = kPolicies[i];
    }
    add_value_functions(connection_, makers, plan);
  }
  std::string text(const std::string& expression) {
    return connection_.query_text("SELECT CAST(" + expression + " AS VARCHAR)");
  }
  static std::string group(int file, const std::string& values) {
    return "'first', CAST(" + std::to_string(file) + " AS BIGINT) << 40, NULL, " + values;
  }

  duck::Database database_;
  duck::Connection connection_;
};

TEST_F(Functions, KeysAreDistinctInOrderAndCarryTheirLane) {
  EXPECT_EQ(text("crm_keys('email', 0, 'B@x.com; a@x.com', NULL, 'b@X.com')"), "['0:b@x.com', '0:a@x.com']\n");
  EXPECT_EQ(text("crm_keys('linkedin', 3, 'linkedin.com/in/ann', 'linkedin.com/company/acme')"),
            "['6:in/ann', '7:company/acme']\n");
  EXPECT_EQ(text("crm_keys('exact', 1, ' N/A ', '', 'x')"), "['2:x']\n");
  EXPECT_EQ(text("crm_keys('exact', 1)"), "[]\n");
}

TEST_F(Functions, AScopedKeyTellsTheKey) {
  EXPECT_EQ(unscoped_key("0!696e2fff78"), "in/\xffx");
  EXPECT_EQ(unscoped_key("12:in/a:b"), "in/a:b");
}

TEST_F(Functions, AllKeysIsOneKeyOrNone) {
  EXPECT_EQ(text("len(crm_all_keys(crm_keys('exact', 0, 'a'), crm_keys('exact', 1, 'b', 'c')))"), "1\n");
  EXPECT_EQ(text("crm_all_keys(crm_keys('exact', 0, 'a'), crm_keys('exact', 1))"), "[]\n");
  EXPECT_EQ(text("crm_all_keys(crm_keys('exact', 0, 'a'), crm_keys('exact', 1, 'b')) = "
                 "crm_all_keys(crm_keys('exact', 0, 'A'), crm_keys('exact', 1, 'B'))"),
            "true\n");
}

TEST_F(Functions, EntriesSortByRowThenPlaceAndTellTheLane) {
  const std::int64_t entry = connection_.query_bigint("SELECT crm_entries(5, ['2:a', '13:b'])[2]");
  EXPECT_EQ(row_of_entry(entry), 5);
  EXPECT_EQ(lane_of_entry(entry), 13);
  EXPECT_EQ(identifier_of_entry(entry), 6);
  EXPECT_EQ(text("crm_entries(5, ['2:a', '13:b'])[1] < crm_entries(5, ['2:a', '13:b'])[2]"), "true\n");
  EXPECT_EQ(text("crm_entries(5, [])"), "[]\n");
}

TEST_F(Functions, BlankCellsAreNoValues) {
  EXPECT_EQ(text("crm_value('x ')"), "x \n");
  EXPECT_EQ(text("crm_value('  ')"), "NULL\n");
  EXPECT_EQ(text("crm_value('N/A')"), "NULL\n");
  EXPECT_EQ(text("crm_blank('\u00a0')"), "true\n");
}

TEST_F(Functions, LengthIsCodePointsAndRecencyIsTime) {
  EXPECT_EQ(text("crm_length('Łódź')"), "4\n");
  EXPECT_EQ(text("crm_recency('1970-01-02')"), "86400000000\n");
  EXPECT_EQ(text("crm_recency('soon')"), "NULL\n");
}

TEST_F(Functions, ConflictTellsFormattingFromReal) {
  EXPECT_EQ(text("crm_conflict('exact', NULL, 'a', 'a')"), "0\n");
  EXPECT_EQ(text("crm_conflict('exact', 'a', 'A ', 'a')"), "1\n");
  EXPECT_EQ(text("crm_conflict('exact', 'a', 'A', 'b')"), "2\n");
  EXPECT_EQ(text("crm_conflict('phone', '(415) 555-0100', '+1 415 555 0100')"), "1\n");
  EXPECT_EQ(text("crm_same('exact', 'a', 'A')"), "true\n");
  EXPECT_EQ(text("crm_comparison_key('exact', 'a') = crm_comparison_key('exact', ' A')"), "true\n");
}

TEST_F(Functions, ValuesStandBesideWhatTheOutputHolds) {
  EXPECT_EQ(text("crm_standing(0, NULL, 'a', 'A', NULL, 'b')"), "=-x\n") << "a new column";
  EXPECT_EQ(text("crm_standing(1, 'b', 'a', 'a', 'B')"), "x=\n") << "the original's value is kept";
  EXPECT_EQ(text("crm_standing(1, NULL, 'a', 'a', 'B')"), "=x\n");
  EXPECT_EQ(text("crm_standing(2, 'b', 'a', 'a', 'B')"), "=x\n") << "replaced";
  EXPECT_EQ(text("crm_standing(2, 'A', 'a', 'a', 'B')"), "=x\n") << "formatting only: kept";
  EXPECT_EQ(text("crm_standing(3, 'b', 'a', 'a', 'B')"), "=x\n") << "the alternate's cell";
  EXPECT_EQ(text("crm_standing(4, 'b', 'a', 'a', 'B')"), "x=\n");
  EXPECT_EQ(text("crm_standing(4, NULL, 'a', 'a', 'a')"), "xx\n") << "the cell stays blank";
  EXPECT_EQ(text("crm_standing(0, NULL, NULL, NULL, NULL)"), "NULL\n");
}

TEST_F(Functions, ValuesAreDistinctInTheOrderOfRows) {
  const auto of = [&](const std::string& expression, const std::string& rows) {
    return connection_.query_text("SELECT CAST(" + expression + " AS VARCHAR) FROM " + rows);
  };
  EXPECT_EQ(of("crm_values(t, r, r + 1)", "(VALUES ('b', 7), ('a', 9), (NULL, 1), ('b', 3), ('a', 4)) v(t, r)"),
            "[{'text': b, 'row': 3, 'line': 4, 'rows': 2}, {'text': a, 'row': 4, 'line': 5, 'rows': 2}]\n");
  EXPECT_EQ(of("crm_values(t, r, r)", "(VALUES (CAST(NULL AS VARCHAR), 1)) v(t, r)"), "NULL\n");
  EXPECT_EQ(of("crm_spread('exact', crm_values(t, r, r))", "(VALUES ('b', 7), ('B', 9)) v(t, r)"), "1\n");
  EXPECT_EQ(of("crm_spread('exact', crm_values(t, r, r))", "(VALUES ('b', 7), ('B', 8), ('c', 9)) v(t, r)"), "2\n");
  EXPECT_EQ(of("len(crm_values(CAST(range % 100 AS VARCHAR), range, range))", "range(100000)"), "100\n");
}

TEST_F(Functions, TheMostFrequentIsCountedOverFilesByKey) {
  const std::string one = "[{'text': 'a', 'row': 1, 'line': 2, 'rows': 1}, {'text': 'b', 'row': 2, 'line': 3, 'rows': 2}]";
  const std::string two = "[{'text': 'A', 'row': 8, 'line': 9, 'rows': 2}]";
  const auto typed = [](const std::string& list) {
    return "CAST(" + list + " AS STRUCT(text VARCHAR, \"row\" BIGINT, line BIGINT, \"rows\" BIGINT)[])";
  };
  EXPECT_EQ(text("crm_most_frequent(0, " + group(1, typed(one)) + ")"), "{'text': b, 'source': 1099511627778, 'line': 3}\n");
  EXPECT_EQ(text("crm_most_frequent(0, " + group(1, typed(one)) + ", " + group(2, typed(two)) + ")"),
            "{'text': a, 'source': 1099511627777, 'line': 2}\n")
      << "three times a, in two spellings: its first spelling";
  EXPECT_EQ(text("crm_concat(0, " + group(1, typed(one)) + ", " + group(2, typed(two)) + ")"),
            "{'text': a + b, 'sources': [{'source': 1099511627777, 'line': 2}, {'source': 1099511627778, 'line': 3}]}\n");
  EXPECT_EQ(text("struct_extract(crm_concat(0, " + group(1, typed("NULL")) + "), 'text')"), "first\n");
  EXPECT_EQ(text("crm_concat(0, NULL, NULL, NULL, " + typed("NULL") + ")"), "NULL\n");
}

TEST_F(Functions, AConcatenatedCellHasALimit) {
  try {
    connection_.execute("SELECT crm_concat(0, 'x', CAST(1 AS BIGINT) << 40, NULL, crm_values(repeat(t, 40000000), r, r)) "
                        "FROM (VALUES ('x', 1), ('y', 2)) v(t, r)");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::limit_exceeded);
    EXPECT_NE(error.message().find("Note"), std::string::npos);
  }
}

}  // namespace
}  // namespace crm
