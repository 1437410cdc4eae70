#include "plan/header_mapping.h"

#include <gtest/gtest.h>

#include "plan/plan_fixture.h"

namespace crm {
namespace {

using namespace plan_test;

TEST(HeaderMapping, AColumnThatFoldsToAnOriginalsNameIsThatColumn) {
  const MergePlan plan =
      Case(file("original", {"Email", "First Name"}), {file("a", {"E-MAIL", "first_name"})}).plan();
  EXPECT_EQ(targets(plan), (Names{"Email", "First Name"}));
}

TEST(HeaderMapping, OtherColumnsAreNewInOrderOfFirstAppearanceUnderTheirFirstName) {
  const MergePlan plan = Case(file("original", {"Email"}), {file("a", {"Zeta", "Email", "Alpha"}),
                                                            file("b", {"Email", "ALPHA", "Beta", "zeta"})})
                             .plan();
  EXPECT_EQ(merged(plan), (Names{"Email", "Zeta", "Alpha", "Beta"}));
  EXPECT_EQ(targets(plan, 1), (Names{"Email", "Alpha", "Beta", "Zeta"}));
}

TEST(HeaderMapping, OfSeveralOriginalColumnsThatFoldAlikeTheFirstIsMeant) {
  const MergePlan plan =
      Case(file("original", {"Email", "note", "Note"}), {file("a", {"Email", "Note"})}).plan();
  EXPECT_EQ(column(plan, "note").original_column, 1);
  EXPECT_EQ(merged(plan), (Names{"Email", "note"}));
}

TEST(HeaderMapping, OfSeveralColumnsOfAFileTheFirstIsUsedAndTheOthersAreLeftOutWithAWarning) {
  const MergePlan plan =
      Case(file("original", {"Email", "City"}), {file("a", {"Email", "City", "city", "New", "new"})}).plan();
  EXPECT_EQ(targets(plan), (Names{"Email", "City", "-", "New", "-"}));
  EXPECT_TRUE(has_line(plan.warnings,
                       "a: column #3 \"city\" is left out: column \"City\" goes into \"City\" already"));
  EXPECT_TRUE(has_line(plan.warnings, "a: column #5 \"new\" is left out"));
}

TEST(HeaderMapping, AColumnWithABlankNameIsLeftOutWithAWarning) {
  const MergePlan plan = Case(file("original", {"Email", ""}), {file("a", {"Email", "", " "})}).plan();
  EXPECT_EQ(targets(plan), (Names{"Email", "-", "-"}));
  EXPECT_TRUE(has_line(plan.warnings, "a: column #2 \"\" is left out: its name is blank"));
}

TEST(HeaderMapping, ANameThatFoldsToNothingMatchesOnlyItself) {
  const MergePlan plan = Case(file("original", {"Email", "-"}), {file("a", {"Email", "-", "_"})}).plan();
  EXPECT_EQ(targets(plan), (Names{"Email", "-", "_"}));
  EXPECT_EQ(column(plan, "-").original_column, 1);
  EXPECT_EQ(column(plan, "_").original_column, std::nullopt);
}

TEST(HeaderMapping, ARuleWinsOverANameAndTheOtherColumnIsLeftOut) {
  const MergePlan plan = Case(file("original", {"Email", "Title"}), {file("a", {"Email", "Title", "Rank"})})
                             .map("Rank=Title")
                             .plan();
  EXPECT_EQ(targets(plan), (Names{"Email", "-", "Title"}));
  EXPECT_EQ(column(plan, "Title").sources, std::vector<int>{2});
}

TEST(HeaderMapping, ARuleSendsAColumnAwayFromItsName) {
  const MergePlan plan = Case(file("original", {"Email", "Title", "Rank"}), {file("a", {"Email", "Title"})})
                             .map("a:Title=Rank")
                             .plan();
  EXPECT_EQ(targets(plan), (Names{"Email", "Rank"}));
}

TEST(HeaderMapping, ARuleWithoutAFileHoldsForEveryFileThatHasTheColumn) {
  const MergePlan plan =
      Case(file("original", {"Email", "Rank"}),
           {file("a", {"Email", "Grade"}), file("b", {"Email", "x"}), file("c", {"Email", "GRADE"})})
          .map("Grade=Rank")
          .plan();
  EXPECT_EQ(column(plan, "Rank").sources, (std::vector<int>{1, -1, 1}));
}

TEST(HeaderMapping, ARuleOfAFileHoldsForThatFileAlone) {
  const Case both(file("original", {"Email", "Rank"}),
                  {file("a", {"Email", "Grade"}), file("b", {"Email", "Grade"})});
  EXPECT_EQ(column(Case(both).map("b:Grade=Rank").plan(), "Rank").sources, (std::vector<int>{-1, 1}));
  EXPECT_EQ(column(Case(both).map("2:Grade=Rank").plan(), "Rank").sources, (std::vector<int>{-1, 1}));
}

TEST(HeaderMapping, ARuleTakesPositionsOnBothSides) {
  const MergePlan plan =
      Case(file("original", {"Email", "", "x"}), {file("a", {"Email", "", "y"})}).map("a:#2=#2").plan();
  EXPECT_EQ(plan.columns[plan.inputs[0].targets[1]].original_column, 1);
}

TEST(HeaderMapping, ARuleCanNameANewColumn) {
  const MergePlan plan = Case(file("original", {"Email"}),
                              {file("a", {"Email", "", "Sector"}), file("b", {"Email", "Business"})})
                             .map("a:#2=Score")
                             .map("Business=sector")
                             .plan();
  EXPECT_EQ(merged(plan), (Names{"Email", "Score", "Sector"}));
  EXPECT_EQ(targets(plan, 1), (Names{"Email", "Sector"}));
}

TEST(HeaderMapping, ARuleForOneFileOutranksOneForAll) {
  const MergePlan plan = Case(file("original", {"Email", "Rank", "Level"}),
                              {file("a", {"Email", "Grade"}), file("b", {"Email", "Grade"})})
                             .map("Grade=Rank")
                             .map("a:Grade=Level")
                             .plan();
  EXPECT_EQ(targets(plan, 0)[1], "Level");
  EXPECT_EQ(targets(plan, 1)[1], "Rank");
}

TEST(HeaderMapping, ASynonymMapsWhereNothingElseDid) {
  const MergePlan plan = Case(file("original", {"Email", "Job Title", "Company Name"}),
                              {file("a", {"Email", "Title", "Company"})})
                             .plan();
  EXPECT_EQ(targets(plan), (Names{"Email", "Job Title", "Company Name"}));
  EXPECT_TRUE(has_line(plan.decisions,
                       "a: by synonyms \"Title\" goes into \"Job Title\", \"Company\" goes into \"Company "
                       "Name\" (--no-auto-map turns this off)"));
}

TEST(HeaderMapping, NoAutoMapTurnsSynonymsOff) {
  Case off(file("original", {"Email", "Job Title"}), {file("a", {"Email", "Title"})});
  off.spec.auto_map = false;
  EXPECT_EQ(merged(off.plan()), (Names{"Email", "Title"}));
}

TEST(HeaderMapping, ANameIsStrongerThanASynonym) {
  const MergePlan plan =
      Case(file("original", {"Email", "Title", "Job Title"}), {file("a", {"Email", "Title"})}).plan();
  EXPECT_EQ(targets(plan), (Names{"Email", "Title"}));
}

TEST(HeaderMapping, SynonymsMapOneToOneAndTheSurestSpellingGoesFirst) {
  const MergePlan plan =
      Case(file("original", {"Email", "Position"}), {file("a", {"Email", "Title", "Job Title"})}).plan();
  EXPECT_EQ(targets(plan), (Names{"Email", "Title", "Position"}));
}

TEST(HeaderMapping, AFieldThatAFileFillsByNameTakesNoSynonymToo) {
  const MergePlan plan =
      Case(file("original", {"Email", "Title", "Job Title"}), {file("a", {"Email", "Title", "Position"})})
          .plan();
  EXPECT_EQ(targets(plan), (Names{"Email", "Title", "Position"}));
  EXPECT_EQ(column(plan, "Position").original_column, std::nullopt);
}

TEST(HeaderMapping, ARuleIsStrongerThanASynonym) {
  const MergePlan plan =
      Case(file("original", {"Email", "Job Title"}), {file("a", {"Email", "Title", "Position"})})
          .map("Position=Job Title")
          .plan();
  EXPECT_EQ(targets(plan), (Names{"Email", "Title", "Job Title"}));
}

TEST(HeaderMapping, NameAloneIsAPersonsInAFileOfPeopleAndACompanysElsewhere) {
  const MergePlan people =
      Case(file("original", {"Email", "Full Name"}), {file("a", {"Email", "Name"})}).plan();
  EXPECT_EQ(targets(people), (Names{"Email", "Full Name"}));
  const MergePlan companies =
      Case(file("original", {"Id", "NAME", "Website"}), {file("a", {"Company Name", "Website"})})
          .on("domain")
          .plan();
  EXPECT_EQ(targets(companies), (Names{"NAME", "Website"}));
}

TEST(HeaderMapping, TheUrlOfLinkedInsConnectionsIsTheProfile) {
  const MergePlan plan = Case(file("original", {"First Name", "Email", "LinkedIn URL"}),
                              {file("connections", {"First Name", "Last Name", "URL", "Email Address",
                                                    "Company", "Position", "Connected On"})})
                             .plan();
  EXPECT_EQ(targets(plan), (Names{"First Name", "Last Name", "LinkedIn URL", "Email", "Company", "Position",
                                  "Connected On"}));
  const MergePlan other =
      Case(file("original", {"Email", "LinkedIn URL"}), {file("a", {"Email", "URL"})}).plan();
  EXPECT_EQ(targets(other), (Names{"Email", "URL"}));
}

TEST(HeaderMapping, AHubSpotExportTakesWhatApolloHas) {
  const MergePlan plan =
      Case(file("original",
                {"Record ID", "First Name", "Last Name", "Email", "Phone Number", "Mobile Phone Number",
                 "Job Title", "Company Name", "Contact owner", "Lifecycle Stage", "LinkedIn URL",
                 "Website URL", "Country/Region", "Number of Employees"}),
           {file("apollo", {"First Name",
                            "Last Name",
                            "Title",
                            "Company",
                            "Company Name for Emails",
                            "Email",
                            "Email Status",
                            "Contact Owner",
                            "Work Direct Phone",
                            "Home Phone",
                            "Mobile Phone",
                            "Corporate Phone",
                            "Stage",
                            "# Employees",
                            "Person Linkedin Url",
                            "Website",
                            "Company Linkedin Url",
                            "City",
                            "Country",
                            "Secondary Email",
                            "Apollo Contact Id"})})
          .plan();
  EXPECT_EQ(targets(plan), (Names{"First Name",
                                  "Last Name",
                                  "Job Title",
                                  "Company Name",
                                  "Company Name for Emails",
                                  "Email",
                                  "Email Status",
                                  "Contact owner",
                                  "Phone Number",
                                  "Home Phone",
                                  "Mobile Phone Number",
                                  "Corporate Phone",
                                  "Stage",
                                  "Number of Employees",
                                  "LinkedIn URL",
                                  "Website URL",
                                  "Company Linkedin Url",
                                  "City",
                                  "Country/Region",
                                  "Secondary Email",
                                  "Apollo Contact Id"}));
}

TEST(HeaderMapping, ARuleThatNamesAnUnknownColumnOfAFileIsAnError) {
  Case mapped(file("original", {"Email", "Rank"}), {file("a", {"Email", "Grade"})});
  EXPECT_EQ(mapped.map("a:Graed=Rank").error(),
            "--map: there is no column \"Graed\" in a. Its columns: \"Grade\", \"Email\"");
}

TEST(HeaderMapping, ARuleThatNoFileCanFollowIsAnError) {
  Case mapped(file("original", {"Email", "Rank"}), {file("a", {"Email", "Grade"})});
  EXPECT_EQ(Case(mapped).map("Graed=Rank").error(),
            "--map: there is no column \"Graed\" in any enriched file. Its columns: \"Grade\", \"Email\"");
  EXPECT_NE(Case(mapped).map("b:Grade=Rank").error().find("No file is called \"b\" either: \"a\"."),
            std::string::npos);
}

TEST(HeaderMapping, ARuleThatNamesAnUnknownFileIsAnError) {
  Case mapped(file("original", {"Email", "Rank"}), {file("a", {"Email", "Grade"})});
  mapped.spec.maps.push_back({"b", "Grade", "Rank"});
  EXPECT_EQ(mapped.error(), "--map: no enriched file is called \"b\"; they are: \"a\" (or the rank, 1 to 1)");
}

TEST(HeaderMapping, AnAmbiguousSideOfARuleIsAnError) {
  EXPECT_NE(Case(file("original", {"Email", "Rank"}), {file("a", {"Email", "g", "g"})})
                .map("g=Rank")
                .error()
                .find("\"g\" is ambiguous in a: #2 \"g\", #3 \"g\""),
            std::string::npos);
  EXPECT_NE(Case(file("original", {"Email", "r", "r"}), {file("a", {"Email", "g"})})
                .map("g=r")
                .error()
                .find("\"r\" is ambiguous in the original"),
            std::string::npos);
}

TEST(HeaderMapping, ARuleToAPositionThatTheOriginalLacksIsAnError) {
  EXPECT_EQ(Case(file("original", {"Email"}), {file("a", {"Email", "g"})}).map("g=#7").error(),
            "--map: the original has no column #7; it has 1");
}

TEST(HeaderMapping, TwoRulesThatSendOneColumnToTwoPlacesAreAnError) {
  EXPECT_NE(Case(file("original", {"Email", "x", "y"}), {file("a", {"Email", "g"})})
                .map("g=x")
                .map("g=y")
                .error()
                .find("send one column of a to two places"),
            std::string::npos);
}

TEST(HeaderMapping, TwoRulesThatSendTwoColumnsOfAFileToOnePlaceAreAnError) {
  EXPECT_NE(Case(file("original", {"Email", "x"}), {file("a", {"Email", "g", "h"})})
                .map("a:g=x")
                .map("a:h=x")
                .error()
                .find("are both sent to \"x\""),
            std::string::npos);
}

TEST(HeaderMapping, OfTwoGeneralRulesToOnePlaceTheFirstColumnIsUsed) {
  const MergePlan plan =
      Case(file("original", {"Email", "x"}), {file("a", {"Email", "g", "h"})}).map("h=x").map("g=x").plan();
  EXPECT_EQ(targets(plan), (Names{"Email", "x", "-"}));
  EXPECT_TRUE(has_line(plan.warnings, "column #3 \"h\" is left out"));
}

TEST(HeaderMapping, TheSameRuleTwiceIsNoContradiction) {
  EXPECT_EQ(Case(file("original", {"Email", "x"}), {file("a", {"Email", "g"})}).map("g=x").map("g=x").error(),
            "no error");
}

TEST(HeaderMapping, ANewNameThatIsNearlyAnOriginalsIsAskedAbout) {
  const MergePlan plan =
      Case(file("original", {"Email", "Job Title"}), {file("a", {"Email", "g"})}).map("g=Job Titel").plan();
  EXPECT_TRUE(has_line(plan.warnings, "makes a new column; the original has \"Job Title\": is that meant?"));
}

TEST(HeaderMapping, AnEmptyFileHasNothingToMap) {
  const MergePlan plan =
      Case(file("original", {"Email"}), {file("a", {}), file("b", {"Email"})}).map("a:x=Email").plan();
  EXPECT_TRUE(plan.inputs[0].targets.empty());
  EXPECT_TRUE(has_line(plan.warnings, "a: the file is empty and brings nothing"));
}

}  // namespace
}  // namespace crm
