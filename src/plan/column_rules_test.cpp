#include "plan/column_rules.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "plan/plan_fixture.h"

namespace crm {
namespace {

using namespace plan_test;
using Columns = std::vector<int>;

Case three_files() {
  return Case(file("original", {"Record ID", "Email", "Phone", "City", "Unshared"}),
              {file("a", {"Email", "Phone", "Score", "Seen"}), file("b", {"Email", "City", "Score", "Seen"}),
               file("c", {"Email", "Phone", "Rank"})});
}

TEST(NewColumns, ColumnsChoosesAndOrdersThem) {
  Case chosen = three_files();
  chosen.spec.columns = {"rank", "Score"};
  EXPECT_EQ(merged(chosen.plan()), (Names{"Email", "Phone", "City", "Rank", "Score"}));
  EXPECT_EQ(targets(chosen.plan(), 0), (Names{"Email", "Phone", "Score", "-"}));
}

TEST(NewColumns, AnEmptyListKeepsNone) {
  Case chosen = three_files();
  chosen.spec.columns = Names{};
  EXPECT_EQ(merged(chosen.plan()), (Names{"Email", "Phone", "City"}));
}

TEST(NewColumns, DropLeavesThemOut) {
  Case dropped = three_files();
  dropped.spec.drop = {"score"};
  EXPECT_EQ(merged(dropped.plan()), (Names{"Email", "Phone", "City", "Seen", "Rank"}));
}

TEST(NewColumns, AnOriginalColumnCannotBeChosenOrDropped) {
  Case chosen = three_files();
  chosen.spec.columns = {"City"};
  EXPECT_EQ(chosen.error(),
            "--columns: \"City\" is a column of the original, which are all kept; it chooses among the new "
            "columns: \"Score\", \"Seen\", \"Rank\"");
  Case dropped = three_files();
  dropped.spec.drop = {"Unshared"};
  EXPECT_NE(dropped.error().find("--drop: \"Unshared\" is a column of the original"), std::string::npos);
}

TEST(NewColumns, UnknownDoubleOrContradictoryNamesAreErrors) {
  Case chosen = three_files();
  chosen.spec.columns = {"Scoer"};
  EXPECT_EQ(chosen.error(),
            "--columns: there is no column \"Scoer\" in the new columns. Its columns: \"Score\", \"Seen\", "
            "\"Rank\"");
  chosen.spec.columns = {"Score", "score"};
  EXPECT_EQ(chosen.error(), "--columns: \"Score\" is given twice");
  chosen.spec.columns = {"Score"};
  chosen.spec.drop = {"Score"};
  EXPECT_EQ(chosen.error(), "--columns and --drop both name \"Score\"; give it to one");
}

TEST(NewColumns, ANameThatWentIntoAnotherColumnSaysSo) {
  Case chosen(file("original", {"Email", "Job Title"}), {file("a", {"Email", "Title", "x"})});
  chosen.spec.columns = {"Title"};
  EXPECT_NE(chosen.error().find("\"Title\" of a goes into \"Job Title\": name that."), std::string::npos);
}

TEST(Strategies, OneForAllAndOneForAColumn) {
  Case ruled = three_files();
  ruled.spec.strategy = Strategy::longest;
  ruled.spec.strategy_for = {{"phone", Strategy::concat}, {"Score", Strategy::last}};
  const MergePlan plan = ruled.plan();
  EXPECT_EQ(column(plan, "City").strategy, Strategy::longest);
  EXPECT_EQ(column(plan, "Phone").strategy, Strategy::concat);
  EXPECT_EQ(column(plan, "Score").strategy, Strategy::last);
}

TEST(Rules, OfAnUnknownColumnAreAnError) {
  Case ruled = three_files();
  ruled.spec.strategy_for = {{"Phnoe", Strategy::last}};
  EXPECT_NE(ruled.error().find(
                "--strategy-for: there is no column \"Phnoe\" in the merged file. Its columns: \"Phone\","),
            std::string::npos);
  ruled.spec.strategy_for.clear();
  ruled.spec.on_conflict_for = {{"x", ConflictPolicy::use_enriched}};
  EXPECT_NE(ruled.error().find("--on-conflict-for: there is no column \"x\""), std::string::npos);
}

TEST(Rules, OfAnAmbiguousColumnAreAnError) {
  Case ruled(file("original", {"Email", "x", "X"}), {file("a", {"Email", "x"})});
  ruled.spec.strategy_for = {{"x ", Strategy::last}};
  EXPECT_NE(ruled.error().find("\"x \" is ambiguous in the merged file: #2 \"x\", #3 \"X\""),
            std::string::npos);
  ruled.spec.strategy_for = {{"#2", Strategy::last}};
  EXPECT_EQ(column(ruled.plan(), "x").strategy, Strategy::last);
}

TEST(Rules, ThatContradictEachOtherAreAnError) {
  Case ruled = three_files();
  ruled.spec.strategy_for = {{"Phone", Strategy::last}, {"phone", Strategy::first}};
  EXPECT_EQ(ruled.error(), "--strategy-for: \"Phone\" is given two different values");
  ruled.spec.strategy_for = {{"Phone", Strategy::last}, {"phone", Strategy::last}};
  EXPECT_EQ(ruled.error(), "no error");
}

TEST(Rules, OfAColumnThatNoEnrichedFileHasAreWarnedOf) {
  Case ruled = three_files();
  ruled.spec.strategy_for = {{"Unshared", Strategy::last}};
  EXPECT_TRUE(has_line(ruled.plan().warnings,
                       "--strategy-for \"Unshared\" has no effect: no enriched file has this column"));
}

TEST(Rules, OfADroppedColumnAreWarnedOf) {
  Case ruled = three_files();
  ruled.spec.strategy_for = {{"Score", Strategy::last}};
  ruled.spec.drop = {"Score"};
  EXPECT_TRUE(has_line(ruled.plan().warnings,
                       "--strategy-for \"Score\" has no effect: --columns or --drop leave the column out"));
}

TEST(Prefer, ChangesTheRankForOneColumn) {
  Case preferred = three_files();
  preferred.spec.prefer = {{"Phone", {"c"}}, {"Email", {"3", "b"}}};
  const MergePlan plan = preferred.plan();
  EXPECT_EQ(column(plan, "Phone").rank, (Columns{1, 2, 0}));
  EXPECT_EQ(column(plan, "Email").rank, (Columns{2, 1, 0}));
  EXPECT_EQ(column(plan, "City").rank, (Columns{0, 1, 2}));
}

TEST(Prefer, AnUnknownOrRepeatedFileIsAnError) {
  Case preferred = three_files();
  preferred.spec.prefer = {{"Phone", {"z"}}};
  EXPECT_NE(preferred.error().find("--prefer \"Phone\": no enriched file is called \"z\""),
            std::string::npos);
  preferred.spec.prefer = {{"Unshared", {"z"}}};
  EXPECT_NE(preferred.error().find("--prefer \"Unshared\": no enriched file is called \"z\""),
            std::string::npos);
  preferred.spec.prefer = {{"Phone", {"a", "1"}}};
  EXPECT_EQ(preferred.error(), "--prefer \"Phone\": \"a\" is given twice");
}

TEST(Policies, OneForAllAndOneForAColumn) {
  Case ruled = three_files();
  ruled.spec.on_conflict = ConflictPolicy::use_enriched;
  ruled.spec.on_conflict_for = {{"City", ConflictPolicy::create_alternate}};
  const MergePlan plan = ruled.plan();
  EXPECT_EQ(column(plan, "Phone").policy, ConflictPolicy::use_enriched);
  EXPECT_EQ(column(plan, "City").policy, ConflictPolicy::create_alternate);
}

TEST(Policies, IdentifiersKeepTheirValuesAndHaveNoAlternate) {
  Case ruled = three_files();
  for (ConflictPolicy policy : {ConflictPolicy::use_enriched, ConflictPolicy::create_alternate}) {
    ruled.spec.on_conflict = policy;
    EXPECT_EQ(column(ruled.plan(), "Email").policy, ConflictPolicy::keep_original);
    EXPECT_TRUE(column(ruled.plan(), "Email").is_identifier);
  }
  ruled.spec.on_conflict = ConflictPolicy::original_only;
  EXPECT_EQ(column(ruled.plan(), "Email").policy, ConflictPolicy::original_only);
}

TEST(Policies, AskedOfAnIdentifierAreWarnedOf) {
  Case ruled = three_files();
  ruled.spec.on_conflict_for = {{"Email", ConflictPolicy::create_alternate}};
  EXPECT_TRUE(has_line(ruled.plan().warnings, "--on-conflict-for \"Email\"=create_alternate has no effect"));
  EXPECT_EQ(column(ruled.plan(), "Email").policy, ConflictPolicy::keep_original);
}

TEST(Policies, OfANewColumnHaveNoEffect) {
  Case ruled = three_files();
  ruled.spec.on_conflict = ConflictPolicy::create_alternate;
  ruled.spec.on_conflict_for = {{"Score", ConflictPolicy::original_only}};
  EXPECT_EQ(column(ruled.plan(), "Score").policy, ConflictPolicy::keep_original);
  EXPECT_EQ(column(ruled.plan(), "Rank").policy, ConflictPolicy::keep_original);
  EXPECT_TRUE(
      has_line(ruled.plan().warnings, "--on-conflict-for \"Score\" has no effect: the column is new"));
}

TEST(Protected, ColumnsOfTheCrmAreOriginalOnlyUnlessToldOtherwise) {
  const Names columns = {"Email",      "Record ID",     "Contact owner", "Lifecycle Stage",
                         "Deal Stage", "Email Opt Out", "Funding Stage"};
  Case ruled(file("original", columns), {file("a", columns)});
  ruled.spec.on_conflict = ConflictPolicy::use_enriched;
  ruled.spec.on_conflict_for = {{"Deal Stage", ConflictPolicy::keep_original}};
  const MergePlan plan = ruled.plan();
  for (const char* name : {"Record ID", "Contact owner", "Lifecycle Stage", "Email Opt Out"}) {
    EXPECT_EQ(column(plan, name).policy, ConflictPolicy::original_only) << name;
    EXPECT_TRUE(has_line(plan.decisions, fmt::format("\"{}\" keeps the original's cells", name))) << name;
  }
  EXPECT_EQ(column(plan, "Deal Stage").policy, ConflictPolicy::keep_original);
  EXPECT_EQ(column(plan, "Funding Stage").policy, ConflictPolicy::use_enriched);
}

TEST(Protected, TheColumnOfIdIsOne) {
  Case ruled(file("original", {"Customer", "Email"}), {file("a", {"Customer", "Email"})});
  ruled.on("email").spec.id = "Customer";
  EXPECT_EQ(column(ruled.plan(), "Customer").policy, ConflictPolicy::original_only);
}

TEST(ComparisonKind, IsTheIdentifiersElseTheHeadersElseExact) {
  const Names columns = {"Email",   "Key",        "Company Phone", "Company Linkedin Url",
                         "Website", "Contact ID", "City"};
  const MergePlan plan = Case(file("original", columns), {file("a", columns)}).on("email,Key:phone").plan();
  EXPECT_EQ(column(plan, "Email").kind, Kind::email);
  EXPECT_EQ(column(plan, "Key").kind, Kind::phone);
  EXPECT_EQ(column(plan, "Company Phone").kind, Kind::phone);
  EXPECT_EQ(column(plan, "Company Linkedin Url").kind, Kind::linkedin);
  EXPECT_EQ(column(plan, "Website").kind, Kind::domain);
  EXPECT_EQ(column(plan, "Contact ID").kind, Kind::id);
  EXPECT_EQ(column(plan, "City").kind, Kind::exact);
}

TEST(ComparisonKind, AnIdentifiersKindIsStrongerThanItsName) {
  const MergePlan plan = Case(file("original", {"Email"}), {file("a", {"Email"})}).on("Email:exact").plan();
  EXPECT_EQ(column(plan, "Email").kind, Kind::exact);
}

TEST(ComparisonKind, ANewColumnThatIsAnIdentifierByItsValuesHasItsKind) {
  const MergePlan plan = Case(file("original", {"Email"}), {file("a", {"who"}, {{"a@example.com"}})}).plan();
  EXPECT_EQ(column(plan, "who").kind, Kind::email);
  EXPECT_FALSE(column(plan, "who").is_identifier);
}

}  // namespace
}  // namespace crm
