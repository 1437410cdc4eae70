#include "app/summary.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace crm {
namespace {

/// A small merge as a planner and an engine would have left it.
class Summary : public testing::Test {
 protected:
  Summary() {
    spec.outputs.merged = "out/merged.csv";
    original.path = "data/crm.csv";
    original.encoding = "utf-8";
    original.columns = {"Email", "Work Email", "City", "Owner"};
    enriched.resize(1);
    enriched[0].path = "zoom.csv.gz";
    enriched[0].compression = "gzip";
    enriched[0].encoding = "windows-1252";
    enriched[0].dialect.delimiter = ';';
    enriched[0].preamble_lines = 2;
    enriched[0].columns = {"Email Address", "Town", "Owner", "Score"};
    enriched[0].warnings = {"zoom: looks damaged"};

    plan.original_column_count = 4;
    plan.original_header = original.columns;
    PlanIdentifier email;
    email.kind = Kind::email;
    email.label = "email";
    email.original_columns = {0, 1};
    plan.identifiers = {email};
    PlanInput zoom;
    zoom.name = "zoom";
    zoom.column_count = 4;
    zoom.identifier_columns = {{0}};
    zoom.targets = {0, 1, 2, 3};
    plan.inputs = {zoom};
    plan.columns = {column("Email", 0), column("City", 2), column("Owner", 3), column("Score", std::nullopt)};
    plan.columns[2].policy = ConflictPolicy::original_only;

    report.inputs = {{.records = 1200, .rows = 1200}, {.records = 801, .rows = 800, .rejected = 1, .padded = 2}};
    report.enriched = {{.contributed = 500, .nothing_used = 100, .unmatched = 150, .without_key = 50}};
    report.matched_rows = 640;
    report.unmatched_rows = 560;
    report.identifiers = {{640}};
    report.columns = {filled(1200, 1200), filled(300, 900), filled(1200, 1200), filled(0, 600)};
    report.columns[1].conflicts_real = 12;
    report.columns[1].conflicts_formatting = 3;
    report.columns[2].conflicts_real = 7;
    report.output_rows = 1200;
    report.changed_rows = 640;
    report.shared_keys_total = 2;
    report.wall = std::chrono::duration<double>(0.5);
    report.peak_rss_bytes = 45'000'000;
  }

  static PlanColumn column(const std::string& name, std::optional<int> original_column) {
    PlanColumn column;
    column.name = name;
    column.original_column = original_column;
    return column;
  }

  static ColumnAccount filled(std::uint64_t before, std::uint64_t after) {
    ColumnAccount account;
    account.filled_before = before;
    account.filled_after = after;
    return account;
  }

  std::string text(const Display& display = {false, false, 100}) const {
    return summary_text({spec, plan, original, enriched, report, false}, display);
  }

  MergeSpec spec;
  MergePlan plan;
  InputProfile original;
  std::vector<InputProfile> enriched;
  MergeReport report;
};

TEST_F(Summary, TellsWhatWasFoundAndDone) {
  EXPECT_EQ(text(), R"(
Files
             rows
  original  1,200  crm.csv      UTF-8, comma, 4 columns
  zoom        800  zoom.csv.gz  gzip, Windows-1252, semicolon, 4 columns, header on line 3

Matched by
  email         original: Email, Work Email · zoom: Email Address

Matched         640 of 1,200 rows  53.3 %
  email         640 rows

Enriched rows
        contributed  nothing used  not in original  no key
  zoom          500           100              150      50

Filled columns
        before   after  filled
  City  25.0 %  75.0 %    +600

  Conflicts     19 cells with different values, 3 that differ in formatting only (City 12);
                --conflicts FILE lists them
  Protected     Owner: never changed, unless --on-conflict-for says so
  New columns   1: Score
  Mapped        zoom: Email Address → Email, Town → City
  Shared keys   2 keys are on too many rows to mean one person, and matched nobody (--max-shared)
  Net-new       150 enriched rows are not in the original; --unmatched-enriched FILE keeps them
  Repaired      zoom: 2 short rows filled up with blanks
  Set aside     zoom: 1 record

Warnings
  zoom: looks damaged

Wrote out/merged.csv: 1,200 rows, 640 of them changed
0.50 s, 4.0k rows/s, 45 MB of memory at most
)");
}

TEST_F(Summary, HasBarsOnATerminalOnly) {
  const std::string terminal = text({true, false, 100});
  EXPECT_NE(terminal.find("53.3 %  ████████████████░"), std::string::npos) << terminal;
  EXPECT_NE(terminal.find("City  25.0 %  75.0 %    +600  █████▓▓▓▓▓▓▓▓▓▓░░░░░"), std::string::npos) << terminal;
  EXPECT_EQ(terminal.find('\x1b'), std::string::npos);
  EXPECT_NE(text({true, true, 100}).find("\x1b[1mFiles\x1b[0m"), std::string::npos);
  EXPECT_EQ(text().find("█"), std::string::npos);
}

TEST_F(Summary, SaysThatADryRunWroteNothing) {
  spec.dry_run = true;
  EXPECT_NE(text().find("\nDry run: nothing was written; 1,200 rows would come out, 640 of them changed\n"),
            std::string::npos);
}

TEST_F(Summary, NamesTheFilesBeside) {
  spec.outputs.report = "r.json";
  spec.outputs.rejects = "bad.csv";
  EXPECT_NE(text().find("640 of them changed; and bad.csv, r.json\n"), std::string::npos);
  EXPECT_NE(text().find("zoom: 1 record; see bad.csv\n"), std::string::npos);
}

TEST_F(Summary, LetsNoHeaderSteerTheTerminal) {
  original.columns[0] = "E\x1b[2Jmail\n";
  EXPECT_EQ(text().find("\x1b"), std::string::npos);
}

TEST_F(Summary, IsOneObjectForPrograms) {
  const std::string line = summary_json({spec, plan, original, enriched, report, false});
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  const auto summary = nlohmann::json::parse(line).at("summary");
  EXPECT_EQ(summary.at("matched_rows"), 640);
  EXPECT_EQ(summary.at("conflicts_real"), 19);
  EXPECT_EQ(summary.at("rejected"), 1);
  EXPECT_EQ(summary.at("outputs"), nlohmann::json({"out/merged.csv"}));
  EXPECT_EQ(summary.at("warnings"), nlohmann::json({"zoom: looks damaged"}));
}

}  // namespace
}  // namespace crm
