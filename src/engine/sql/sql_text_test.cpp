// The SQL that people read, and that no part of it is quadratic.
#include "engine/sql/sql_text.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "engine/sql/every_rule.h"

namespace crm {
namespace {

using test::plan_with_every_rule;

TEST(ExplainSql, IsWhatTheGoldenFileSays) {
  const std::string path = CRM_MERGE_SQL_GOLDEN;
  const std::string text = explain_sql(plan_with_every_rule());
  if (std::getenv("CRM_MERGE_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << text;
  std::ostringstream golden;
  golden << std::ifstream(path).rdbuf();
  EXPECT_EQ(text, golden.str()) << "if the change is meant, run this test with CRM_MERGE_UPDATE_GOLDEN=1 and read the diff";
}

TEST(ExplainSql, JoinsManyFilesOneByOne) {
  MergePlan plan = plan_with_every_rule();
  EXPECT_EQ(explain_sql(plan).find("POSITIONAL JOIN"), std::string::npos);
  while (plan.inputs.size() < 4) {
    plan.inputs.push_back(plan.inputs.back());
    for (PlanColumn& column : plan.columns) {
      column.rank.push_back(static_cast<int>(column.rank.size()));
      column.sources.push_back(column.sources.back());
    }
  }
  const std::string text = explain_sql(plan);
  EXPECT_NE(text.find("CREATE TEMP TABLE value_4 AS"), std::string::npos);
  EXPECT_NE(text.find("POSITIONAL JOIN value_4 AS e4"), std::string::npos);
}

TEST(ExplainSql, ShowsNoTextOfTheUserButInCommentsAndLiterals) {
  MergePlan plan = plan_with_every_rule();
  plan.original_header[3] = plan.columns[0].name = "City\"; DROP TABLE original; --\nSELECT 1";
  plan.inputs[0].name = "x'); DROP TABLE original; --";
  const std::string text = explain_sql(plan);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t at = line.find("DROP TABLE");
    if (at == std::string::npos) continue;
    const bool comment = line.find("--") < at && line.find_first_not_of(' ') == line.find("--");
    const bool literal = line.find("'x''); DROP TABLE original; --'") != std::string::npos;
    EXPECT_TRUE(comment || literal) << line;
  }
}

}  // namespace
}  // namespace crm
