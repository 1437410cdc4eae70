#include "plan/identifiers.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "plan/plan_fixture.h"

namespace crm {
namespace {

using namespace plan_test;
using Columns = std::vector<int>;

Names labels(const MergePlan& plan) {
  Names names;
  for (const PlanIdentifier& identifier : plan.identifiers) names.push_back(identifier.label);
  return names;
}

TEST(DefaultIdentifiers, EmailThenLinkedInWhereBothSidesHaveThem) {
  const MergePlan plan = Case(file("original", {"LinkedIn URL", "Email", "Phone"}),
                              {file("a", {"Email", "Phone"}), file("b", {"Person Linkedin Url"})})
                             .plan();
  EXPECT_EQ(labels(plan), (Names{"email", "linkedin"}));
  EXPECT_EQ(plan.inputs[0].identifier_columns, (std::vector<Columns>{{0}, {}}));
  EXPECT_EQ(plan.inputs[1].identifier_columns, (std::vector<Columns>{{}, {0}}));
}

TEST(DefaultIdentifiers, OneThatOnlyOneSideHasIsNotUsed) {
  EXPECT_EQ(labels(Case(file("original", {"LinkedIn URL", "Email"}), {file("a", {"Email"})}).plan()),
            Names{"email"});
}

TEST(DefaultIdentifiers, TheRecordIdComesFirstWhereBothSidesHaveTheSameColumn) {
  const MergePlan plan =
      Case(file("original", {"Record ID", "Email"}), {file("a", {"Email", "record_id"})}).plan();
  EXPECT_EQ(labels(plan), (Names{"id", "email"}));
  EXPECT_EQ(plan.inputs[0].identifier_columns[0], Columns{1});
}

TEST(DefaultIdentifiers, ARecordIdOfAnotherNameIsNotTheSame) {
  EXPECT_EQ(
      labels(Case(file("original", {"Record ID", "Email"}), {file("a", {"Email", "Contact ID"})}).plan()),
      Names{"email"});
}

TEST(DefaultIdentifiers, ARecordIdThatASynonymMapsIsNotTheSame) {
  Case named(file("original", {"Company Name", "Email"}), {file("a", {"Company", "Email"})});
  named.spec.id = "Company Name";
  EXPECT_EQ(labels(named.plan()), Names{"email"});
}

TEST(DefaultIdentifiers, ARecordIdThatARuleMapsIsTheSame) {
  EXPECT_EQ(labels(Case(file("original", {"Record ID", "Email"}), {file("a", {"Email", "crm ref"})})
                       .map("crm ref=Record ID")
                       .plan()),
            (Names{"id", "email"}));
}

TEST(DefaultIdentifiers, AColumnNamedByIdIsTheRecordId) {
  Case named(file("original", {"Customer", "Email"}), {file("a", {"Email", "customer"})});
  named.spec.id = "Customer";
  EXPECT_EQ(labels(named.plan()), (Names{"id", "email"}));
}

TEST(DefaultIdentifiers, MatchingByAColumnThatIsCalledOnlyIdIsWarnedOf) {
  EXPECT_TRUE(has_line(Case(file("original", {"id", "Email"}), {file("a", {"id", "Email"})}).plan().warnings,
                       "if the vendor's are ids of its own"));
  EXPECT_FALSE(
      has_line(Case(file("original", {"id", "Email"}), {file("a", {"id", "Email"})}).on("id").plan().warnings,
               "ids of its own"));
}

TEST(DefaultIdentifiers, PhonesAreUsedOnlyWhenAsked) {
  EXPECT_EQ(labels(Case(file("original", {"Email", "Phone"}), {file("a", {"Email", "Phone"})}).plan()),
            Names{"email"});
}

TEST(DefaultIdentifiers, NothingInCommonIsAnErrorThatSaysWhatThereIs) {
  EXPECT_EQ(Case(file("original", {"Phone", "Name"}), {file("a", {"Phone", "Email"})}).error(),
            "no record id, email or LinkedIn column is in both the original and an enriched file; name what "
            "to match by, such as --on phone or --on "
            "\"COLUMN:exact\". The original: columns that look usable: \"Phone\" (phone); a: columns that "
            "look usable: \"Phone\" (phone), \"Email\" (email)");
}

TEST(Identifiers, SeveralColumnsOfOneKindAreAllUsedInColumnOrder) {
  const MergePlan plan = Case(file("original", {"Secondary Email", "Name", "Email"}),
                              {file("a", {"Email", "Tertiary Email", "Work Email"})})
                             .plan();
  EXPECT_EQ(plan.identifiers[0].original_columns, (Columns{0, 2}));
  EXPECT_EQ(plan.inputs[0].identifier_columns[0], (Columns{0, 1, 2}));
}

TEST(Identifiers, TheOrderOfOnIsTheCascade) {
  const MergePlan plan =
      Case(file("original", {"Email", "Phone"}), {file("a", {"Email", "Phone"})}).on("phone,email").plan();
  EXPECT_EQ(labels(plan), (Names{"phone", "email"}));
}

TEST(Identifiers, ACompanysPhoneIsNeverTakenForAPersons) {
  const MergePlan plan = Case(file("original", {"Company Phone", "Mobile Phone"}),
                              {file("a", {"Corporate Phone", "Main Phone", "Phone", "Fax"})})
                             .on("phone")
                             .plan();
  EXPECT_EQ(plan.identifiers[0].original_columns, Columns{1});
  EXPECT_EQ(plan.inputs[0].identifier_columns[0], Columns{2});
}

TEST(Identifiers, ACompanysLinkedInIsNeverTakenForAPersons) {
  const MergePlan plan = Case(file("original", {"Company Linkedin Url", "LinkedIn URL"}),
                              {file("a", {"Person Linkedin Url", "Company Linkedin Url"})})
                             .on("linkedin")
                             .plan();
  EXPECT_EQ(plan.identifiers[0].original_columns, Columns{1});
  EXPECT_EQ(plan.inputs[0].identifier_columns[0], Columns{0});
}

TEST(Identifiers, ColumnsOfTheOriginalCanBeNamed) {
  const MergePlan plan = Case(file("original", {"Email", "Email 2", "Email 3"}), {file("a", {"Email"})})
                             .on("Email 3|Email:email")
                             .plan();
  EXPECT_EQ(plan.identifiers[0].original_columns, (Columns{0, 2}));  // in column order
  EXPECT_EQ(plan.inputs[0].identifier_columns[0], Columns{0});
}

TEST(Identifiers, ANamedCompanyPhoneIsFoundInTheEnrichedFileByItsName) {
  const MergePlan plan = Case(file("original", {"Company Phone"}), {file("a", {"company_phone", "Other"})})
                             .on("Company Phone:phone")
                             .plan();
  EXPECT_EQ(plan.inputs[0].identifier_columns[0], Columns{0});
}

TEST(Identifiers, ExactAndIdColumnsAreThoseOfTheSameName) {
  const MergePlan plan =
      Case(file("original", {"Ref", "Email"}), {file("a", {"Email", "REF"})}).on("Ref:exact").plan();
  EXPECT_EQ(plan.inputs[0].identifier_columns[0], Columns{1});
}

TEST(Identifiers, AColumnMappedOntoAnIdentifierIsOne) {
  const MergePlan plan = Case(file("original", {"Ref", "Email"}), {file("a", {"Email", "Their Ref"})})
                             .on("Ref:id")
                             .map("Their Ref=Ref")
                             .plan();
  EXPECT_EQ(plan.inputs[0].identifier_columns[0], Columns{1});
}

TEST(Identifiers, AColumnMappedElsewhereIsNoLongerTheIdentifier) {
  const MergePlan plan = Case(file("original", {"Ref", "Old"}), {file("a", {"Ref", "Key"})})
                             .on("Ref:exact")
                             .map("Ref=Old")
                             .map("Key=Ref")
                             .plan();
  EXPECT_EQ(plan.inputs[0].identifier_columns[0], Columns{1});
}

TEST(Identifiers, ColumnsOfTheSameNameInOneFileAreAllUsed) {
  const MergePlan plan =
      Case(file("original", {"Ref"}), {file("a", {"Ref", "x", "ref"})}).on("Ref:exact").plan();
  EXPECT_EQ(plan.inputs[0].identifier_columns[0], (Columns{0, 2}));
}

Rows emails(int good, int bad) {
  Rows rows;
  for (int i = 0; i < good; ++i) rows.push_back({fmt::format("p{}@example.com", i)});
  for (int i = 0; i < bad; ++i) rows.push_back({"nothing"});
  rows.push_back({" "});
  return rows;
}

TEST(ContentDetection, AColumnIsAnIdentifierIfFourFifthsOfItsValuesAre) {
  EXPECT_EQ(labels(Case(file("original", {"contact"}, emails(80, 20)), {file("a", {"Email"})}).plan()),
            Names{"email"});
  EXPECT_NE(Case(file("original", {"contact"}, emails(79, 21)), {file("a", {"Email"})}).error(), "no error");
}

TEST(ContentDetection, OnlyTheFirstThousandValuesAreLookedAt) {
  Rows rows = emails(1000, 0);
  for (int i = 0; i < 3000; ++i) rows.push_back({"nothing"});
  EXPECT_EQ(labels(Case(file("original", {"contact"}, rows), {file("a", {"Email"})}).plan()), Names{"email"});
}

TEST(ContentDetection, BlankTokensAreNoValues) {
  Rows rows = emails(4, 0);
  for (int i = 0; i < 50; ++i) rows.push_back({"N/A"});
  Case detected(file("original", {"contact"}, rows), {file("a", {"Email"})});
  EXPECT_NE(detected.error(), "no error");
  detected.spec.blank = {"N/A"};
  EXPECT_EQ(labels(detected.plan()), Names{"email"});
}

TEST(ContentDetection, AHeaderIsStrongerThanContent) {
  const MergePlan plan =
      Case(file("original", {"Email", "other"}, {{"", "a@example.com"}}), {file("a", {"Email"})}).plan();
  EXPECT_EQ(plan.identifiers[0].original_columns, Columns{0});
}

TEST(ContentDetection, IsPrinted) {
  const MergePlan plan =
      Case(file("original", {"contact"}, emails(5, 0)), {file("a", {"who"}, emails(5, 0))}).plan();
  EXPECT_TRUE(has_line(plan.decisions,
                       "email: \"contact\" (by its values) in the original; \"who\" in a (by its values)"));
}

TEST(ContentDetection, AColumnWithoutValuesIsNothing) {
  EXPECT_NE(Case(file("original", {"contact"}, {{""}, {""}}), {file("a", {"Email"})}).error(), "no error");
}

TEST(ContentDetection, PhonesAreInternationalNumbersAndNotDatesOrIds) {
  const Rows rows = {{"+1 415 555 2671", "2024-03-12 09:14", "71609405143", "+1 415 555 2672"},
                     {"(212) 555-0187", "2023-11-02 10:00", "71609405144", "+1 415 555 2673"}};
  const MergePlan plan =
      Case(file("original", {"reach", "when", "ref", "Company reach"}, rows), {file("a", {"Phone"})})
          .on("phone")
          .plan();
  EXPECT_EQ(plan.identifiers[0].original_columns, Columns{0});
}

TEST(ContentDetection, ADateIsNoPhoneWhereItsDigitsCouldBeOne) {
  Case german(file("original", {"seen", "reach"}, {{"2024-03-12", "030 1234567"}}), {file("a", {"Phone"})});
  german.on("phone").spec.region = "DE";
  EXPECT_EQ(german.plan().identifiers[0].original_columns, Columns{1});
}

TEST(ContentDetection, ProfilesOfCompaniesAreNotTakenForPeoples) {
  const Rows rows = {{"https://www.linkedin.com/company/acme", "linkedin.com/in/jane"}};
  const MergePlan plan =
      Case(file("original", {"page", "profile"}, rows), {file("a", {"LinkedIn URL"})}).on("linkedin").plan();
  EXPECT_EQ(plan.identifiers[0].original_columns, Columns{1});
}

TEST(ContentDetection, TheDomainOfAProfileIsNoCompanys) {
  const Rows rows = {{"https://www.linkedin.com/in/jane", "https://www.acme.com/about"}};
  const MergePlan plan =
      Case(file("original", {"link", "home"}, rows), {file("a", {"Website"})}).on("domain").plan();
  EXPECT_EQ(plan.identifiers[0].original_columns, Columns{1});
}

TEST(Identifiers, AFileWithoutOneOfTheIdentifiersTakesNoPartInIt) {
  const MergePlan plan =
      Case(file("original", {"Email", "Phone"}), {file("a", {"Email"}), file("b", {"Phone"})})
          .on("email,phone")
          .plan();
  EXPECT_TRUE(plan.inputs[0].identifier_columns[1].empty());
  EXPECT_TRUE(plan.inputs[1].identifier_columns[0].empty());
}

TEST(Identifiers, AFileThatHasNoneOfThemIsAnError) {
  EXPECT_EQ(Case(file("original", {"Email"}), {file("a", {"Email"}), file("b", {"Phone", "City"})}).error(),
            "b: it has no column to match by (email); columns that look usable: \"Phone\" (phone); add its "
            "kind to --on, or say which column it is with --map "
            "\"b:THEIRS=Email\"");
}

TEST(Identifiers, OneThatTheOriginalLacksIsAnError) {
  EXPECT_EQ(
      Case(file("original", {"Email", "City"}), {file("a", {"Email", "Phone"})}).on("email,phone").error(),
      "--on phone: the original has no phone column; name it, as in --on \"COLUMN:phone\" (columns that look "
      "usable: \"Email\" (email))");
}

TEST(Identifiers, OneThatNoEnrichedFileHasIsAnError) {
  EXPECT_EQ(Case(file("original", {"Email", "Phone"}), {file("a", {"Email"})}).on("email,phone").error(),
            "--on phone: no enriched file has a column for \"Phone\"; say which it is with --map "
            "\"NAME:THEIRS=Phone\", or leave phone out of --on; a: columns that "
            "look usable: \"Email\" (email)");
}

TEST(Identifiers, ExactNeedsAColumn) {
  EXPECT_EQ(Case(file("original", {"Email"}), {file("a", {"Email"})}).on("exact").error(),
            "--on exact: say of which columns, such as --on \"COLUMN:exact\"");
}

TEST(Identifiers, AnUnknownColumnIsAnErrorThatNamesTheItem) {
  EXPECT_EQ(Case(file("original", {"Email"}), {file("a", {"Email"})}).on("Emial:email").error(),
            "--on \"Emial:email\": there is no column \"Emial\" in the original. Its columns: \"Email\"");
}

TEST(Identifiers, TheSameIdentifierTwiceIsAnError) {
  EXPECT_NE(Case(file("original", {"Email"}), {file("a", {"Email"})})
                .on("email,Email:email")
                .error()
                .find("is given twice"),
            std::string::npos);
  EXPECT_NE(Case(file("original", {"Email"}), {file("a", {"Email"})})
                .on("Email|email:email")
                .error()
                .find("is given twice"),
            std::string::npos);
}

TEST(Identifiers, TwoOfAKindAreToldApartByTheirColumns) {
  const MergePlan plan = Case(file("original", {"Email", "Email 2"}), {file("a", {"Email"})})
                             .on("Email:email,Email 2:email")
                             .plan();
  EXPECT_EQ(labels(plan), (Names{"email (Email)", "email (Email 2)"}));
  const MergePlan joined = Case(file("original", {"Email", "Email 2", "Email 3"}), {file("a", {"Email"})})
                               .on("Email|Email 2:email,Email 3:email")
                               .plan();
  EXPECT_EQ(labels(joined), (Names{"email (Email|Email 2)", "email (Email 3)"}));
}

TEST(Identifiers, AnEmptyFileIsNoReasonToStop) {
  const MergePlan plan = Case(file("original", {"Email", "Phone"}), {file("a", {})}).on("phone").plan();
  EXPECT_EQ(plan.inputs[0].identifier_columns, (std::vector<Columns>{{}}));
  EXPECT_EQ(labels(Case(file("original", {"Email"}), {file("a", {})}).plan()), Names{"email"});
  EXPECT_EQ(labels(Case(file("original", {"Record ID"}), {file("a", {})}).plan()), Names{});
}

TEST(MaxShared, IsFiveForPhonesAndOffForOthers) {
  const MergePlan plan =
      Case(file("original", {"Email", "Phone"}), {file("a", {"Email", "Phone"})}).on("email,phone").plan();
  EXPECT_EQ(plan.identifiers[0].max_shared, 0u);
  EXPECT_EQ(plan.identifiers[1].max_shared, 5u);
}

TEST(MaxShared, IsWhatWasAsked) {
  Case limited(file("original", {"Email", "Phone"}), {file("a", {"Email", "Phone"})});
  limited.on("email,phone").spec.max_shared = {{Kind::email, 2}, {Kind::phone, 0}};
  EXPECT_EQ(limited.plan().identifiers[0].max_shared, 2u);
  EXPECT_EQ(limited.plan().identifiers[1].max_shared, 0u);
}

TEST(MaxShared, ForAKindThatIsNotMatchedByIsWarnedOf) {
  Case limited(file("original", {"Email"}), {file("a", {"Email"})});
  limited.spec.max_shared = {{Kind::phone, 2}};
  EXPECT_TRUE(has_line(limited.plan().warnings, "--max-shared phone has no effect"));
}

TEST(MatchAll, HasNoMaxShared) {
  Case all(file("original", {"Email", "Phone"}), {file("a", {"Email", "Phone"})});
  all.on("email,phone").spec.match = MatchMode::all;
  EXPECT_EQ(all.plan().identifiers[1].max_shared, 0u);
}

TEST(MatchAll, AFileThatLacksAnIdentifierCannotMatchAndIsWarnedOf) {
  Case all(file("original", {"Email", "Phone"}), {file("a", {"Email", "Phone"}), file("b", {"Email"})});
  all.on("email,phone").spec.match = MatchMode::all;
  EXPECT_TRUE(has_line(all.plan().warnings, "b: no row can match, as --match all needs phone too"));
}

}  // namespace
}  // namespace crm
