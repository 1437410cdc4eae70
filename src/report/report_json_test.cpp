#include "report/report_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace crm {
namespace {

using nlohmann::ordered_json;

/// A merge of two rows with one enriched file of three, of which one matched.
struct Case {
  MergePlan plan;
  InputProfile original;
  std::vector<InputProfile> enriched;
  MergeReport report;

  Case() {
    original.name = "original";
    original.path = "crm.csv";
    original.file_bytes = 120;
    original.compression = "none";
    original.encoding = "utf-8";
    original.encoding_certainty = {1.0, false, "valid UTF-8"};
    original.delimiter_certainty = {0.9951234567, false, "99.5 % of 200 records have 2 fields"};
    original.columns = {"Email", "Email"};
    original.warnings = {"crm.csv: a warning"};
    enriched.resize(1);
    enriched[0].name = "apollo";
    enriched[0].path = "apollo.csv.gz";
    enriched[0].compression = "gzip";
    enriched[0].encoding = "windows-1252";
    enriched[0].dialect.delimiter = ';';
    enriched[0].columns = {"email", "Phone", "Updated"};

    plan.original_header = original.columns;
    plan.original_column_count = 2;
    PlanIdentifier email;
    email.kind = Kind::email;
    email.label = "email";
    email.original_columns = {0, 1};
    PlanIdentifier domain;
    domain.kind = Kind::domain;
    domain.label = "domain";
    domain.company_fills_only = true;
    domain.fills = {1};
    plan.identifiers = {email, domain};
    plan.inputs = {{"apollo", 3, {{0}, {}}, {0, 1, -1}, 2}};
    plan.columns = {{"Email", 0, Kind::email, true, Strategy::first, ConflictPolicy::keep_original, {0}, {0}},
                    {"Phone", std::nullopt, Kind::phone, false, Strategy::most_recent, ConflictPolicy::keep_original, {0}, {1}}};
    plan.output = {{OutputColumn::Role::original, "Email", 0, 0},
                   {OutputColumn::Role::original, "Email", 1, -1},
                   {OutputColumn::Role::fresh, "Phone", -1, 1},
                   {OutputColumn::Role::match_quality, "match_quality", -1, -1}};
    plan.unmatched_columns = {0, 1};
    plan.decisions = {"matching on email"};
    plan.warnings = {"a column is left out", "crm.csv: a warning"};

    report.inputs = {{2, 2, 0, 1, 3, 120, 0xABCu}, {4, 3, 1, 0, 0, 90, 1}};
    report.enriched = {{1, 0, 1, 1, 0}};
    report.matched_rows = 1;
    report.unmatched_rows = 1;
    report.identifiers = {{1}, {0}};
    report.columns = {{2, 2, 0, {0}, {{0, 0, 0, 1, 0}}, 0, 0, 0}, {0, 1, 0, {1}, {{1, 1, 0, 0, 2}}, 1, 0, 0}};
    report.output_rows = 2;
    report.changed_rows = 1;
    report.shared_keys_total = 1;
    report.shared_keys = {{"phone", "+14155550100", "apollo", 7}};
    report.stages = {{"match", std::chrono::duration<double>(0.5), 4, 0}};
    report.wall = std::chrono::duration<double>(2.0);
    report.peak_rss_bytes = 1000;
  }

  std::string text(const std::string& engine = "stream") const {
    return report_json({plan, original, enriched, report, "1.2.3", engine, 2, 512});
  }
  ordered_json json() const { return ordered_json::parse(text()); }
};

TEST(ReportJson, TellsWhatMatched) {
  const ordered_json json = Case().json();
  EXPECT_EQ(json["output_rows"], 2);
  EXPECT_EQ(json["matched_rows"], 1);
  EXPECT_EQ(json["unmatched_rows"], 1);
  EXPECT_EQ(json["match_rate"], 0.5);
  EXPECT_EQ(json["changed_rows"], 1);
  EXPECT_EQ(json["net_new_records"], 0);
  EXPECT_EQ(json["by_identifier"], ordered_json::parse(R"([{"identifier": "email", "rows_matched": 1},
                                                           {"identifier": "domain", "rows_matched": 0}])"));
}

TEST(ReportJson, DescribesEveryInputAndItsAccount) {
  const ordered_json json = Case().json()["inputs"];
  ASSERT_EQ(json.size(), 2u);
  EXPECT_EQ(json[0]["role"], "original");
  EXPECT_EQ(json[0]["path"], "crm.csv");
  EXPECT_EQ(json[0]["bytes"], 120);
  EXPECT_EQ(json[0]["xxh3"], "0000000000000abc");
  EXPECT_EQ(json[0]["delimiter"]["value"], ",");
  EXPECT_EQ(json[0]["delimiter"]["certainty"], 0.995123);
  EXPECT_EQ(json[0]["encoding"]["reason"], "valid UTF-8");
  EXPECT_EQ(json[0]["columns"], (std::vector<std::string>{"Email", "Email"}));
  EXPECT_EQ(json[0]["padded"], 1);
  EXPECT_EQ(json[0]["empty_lines"], 3);
  EXPECT_EQ(json[1]["role"], "enriched");
  EXPECT_EQ(json[1]["rank"], 1);
  EXPECT_EQ(json[1]["compression"], "gzip");
  EXPECT_EQ(json[1]["records"], 4);
  EXPECT_EQ(json[1]["rows"], 3);
  EXPECT_EQ(json[1]["rejected"], 1);
}

TEST(ReportJson, AccountsForEveryEnrichedRow) {
  const ordered_json json = Case().json()["enriched"][0];
  EXPECT_EQ(json, ordered_json::parse(R"({"name": "apollo", "rows": 3, "contributed": 1, "matched_nothing_used": 0,
                                          "unmatched": 1, "without_key": 1, "without_recency": 0,
                                          "cells": {"filled": 1, "filled_alone": 1, "replaced": 0, "agreeing": 1,
                                                    "overridden": 2}})"));
}

TEST(ReportJson, TellsOfEveryMergedColumn) {
  const ordered_json json = Case().json()["columns"];
  EXPECT_EQ(json[1], ordered_json::parse(R"({"name": "Phone", "new": true, "filled_before": 0, "filled_after": 1,
                                             "alternate_filled": 0, "changed": 1, "filled_by": {"apollo": 1},
                                             "cells_by": {"apollo": {"filled": 1, "filled_alone": 1, "replaced": 0,
                                                                     "agreeing": 0, "overridden": 2}},
                                             "conflicts": {"real": 0, "formatting": 0}})"));
}

TEST(ReportJson, ListsSharedKeysWarningsAndDecisions) {
  const ordered_json json = Case().json();
  EXPECT_EQ(json["shared_keys"]["total"], 1);
  EXPECT_EQ(json["shared_keys"]["listed"][0]["where"], "apollo");
  EXPECT_EQ(json["warnings"], (std::vector<std::string>{"a column is left out", "crm.csv: a warning"}));
  EXPECT_EQ(json["decisions"], std::vector<std::string>{"matching on email"});
}

TEST(ReportJson, HoldsTheSpecAsResolved) {
  const ordered_json json = Case().json()["spec"];
  EXPECT_EQ(json["match"], "any");
  EXPECT_EQ(json["identifiers"][0]["original_columns"][1], ordered_json::parse(R"({"position": 2, "name": "Email"})"));
  EXPECT_EQ(json["identifiers"][0]["enriched_columns"]["apollo"][0]["name"], "email");
  EXPECT_EQ(json["identifiers"][1]["company_fills_only"], std::vector<std::string>{"Phone"});
  EXPECT_EQ(json["recency"]["columns"]["apollo"]["name"], "Updated");
  EXPECT_EQ(json["recency"]["format"], "ISO 8601");
  EXPECT_EQ(json["columns"][1]["strategy"], "most_recent");
  EXPECT_EQ(json["columns"][1]["compared_as"], "phone");
  EXPECT_TRUE(json["columns"][1]["original_column"].is_null());
  EXPECT_EQ(json["columns"][1]["order"], std::vector<std::string>{"apollo"});
  EXPECT_EQ(json["output_columns"][2], ordered_json::parse(R"({"name": "Phone", "role": "new"})"));
  EXPECT_TRUE(json["record_id_column"].is_null());
}

TEST(ReportJson, MeasurementsComeLastAndNothingElseDependsOnThem) {
  Case first, second;
  second.report.wall = std::chrono::duration<double>(9.0);
  second.report.peak_rss_bytes = 5;
  second.report.stages.clear();
  ordered_json a = ordered_json::parse(first.text("stream")), b = ordered_json::parse(second.text("sql"));
  EXPECT_EQ(std::prev(a.end()).key(), "measurements");
  EXPECT_EQ(a["measurements"]["engine"], "stream");
  EXPECT_EQ(a["measurements"]["rows_per_second"], 1.0);
  EXPECT_EQ(a["measurements"]["stages"][0]["rows_per_second"], 8.0);
  EXPECT_NE(a["measurements"], b["measurements"]);
  a.erase("measurements");
  b.erase("measurements");
  EXPECT_EQ(a.dump(), b.dump());
}

TEST(ReportJson, IsValidForAPathThatIsNotUtf8AndAnEmptyOriginal) {
  Case merge;
  merge.original.path = "caf\xE9.csv";
  merge.report.matched_rows = merge.report.unmatched_rows = 0;
  EXPECT_EQ(merge.json()["match_rate"], 0.0);
  EXPECT_EQ(merge.text().back(), '\n');
}

}  // namespace
}  // namespace crm
