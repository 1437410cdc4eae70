#include "jobs/job_data.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "model/rule_names.h"

namespace crm {
namespace {

using nlohmann::json;

/// The smallest job, with `more` put into it.
std::string job(const char* more = "{}") {
  json value = json::parse(
      R"({"original": {"uri": "file:/in/crm.csv"}, "enriched": [{"uri": "file:/in/apollo.csv"}]})");
  value.update(json::parse(more));
  return value.dump();
}

std::string error_of(const std::string& text) {
  try {
    parse_job_data(text);
  } catch (const Error& error) {
    EXPECT_TRUE(error.code() == ErrorCode::invalid_config || error.code() == ErrorCode::limit_exceeded);
    return error.message();
  }
  return "no error";
}

TEST(JobData, TheSmallestJobTakesTheDefaults) {
  const JobData data = parse_job_data(job());
  EXPECT_EQ(data.original.uri, "file:/in/crm.csv");
  ASSERT_EQ(data.enriched.size(), 1u);
  EXPECT_EQ(data.spec.enriched[0].name, "apollo");
  EXPECT_TRUE(data.spec.on.empty());
  EXPECT_EQ(data.outputs.file_name(OutputKind::merged), "merged.csv");
  EXPECT_TRUE(data.outputs.report);
  EXPECT_FALSE(data.outputs.wants(OutputKind::conflicts));
  EXPECT_EQ(data.metadata, "null");
}

TEST(JobData, TheContractsExampleIsUnderstood) {
  const JobData data = parse_job_data(R"({
    "original": {"uri": "s3://b/crm.csv"}, "enriched": [{"uri": "s3://b/apollo.csv", "name": "Apollo"}],
    "spec": {"on": ["email", "phone"], "strategy": "longest", "strategy_for": {"Title": "last"},
             "on_conflict": "keep_original", "region": "US"},
    "outputs": {"merged": {"format": "csv"}, "report": true, "changes": true, "provenance": true, "conflicts": true,
                "unmatched_enriched": true, "rejects": true},
    "max_rejects": 0, "output_prefix": "crm-merge-results/a/", "metadata": {"any": "of yours"}})");
  EXPECT_EQ(data.spec.enriched[0].name, "Apollo");
  ASSERT_EQ(data.spec.on.size(), 2u);
  EXPECT_EQ(data.spec.on[1].kind, Kind::phone);
  EXPECT_EQ(data.spec.strategy, Strategy::longest);
  EXPECT_EQ(data.spec.strategy_for.at(0), (std::pair<std::string, Strategy>("Title", Strategy::last)));
  EXPECT_EQ(data.spec.max_rejects, 0u);
  EXPECT_TRUE(data.outputs.unmatched_enriched);
  EXPECT_EQ(data.output_prefix, "crm-merge-results/a/");
  EXPECT_EQ(data.metadata, R"({"any":"of yours"})");
}

TEST(JobData, RulesHaveTheOptionsNamesAndMeaning) {
  const MergeSpec spec = parse_rules(R"({"on": ["A, B|C:email"], "max_shared": {"phone": "off", "email": 3},
      "columns_for": {"domain": ["City"]}, "map": ["apollo:Mail=Email", {"file": "1", "theirs": "T", "ours": "Title"}],
      "prefer": {"Phone": "apollo,\"zoom, info\""}, "columns": [], "blank": ["N/A"], "recency": "Seen",
      "recency_format": "%Y", "region": "de", "match": "all", "auto_map": false})",
                                     {"apollo"});
  ASSERT_EQ(spec.on.size(), 1u);
  EXPECT_EQ(spec.on[0].columns, (std::vector<std::string>{"A, B", "C"}));
  EXPECT_EQ(spec.max_shared.at(Kind::phone), 0u);
  EXPECT_EQ(spec.max_shared.at(Kind::email), 3u);
  ASSERT_EQ(spec.maps.size(), 2u);
  EXPECT_EQ(spec.maps[0].input, "apollo");
  EXPECT_EQ(spec.maps[1].theirs, "T");
  EXPECT_EQ(spec.prefer[0].second, (std::vector<std::string>{"apollo", "zoom, info"}));
  EXPECT_TRUE(spec.columns && spec.columns->empty());
  EXPECT_EQ(spec.region, "DE");
  EXPECT_EQ(spec.match, MatchMode::all);
  EXPECT_FALSE(spec.auto_map);
}

TEST(JobData, InputsCarryWhatDetectionShallNotGuess) {
  const JobData data = parse_job_data(R"({"original": {"uri": "a.csv", "delimiter": "tab"},
      "enriched": [{"uri": "http://h/x/b.csv.gz?sig=1", "encoding": "windows-1252", "has_header": false}, {"uri": "y/b.csv"}]})");
  EXPECT_EQ(data.spec.enriched[0].name, "b");
  EXPECT_EQ(data.spec.enriched[1].name, "b_2");
  EXPECT_EQ(data.spec.overrides.at("original").delimiter, '\t');
  EXPECT_EQ(data.spec.overrides.at("b").encoding, "windows-1252");
  EXPECT_EQ(data.spec.overrides.at("b").has_header, false);
  EXPECT_FALSE(data.spec.overrides.contains("b_2"));
}

TEST(JobData, ErrorsNameThePlaceAndWhatToDo) {
  EXPECT_EQ(error_of("{"), "job data: not JSON at byte 2; check quotes, commas and brackets there");
  EXPECT_EQ(error_of("[]"), "job data: must be a JSON object");
  EXPECT_EQ(error_of("{}"), "original: is missing; give {\"uri\": …}");
  EXPECT_EQ(error_of(job(R"({"enriched": []})")),
            "enriched: is missing; give at least one file to merge into the original");
  EXPECT_EQ(error_of(job(R"({"original": {"uri": 3}})")), "original.uri: expected a text, found number");
  EXPECT_EQ(error_of(job(R"({"outputz": {}})")), "\"outputz\" is no key here (did you mean outputs?)");
  EXPECT_EQ(error_of(job(R"({"spec": {"strategi": "last"}})")),
            "spec: \"strategi\" is no key here (did you mean strategy?)");
  EXPECT_EQ(error_of(job(R"({"spec": {"strategy": "lst"}})")).substr(0, 38),
            "spec.strategy: \"lst\" is no strategy (d");
  EXPECT_EQ(error_of(job(R"({"spec": {"strategy_for": {"Title": "x"}}})")).substr(0, 29),
            "spec.strategy_for[\"Title\"]: \"");
  EXPECT_EQ(error_of(job(R"({"max_rejects": 1})")).substr(0, 18), "max_rejects: needs");
  EXPECT_EQ(error_of(job(R"({"max_rejects": -1, "outputs": {"rejects": true}})")).substr(0, 34),
            "max_rejects: expected a whole numb");
  EXPECT_EQ(error_of(job(R"({"output_prefix": "../up/"})")).substr(0, 14), "output_prefix:");
  EXPECT_EQ(error_of(job(R"({"output_prefix": "/etc/"})")).substr(0, 14), "output_prefix:");
  EXPECT_EQ(error_of(job(R"({"enriched": [{"uri": "a", "name": "X"}, {"uri": "b", "name": "X"}]})")),
            "enriched[1].name: two enriched files are called \"X\"; names must differ");
}

TEST(JobData, SizesHaveLimits) {
  const std::string long_text(kMaxMergeJobBytes + 1, ' ');
  EXPECT_NE(error_of(long_text).find("at most 262144 are read"), std::string::npos);
  json big = json::parse(job());
  big["metadata"] = std::string(kMaxMetadataBytes, 'x');
  EXPECT_NE(error_of(big.dump()).find("metadata: 4098 bytes of JSON; at most 4096"), std::string::npos);
  const std::string deep = std::string(10'000, '[') + std::string(10'000, ']');
  EXPECT_EQ(error_of(deep), "job data: JSON nested deeper than 32");
}

TEST(OlderForm, IsReadWithWarningsForWhatItDoesNotKnow) {
  const JobData data = parse_job_data(R"({
    "originalFile": {"s3Key": "up/crm.csv", "size": 3}, "enrichedFiles": [{"id": "f1", "s3Url": "s3://b/apollo.csv"}],
    "selectedIdentifiers": ["Email", "Customer No"], "userId": 7,
    "resolutionConfig": {"defaultStrategy": "use_enriched", "columnStrategies": {"Title": "longest", "Phone": "create_alternate"},
                         "alternateFieldSuffix": "_new"},
    "inputMappings": [{"originalColumn": "Title", "enrichedColumn": "Role", "enrichedFileId": "f1"}]})");
  EXPECT_TRUE(data.older_form);
  EXPECT_EQ(data.original.key, "up/crm.csv");
  EXPECT_EQ(data.enriched[0].uri, "s3://b/apollo.csv");
  EXPECT_EQ(data.spec.on[0].kind, Kind::email);
  EXPECT_EQ(data.spec.on[1].columns, std::vector<std::string>{"Customer No"});
  EXPECT_EQ(data.spec.on_conflict, ConflictPolicy::use_enriched);
  EXPECT_EQ(data.spec.on_conflict_for.at(0).first, "Phone");
  EXPECT_EQ(data.spec.strategy_for.at(0).second, Strategy::longest);
  EXPECT_EQ(data.spec.alternate_suffix, "_new");
  EXPECT_EQ(data.spec.maps.at(0).input, "apollo");
  ASSERT_EQ(data.warnings.size(), 3u);
  EXPECT_EQ(data.warnings[0], "originalFile.size: is not known and was ignored");
  EXPECT_EQ(data.warnings[2], "userId: is not known and was ignored");
}

TEST(OlderForm, ColumnConfigsChooseNewColumnsAndNeverLeaveOutAnOriginalOne) {
  const JobData data = parse_job_data(R"({"originalFile": {"s3Key": "a"}, "enrichedFiles": [{"s3Key": "b"}],
    "columnConfigs": [{"columnName": "Email"}, {"columnName": "Rank", "position": 2}, {"columnName": "Score", "position": 1},
                      {"columnName": "Seen", "selected": false}]})");
  MergeSpec spec;
  choose_columns(data.column_choices, {"Email", "City"}, spec);
  EXPECT_EQ(spec.columns, (std::vector<std::string>{"Score", "Rank"}));
  MergeSpec other;
  choose_columns({{"Seen", false, {}}}, {"Email"}, other);
  EXPECT_EQ(other.drop, std::vector<std::string>{"Seen"});
  try {
    choose_columns({{"City", false, {}}}, {"Email", "City"}, spec);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(error.message().find("\"City\" is a column of the original"), std::string::npos);
  }
}

TEST(JobSchemas, ListTheWordsOfTheRules) {
  const json schema = json::parse(job_data_schema());
  EXPECT_EQ(schema["$defs"]["Strategy"]["enum"], json(strategy_names()));
  EXPECT_EQ(schema["$defs"]["Policy"]["enum"], json(policy_names()));
  EXPECT_EQ(schema["$defs"]["Kind"]["enum"], json(kind_names()));
  for (const OutputKind kind : output_kinds()) {
    EXPECT_TRUE(schema["$defs"]["Outputs"]["properties"].contains(std::string(output_name(kind))));
  }
  EXPECT_EQ(json::parse(job_progress_schema())["title"], "JobProgress");
  EXPECT_EQ(json::parse(job_result_schema())["title"], "JobResult");
}

}  // namespace
}  // namespace crm
