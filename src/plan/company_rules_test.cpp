#include "plan/company_rules.h"

#include <gtest/gtest.h>

#include "plan/plan_fixture.h"

namespace crm {
namespace {

using namespace plan_test;
using Columns = std::vector<int>;

TEST(ColumnsFor, AMatchByDomainFillsOnlyTheNamedColumnsNextToAPersonsIdentifier) {
  Case company(file("original", {"Email", "Website", "Industry"}),
               {file("a", {"Email", "Website", "Industry", "Score"})});
  company.on("email,domain").spec.columns_for = {{"domain", {"Score", "Industry"}}};
  const MergePlan plan = company.plan();
  EXPECT_FALSE(plan.identifiers[0].company_fills_only);
  EXPECT_TRUE(plan.identifiers[1].company_fills_only);
  EXPECT_EQ(plan.identifiers[1].fills, (Columns{2, 3}));
  EXPECT_FALSE(has_line(plan.warnings, "fills no column"));
}

TEST(ColumnsFor, WithoutItACompanysMatchFillsNothingAndSaysSo) {
  const MergePlan plan = Case(file("original", {"Email", "Website"}), {file("a", {"Email", "Website"})})
                             .on("email,domain")
                             .plan();
  EXPECT_TRUE(plan.identifiers[1].fills.empty());
  EXPECT_TRUE(has_line(plan.warnings, "a match by domain fills no column"));
}

TEST(ColumnsFor, LinkedInIsAPersonToADomainAndACompanyToAnEmail) {
  const Names columns = {"Email", "Website", "LinkedIn URL"};
  const MergePlan domain = Case(file("original", columns), {file("a", columns)}).on("linkedin,domain").plan();
  EXPECT_FALSE(domain.identifiers[0].company_fills_only);
  EXPECT_TRUE(domain.identifiers[1].company_fills_only);
  const MergePlan email = Case(file("original", columns), {file("a", columns)}).on("email,linkedin").plan();
  EXPECT_TRUE(email.identifiers[1].company_fills_only);
  EXPECT_FALSE(has_line(email.warnings, "fills no column"));
}

TEST(ColumnsFor, ADomainAloneFillsEveryColumn) {
  Case company(file("original", {"Website", "Industry"}), {file("a", {"Website", "Industry"})});
  company.on("domain").spec.columns_for = {{"domain", {"Industry"}}};
  EXPECT_FALSE(company.plan().identifiers[0].company_fills_only);
  EXPECT_TRUE(has_line(company.plan().warnings,
                       "--columns-for domain has no effect: no identifier of a person is in --on"));
}

TEST(ColumnsFor, MatchAllIsAPersonsMatch) {
  Case company(file("original", {"Email", "Website"}), {file("a", {"Email", "Website"})});
  company.on("email,domain").spec.match = MatchMode::all;
  EXPECT_FALSE(company.plan().identifiers[1].company_fills_only);
}

TEST(ColumnsFor, ForAKindThatIsNotMatchedByIsWarnedOf) {
  Case company(file("original", {"Email", "x"}), {file("a", {"Email", "x"})});
  company.spec.columns_for = {{"domain", {"x"}}};
  EXPECT_TRUE(
      has_line(company.plan().warnings, "--columns-for domain has no effect: rows are not matched by it"));
}

TEST(ColumnsFor, UnknownColumnsAndKindsOfPeopleAreErrors) {
  Case company(file("original", {"Email", "Website"}), {file("a", {"Email", "Website"})});
  company.on("email,domain").spec.columns_for = {{"domain", {"x"}}};
  EXPECT_NE(company.error().find("--columns-for domain: there is no column \"x\""), std::string::npos);
  company.spec.columns_for = {{"email", {"Website"}}};
  EXPECT_NE(company.error().find("--columns-for \"email\": only domain and linkedin"), std::string::npos);
}

}  // namespace
}  // namespace crm
