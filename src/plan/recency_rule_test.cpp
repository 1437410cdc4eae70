#include "plan/recency_rule.h"

#include <gtest/gtest.h>

#include "plan/plan_fixture.h"

namespace crm {
namespace {

using namespace plan_test;

Case three_files() {
  return Case(file("original", {"Record ID", "Email", "Phone", "City", "Unshared"}),
              {file("a", {"Email", "Phone", "Score", "Seen"}), file("b", {"Email", "City", "Score", "Seen"}),
               file("c", {"Email", "Phone", "Rank"})});
}

TEST(Recency, IsTheColumnOfThatNameInEachFile) {
  Case recent = three_files();
  recent.spec.strategy = Strategy::most_recent;
  recent.spec.recency = "seen";
  const MergePlan plan = recent.plan();
  EXPECT_EQ(plan.inputs[0].recency_column, 3);
  EXPECT_EQ(plan.inputs[1].recency_column, 3);
  EXPECT_EQ(plan.inputs[2].recency_column, std::nullopt);
  EXPECT_TRUE(has_line(plan.warnings, "c: no column \"seen\", so its rows count as the oldest"));
}

TEST(Recency, ReachesAColumnThatWasMappedToThatName) {
  Case recent(file("original", {"Email", "Updated"}),
              {file("a", {"Email", "mod"}), file("b", {"Email", "Updated"})});
  recent.map("mod=Updated").spec.strategy = Strategy::most_recent;
  recent.spec.recency = "Updated";
  EXPECT_EQ(recent.plan().inputs[0].recency_column, 1);
}

TEST(Recency, IsFoundInADroppedColumnToo) {
  Case recent = three_files();
  recent.spec.strategy = Strategy::most_recent;
  recent.spec.recency = "Seen";
  recent.spec.drop = {"Seen"};
  EXPECT_EQ(recent.plan().inputs[0].recency_column, 3);
}

TEST(Recency, MostRecentWithoutItIsAnError) {
  Case recent = three_files();
  recent.spec.strategy_for = {{"Phone", Strategy::most_recent}};
  EXPECT_EQ(recent.error(),
            "most_recent needs to know the column with the dates of the enriched rows: add --recency COLUMN");
}

TEST(Recency, AColumnThatNoFileHasIsAnError) {
  Case recent = three_files();
  recent.spec.strategy = Strategy::most_recent;
  recent.spec.recency = "Seem";
  EXPECT_NE(recent.error().find(
                "--recency: there is no column \"Seem\" in any enriched file. Its columns: \"Seen\""),
            std::string::npos);
}

TEST(Recency, AnAmbiguousColumnIsAnError) {
  Case recent(file("original", {"Email"}), {file("a", {"Email", "d", "d"})});
  recent.spec.strategy = Strategy::most_recent;
  recent.spec.recency = "d";
  EXPECT_NE(recent.error().find("--recency: \"d\" is ambiguous in a"), std::string::npos);
}

TEST(Recency, WithoutTheStrategyHasNoEffect) {
  Case recent = three_files();
  recent.spec.recency = "Seen";
  EXPECT_TRUE(has_line(recent.plan().warnings, "--recency has no effect"));
}

TEST(Recency, AFormatAloneIsAnError) {
  Case recent = three_files();
  recent.spec.recency_format = "%d/%m/%Y";
  EXPECT_NE(recent.error().find("--recency-format says how to read the dates of --recency COLUMN"),
            std::string::npos);
}

}  // namespace
}  // namespace crm
