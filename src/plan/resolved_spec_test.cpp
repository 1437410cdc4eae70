#include "plan/resolved_spec.h"

#include <gtest/gtest.h>

#include "plan/plan_fixture.h"

namespace crm {
namespace {

using plan_test::Case;
using plan_test::file;
using plan_test::has_line;
using plan_test::Names;

Case people() {
  return Case(file("original", {"Record ID", "Email", "Job Title", "Contact owner", "City", "City"}),
              {file("apollo", {"Email", "Work Email", "Title", "Owner", "city", "email", "Score"})});
}

MergeSpec resolved(const Case& people) { return resolved_spec(people.spec, people.plan(), people.original, people.enriched); }

TEST(ResolvedSpec, StatesWhatWasFound) {
  const MergeSpec spec = resolved(people());
  ASSERT_EQ(spec.on.size(), 1u);
  EXPECT_EQ(spec.on[0].columns, Names{"Email"});
  EXPECT_EQ(spec.on[0].enriched_columns.at("apollo"), (Names{"Email", "Work Email", "email"}));
  EXPECT_EQ(spec.id, "Record ID");
  EXPECT_FALSE(spec.auto_map);
  EXPECT_EQ(spec.known_columns.at("original").size(), 6u);
}

TEST(ResolvedSpec, NamesColumnsSoThatTheyAreFoundAgain) {
  Case merge = people();
  merge.map("apollo:Score=#6");
  const MergeSpec spec = resolved(merge);
  const auto to_city = std::find_if(spec.maps.begin(), spec.maps.end(), [](const MapRule& rule) { return rule.theirs == "Score"; });
  ASSERT_NE(to_city, spec.maps.end());
  EXPECT_EQ(to_city->ours, "#6");
}

TEST(ResolvedSpec, ASpecFilesRuleGivesWayToTheCommandLine) {
  Case merge = people();
  merge.spec.strategy_for = {{"Job Title", Strategy::last}};
  merge.spec.weaker.strategy_for = {{"jobtitle", Strategy::longest}, {"Score", Strategy::concat}};
  merge.spec.weaker.maps = {{"apollo", "Score", "Points"}, {std::nullopt, "Title", "Role"}};
  merge.map("apollo:Title=Job Title");
  merge.spec.weaker.strategy_for[1].first = "Points";
  const MergePlan plan = merge.plan();
  EXPECT_EQ(plan_test::column(plan, "Job Title").strategy, Strategy::last);
  EXPECT_EQ(plan_test::column(plan, "Points").strategy, Strategy::concat);
}

TEST(ResolvedSpec, AColumnThatIsLeftOutGoesNowhere) {
  Case merge = people();
  merge.spec.maps = {{"apollo", "Score", "", true}};
  EXPECT_EQ(plan_test::targets(merge.plan()).back(), "-");
  merge.spec.maps.push_back({"apollo", "Gone", "", true});  // nothing to leave out
  EXPECT_EQ(merge.error(), "no error");
}

TEST(ResolvedSpec, ColumnsThatTheSpecDidNotKnowAreAWarning) {
  Case merge = people();
  merge.spec.known_columns["apollo"] = {"Email", "Work Email", "Title", "Owner", "city", "email", "Level"};
  const MergePlan plan = merge.plan();
  EXPECT_TRUE(has_line(plan.warnings, "apollo: a column that the spec does not know: \"Score\""));
  EXPECT_TRUE(has_line(plan.warnings, "apollo: a column of the spec is not there: \"Level\""));
}

TEST(ResolvedSpec, AStatedIdentifierColumnThatIsGoneIsAnError) {
  Case merge = people();
  merge.spec.on = {{Kind::email, {"Email"}, "Email:email", {{"apollo", {"E-mail 9"}}}}};
  EXPECT_EQ(merge.error().substr(0, 68), "--on \"Email:email\": there is no column \"E-mail 9\" in apollo. Its col");
}

}  // namespace
}  // namespace crm
