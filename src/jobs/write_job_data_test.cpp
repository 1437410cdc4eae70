#include "jobs/write_job_data.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/error.h"

namespace crm {
namespace {

using nlohmann::json;

/// A job with every rule, as one writes it.
constexpr const char* kEverything = R"({
  "original": {"uri": "file:/a", "delimiter": ";", "encoding": "windows-1252", "sheet": "People", "columns": ["Email", "City"]},
  "enriched": [{"uri": "file:/b", "name": "apollo", "has_header": false}, {"uri": "file:/c", "name": "zoom"}],
  "spec": {
    "on": ["email", {"kind": "phone", "columns": ["Tel | 2", "Fax"], "enriched": {"apollo": ["P"], "zoom": []}}],
    "match": "all", "max_shared": {"email": 0, "phone": 7}, "columns_for": {"domain": ["Size"]}, "region": "DE",
    "email_aliases": true,
    "map": [{"file": "apollo", "theirs": "A=B", "ours": "C:D"}, {"theirs": "E", "ours": "F"}, {"file": "zoom", "theirs": "G", "ours": null}],
    "auto_map": false, "columns": [], "drop": ["X, Y"], "blank": ["N/A", "-"], "id": "ID", "match_column": "none",
    "explain_columns": true, "strategy": "longest", "strategy_for": {"City": "last"}, "prefer": {"City": ["zoom", "apollo"]},
    "separator": "", "recency": "Date", "recency_format": "%d.%m.%Y", "on_conflict": "use_enriched",
    "on_conflict_for": {"City": "create_alternate"}, "alternate_suffix": "_new", "max_record_bytes": 1000},
  "outputs": {"merged": {"format": "tsv", "compression": "zstd"}, "report": false, "changes": true, "provenance": true,
              "conflicts": true, "unmatched_enriched": true, "rejects": true},
  "max_rejects": 3, "output_prefix": "weekly/", "metadata": {"a": 1}})";

TEST(WrittenJobData, ReadsBackAsItIs) {
  const std::string text = job_data_text(parse_job_data(kEverything));
  EXPECT_EQ(json::parse(text), json::parse(kEverything));
  EXPECT_EQ(job_data_text(parse_job_data(text)), text);
}

TEST(WrittenJobData, LeavesDefaultsOut) {
  const char* least = R"({"original": {"uri": "file:/a"}, "enriched": [{"uri": "file:/b", "name": "b"}]})";
  const json written = json::parse(job_data_text(parse_job_data(least)));
  EXPECT_FALSE(written.contains("spec"));
  EXPECT_FALSE(written.contains("max_rejects"));
}

TEST(WrittenJobData, TypedRulesReplaceThoseOfASpecFileForTheSameColumn) {
  JobData job = parse_job_data(R"({"original": {"uri": "file:/a"}, "enriched": [{"uri": "file:/b", "name": "b"}],
                                   "spec": {"strategy_for": {"Job Title": "last"}, "map": ["b:Title=Role"]}})");
  job.spec.weaker.strategy_for = {{"job_title", Strategy::longest}, {"City", Strategy::concat}};
  job.spec.weaker.maps = {{"b", "title", "Job Title"}, {std::nullopt, "Town", "City"}};
  const json rules = json::parse(job_data_text(job)).at("spec");
  EXPECT_EQ(rules.at("strategy_for"), (json{{"Job Title", "last"}, {"City", "concat"}}));
  EXPECT_EQ(rules.at("map").size(), 2u);
  EXPECT_EQ(rules.at("map")[1].at("theirs"), "Town");
}

TEST(WrittenJobData, TwoRulesForOneColumnAreRefused) {
  JobData job = parse_job_data(R"({"original": {"uri": "file:/a"}, "enriched": [{"uri": "file:/b"}]})");
  job.spec.strategy_for = {{"City", Strategy::last}, {"City", Strategy::first}};
  EXPECT_THROW(job_data_text(job), Error);
}

}  // namespace
}  // namespace crm
