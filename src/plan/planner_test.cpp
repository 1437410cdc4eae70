#include "plan/planner.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "plan/plan_fixture.h"

namespace crm {
namespace {

using namespace plan_test;
using Role = OutputColumn::Role;
using Columns = std::vector<int>;

TEST(Output, OriginalColumnsThenNewOnesThenTheMatchColumn) {
  const MergePlan plan =
      Case(file("original", {"b", "Email", "b", ""}), {file("a", {"Email", "New"})}).plan();
  EXPECT_EQ(output(plan), (Names{"b", "Email", "b", "", "New", "match_quality"}));
  EXPECT_EQ(plan.output[1].column, 0);
  EXPECT_EQ(plan.output[0].column, -1);
  EXPECT_EQ(plan.output[2].original_column, 2);
}

TEST(Output, AnAlternateFollowsItsColumn) {
  Case alternate(file("original", {"Email", "City", "Own", "Zip"}),
                 {file("a", {"Email", "City", "Zip", "New"})});
  alternate.spec.on_conflict = ConflictPolicy::create_alternate;
  EXPECT_EQ(output(alternate.plan()),
            (Names{"Email", "City", "City_enriched", "Own", "Zip", "Zip_enriched", "New", "match_quality"}));
  alternate.spec.alternate_suffix = " (vendor)";
  EXPECT_EQ(output(alternate.plan())[2], "City (vendor)");
}

TEST(Output, ExplainingColumnsComeBeforeTheMatchColumn) {
  Case explained(file("original", {"Email"}), {file("a", {"Email"})});
  explained.spec.explain_columns = true;
  EXPECT_EQ(output(explained.plan()),
            (Names{"Email", "matched_on", "match_score", "enriched_from", "match_quality"}));
}

TEST(Output, TheMatchColumnCanBeNamedOrLeftOut) {
  Case named(file("original", {"Email"}), {file("a", {"Email"})});
  named.spec.match_column = "found";
  EXPECT_EQ(output(named.plan()).back(), "found");
  named.spec.match_column = "none";
  EXPECT_EQ(output(named.plan()), Names{"Email"});
  named.spec.match_column = " ";
  EXPECT_EQ(named.error(), "--match-column: the name is blank; write none to leave the column out");
}

TEST(Output, AGeneratedNameThatIsTakenGetsANumberAndAWarning) {
  Case taken(file("original", {"Email", "match_quality", "match_quality_2", "City"}),
             {file("a", {"Email", "City", "City_enriched"})});
  taken.spec.on_conflict_for = {{"City", ConflictPolicy::create_alternate}};
  const MergePlan plan = taken.plan();
  EXPECT_EQ(output(plan), (Names{"Email", "match_quality", "match_quality_2", "City", "City_enriched_2",
                                 "City_enriched", "match_quality_3"}));
  EXPECT_TRUE(has_line(
      plan.warnings,
      "the output has a column \"match_quality\" already; the new one is called \"match_quality_3\""));
  EXPECT_TRUE(has_line(plan.warnings, "\"City_enriched_2\""));
}

TEST(Output, AGeneratedNameThatDiffersInCaseOnlyIsFree) {
  const MergePlan plan = Case(file("original", {"Email", "Match_Quality"}), {file("a", {"Email"})}).plan();
  EXPECT_EQ(output(plan).back(), "match_quality");
}

TEST(UnmatchedColumns, AreIdentifiersThenSharedThenNew) {
  const MergePlan plan = Case(file("original", {"City", "Email", "LinkedIn URL"}),
                              {file("a", {"New", "City", "Email", "LinkedIn URL"})})
                             .on("linkedin,email")
                             .plan();
  Names names;
  for (int index : plan.unmatched_columns) names.push_back(plan.columns[index].name);
  EXPECT_EQ(names, (Names{"LinkedIn URL", "Email", "City", "New"}));
}

TEST(Planner, TakesTheOptionsOver) {
  Case asked(file("original", {"Email"}), {file("a", {"Email"})});
  asked.spec.region = "de";
  asked.spec.email_aliases = true;
  asked.spec.blank = {"N/A"};
  asked.spec.separator = " | ";
  asked.spec.outputs.provenance = "p.csv";
  asked.spec.outputs.conflicts = "c.csv";
  asked.spec.outputs.unmatched_enriched = "u.csv";
  const MergePlan plan = asked.plan();
  EXPECT_EQ(plan.region, "DE");
  EXPECT_TRUE(plan.email_aliases);
  EXPECT_EQ(plan.blank_tokens, Names{"N/A"});
  EXPECT_EQ(plan.separator, " | ");
  EXPECT_TRUE(plan.want_provenance && plan.want_conflicts && plan.want_unmatched);
  EXPECT_FALSE(plan.want_changes);
}

TEST(Planner, ChangesNeedARecordId) {
  Case changes(file("original", {"Email", "Customer"}), {file("a", {"Email"})});
  changes.spec.outputs.changes = "changes.csv";
  EXPECT_EQ(changes.error(),
            "--changes needs the column of the record ids, and none of the original's looks like it: name it "
            "with --id COLUMN. Its columns: \"Email\", \"Customer\"");
  changes.spec.id = "customer";
  EXPECT_EQ(changes.plan().record_id_column, 1);
  EXPECT_TRUE(changes.plan().want_changes);
}

TEST(Planner, AnUnknownIdIsAnError) {
  Case named(file("original", {"Email"}), {file("a", {"Email"})});
  named.spec.id = "x";
  EXPECT_EQ(named.error(), "--id: there is no column \"x\" in the original. Its columns: \"Email\"");
}

TEST(Planner, ADryRunWritesNoSideOutputs) {
  Case dry(file("original", {"Email"}), {file("a", {"Email"})});
  dry.spec.dry_run = true;
  dry.spec.id = "Email";
  dry.spec.outputs.changes = "x.csv";
  dry.spec.outputs.provenance = "p.csv";
  dry.spec.outputs.conflicts = "c.csv";
  dry.spec.outputs.unmatched_enriched = "u.csv";
  const MergePlan plan = dry.plan();
  EXPECT_TRUE(plan.dry_run);
  EXPECT_FALSE(plan.want_changes || plan.want_provenance || plan.want_conflicts || plan.want_unmatched);
  EXPECT_TRUE(has_line(plan.warnings,
                       "--dry-run writes the report alone; not written: --changes, --provenance, "
                       "--conflicts, --unmatched-enriched"));
}

TEST(Planner, AnEmptyOriginalIsAnErrorOfTheInput) {
  EXPECT_EQ(Case(file("original", {}), {file("a", {"Email"})}).error(),
            "code: original.csv: the original is empty; it needs at least a header");
}

TEST(Planner, ImpossibleSpecsAreErrors) {
  EXPECT_EQ(Case(file("original", {"Email"}), {}).error(),
            "there is no enriched file; name at least one after the original");
  EXPECT_NE(Case(file("original", {"Email"}), {file("a", {"Email"}), file("a", {"Email"})})
                .error()
                .find("two enriched files are called \"a\""),
            std::string::npos);
  Case region(file("original", {"Email"}), {file("a", {"Email"})});
  region.spec.region = "Germany";
  EXPECT_EQ(
      region.error(),
      "--region: \"Germany\" is no country of phone numbers; write its two letters, such as US, GB or DE");
  region.spec.region = "UK";
  EXPECT_NE(region.error().find("--region: \"UK\" is no country"), std::string::npos);
  region.spec.region = "gb";
  EXPECT_EQ(region.error(), "no error");
  Case rejects(file("original", {"Email"}), {file("a", {"Email"})});
  rejects.spec.max_rejects = 5;
  EXPECT_EQ(rejects.error(),
            "--max-rejects counts the records set aside by --rejects FILE, which is missing");
}

TEST(Planner, TellsWhatItDecided) {
  const MergePlan plan =
      Case(file("original", {"Record ID", "Email", "City"}), {file("a", {"Email", "City", "New"})}).plan();
  EXPECT_EQ(
      plan.decisions,
      (Names{"matching by email (--on chooses others)", "email: \"Email\" in the original; \"Email\" in a",
             "2 of 3 original columns can be filled; 1 new: \"New\"",
             "where several enriched rows have a value: first; against the original's: keep_original",
             "the record id is \"Record ID\" (--id names another)"}));
}

/// What holds for every plan.
void expect_consistent(const Case& given, const MergePlan& plan) {
  const int files = static_cast<int>(given.enriched.size()), columns = static_cast<int>(plan.columns.size());
  ASSERT_EQ(plan.original_header, given.original.columns);
  ASSERT_EQ(plan.inputs.size(), given.enriched.size());
  bool seen_new = false;
  int last_original = -1;
  for (int index = 0; index < columns; ++index) {
    const PlanColumn& column = plan.columns[index];
    EXPECT_EQ(std::set<int>(column.rank.begin(), column.rank.end()).size(), given.enriched.size());
    EXPECT_EQ(*std::max_element(column.rank.begin(), column.rank.end()), files - 1);
    ASSERT_EQ(static_cast<int>(column.sources.size()), files);
    EXPECT_GE(*std::max_element(column.sources.begin(), column.sources.end()), 0);
    for (int f = 0; f < files; ++f) {
      if (column.sources[f] < 0) continue;
      EXPECT_EQ(plan.inputs[f].targets.at(column.sources[f]), index);
    }
    if (column.original_column) {
      EXPECT_FALSE(seen_new);
      EXPECT_GT(*column.original_column, last_original);
      last_original = *column.original_column;
    } else {
      seen_new = true;
    }
  }
  for (int f = 0; f < files; ++f) {
    ASSERT_EQ(plan.inputs[f].targets.size(), given.enriched[f].columns.size());
    ASSERT_EQ(plan.inputs[f].identifier_columns.size(), plan.identifiers.size());
    for (int source = 0; source < plan.inputs[f].column_count; ++source) {
      const int target = plan.inputs[f].targets[source];
      if (target < 0) continue;
      EXPECT_EQ(plan.columns.at(target).sources[f], source);
    }
  }
  std::vector<std::string> originals;
  std::set<std::string> generated;
  for (const OutputColumn& column : plan.output) {
    if (column.role == Role::original) originals.push_back(column.name);
    if (column.role == Role::original || column.role == Role::fresh) continue;
    EXPECT_TRUE(generated.insert(column.name).second);
  }
  EXPECT_EQ(originals, given.original.columns);
  Columns unmatched = plan.unmatched_columns;
  std::sort(unmatched.begin(), unmatched.end());
  for (int index = 0; index < columns; ++index) EXPECT_EQ(unmatched.at(index), index);
}

TEST(PlannerProperty, EveryPlanIsConsistent) {
  const Names pool = {"Email", "email",        "Work Email", "Phone", "Phone Number",
                      "Title", "Job Title",    "",           " ",     "-",
                      "Name",  "LinkedIn URL", "Record ID",  "Owner", "match_quality",
                      "A",     "a ",           "B_b",        "bb",    "City_enriched",
                      "City",  "Ünï",          "#2"};
  std::mt19937 random(7);
  const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(random() % limit); };
  const auto header = [&] {
    Names names = {"Email"};
    for (std::size_t i = below(9); i > 0; --i)
      names.insert(names.begin() + static_cast<std::ptrdiff_t>(below(names.size() + 1)),
                   pool[below(pool.size())]);
    return names;
  };
  int planned = 0;
  for (int round = 0; round < 600; ++round) {
    Case given(file("original", header()), {});
    for (std::size_t f = 0; f <= below(3); ++f)
      given.enriched.push_back(file(fmt::format("v{}", f), header()));
    given.spec.on_conflict = static_cast<ConflictPolicy>(below(4));
    given.spec.auto_map = below(2) == 0;
    given.spec.explain_columns = below(2) == 0;
    if (below(3) == 0) given.spec.prefer = {{"Email", {"v0"}}};
    if (below(3) == 0)
      given.spec.maps.push_back({std::nullopt, pool[below(pool.size())], pool[below(pool.size())]});
    if (given.error() != "no error") continue;  // ambiguous or blank names in rules
    ++planned;
    expect_consistent(given, given.plan());
    if (HasFailure()) FAIL() << "round " << round;
  }
  EXPECT_GT(planned, 300);
}

}  // namespace
}  // namespace crm
