#include "plan/plan_text.h"

#include <gtest/gtest.h>

#include "plan/plan_fixture.h"

namespace crm {
namespace {

using namespace plan_test;

TEST(PlanText, ShowsInputsIdentifiersColumnsAndDecisions) {
  Case given(file("original", {"Record ID", "Email", "Job Title", "Owner"}),
             {file("apollo", {"Email", "Title", "Owner", "Score", "score"}),
              file("zoominfo", {"Email Address", "Website", "Phone"})});
  given.spec.on_conflict_for = {{"Job Title", ConflictPolicy::create_alternate}};
  given.enriched[1].dialect.delimiter = ';';
  given.enriched[1].encoding = "windows-1252";
  const std::string text = plan_text(given.plan(), given.original, given.enriched);
  EXPECT_EQ(text, R"(Inputs
     "original"  4 columns  utf-8         comma
  1  "apollo"    5 columns  utf-8         comma
  2  "zoominfo"  3 columns  windows-1252  semicolon

Rows match by the first of
  1. email
      original  "Email"
      apollo    "Email"
      zoominfo  "Email Address"

Output columns
  1  "Record ID"           as it is
  2  "Email"               keep_original, first, email, identifier  apollo "Email", zoominfo "Email Address"
  3  "Job Title"           create_alternate, first                  apollo "Title"
  4  "Job Title_enriched"  alternate of "Job Title"
  5  "Owner"               original_only, first                     apollo "Owner"
  6  "Score"               new, first                               apollo "Score"
  7  "Website"             new, first, domain                       zoominfo "Website"
  8  "Phone"               new, first, phone                        zoominfo "Phone"
  9  "match_quality"       matched or unmatched

Left out
  apollo  "score"

Rules
  record id  "Record ID"

Decided
  matching by email (--on chooses others)
  email: "Email" in the original; "Email" in apollo; "Email Address" in zoominfo
  apollo: by synonyms "Title" goes into "Job Title" (--no-auto-map turns this off)
  zoominfo: by synonyms "Email Address" goes into "Email" (--no-auto-map turns this off)
  "Owner" keeps the original's cells: owner (--on-conflict-for changes that)
  3 of 4 original columns can be filled; 3 new: "Score", "Website", "Phone"
  where several enriched rows have a value: first; against the original's: keep_original
  the record id is "Record ID" (--id names another)

Warnings
  apollo: column #5 "score" is left out: column "Score" goes into "Score" already
)");
}

TEST(PlanText, ShowsTheRulesThatAreAsked) {
  Case given(file("original", {"Email", "Phone", "Website", "City"}),
             {file("a", {"Email", "Phone", "Website", "City", "Seen"}), file("b", {"Email"})});
  given.on("email,phone,domain").spec.columns_for = {{"domain", {"City"}}};
  given.spec.strategy = Strategy::most_recent;
  given.spec.strategy_for = {{"City", Strategy::concat}};
  given.spec.recency = "Seen";
  given.spec.recency_format = "%d/%m/%Y";
  given.spec.blank = {"N/A"};
  given.spec.prefer = {{"Email", {"b"}}};
  given.spec.email_aliases = true;
  given.spec.outputs.conflicts = "c.csv";
  const std::string text = plan_text(given.plan(), given.original, given.enriched);
  for (const char* part :
       {"  2. phone, if on at most 5 rows of a file\n", "     a company's key fills only: \"City\"\n",
        "      b         -\n", "  e-mail aliases count as one address\n",
        "  phones without a country code are of US\n", "b \"Email\", a \"Email\"\n",
        "  blank too    \"N/A\"\n", "  separator    \"; \"\n", "  recency      a \"Seen\"\n",
        "  recency      b -\n", "  recency as   \"%d/%m/%Y\"\n", "  also writes  conflicts\n"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

TEST(PlanText, AMatchByAllIsSaidSo) {
  Case given(file("original", {"Email", "Phone"}), {file("a", {"Email", "Phone"})});
  given.on("email,phone").spec.match = MatchMode::all;
  EXPECT_NE(
      plan_text(given.plan(), given.original, given.enriched).find("Rows match by all of\n  1. email\n"),
      std::string::npos);
}

}  // namespace
}  // namespace crm
