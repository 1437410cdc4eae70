#include "spec/spec_file.h"

#include <gtest/gtest.h>

namespace crm {
namespace {

std::string refusal(const std::string& text) {
  try {
    parse_spec(text, "rules.yaml");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_config);
    return error.message();
  }
  return "";
}

TEST(ParseSpec, ReadsEachShape) {
  const SpecFile spec = parse_spec(R"(
original: crm.csv
enriched:
  - apollo=a.csv
  - {name: zoom, columns: [Email, "No"]}
  - path: x=1/b.csv
on: [email, "Record ID:id", {kind: phone, columns: ["A|B:c"], enriched: {apollo: [], zoom: Tel}}]
map: {Title: Job Title, zoom: {no: 02134, Junk: null, Zip: "null"}}
strategy-for: {Title: most-recent}
prefer: {Phone: [zoom, apollo], City: "2,1"}
on-conflict-for: {"a=b": use_enriched}
max-shared: {phone: off, email: 3}
columns-for: {domain: [Industry]}
blank: [N/A, null, " - "]
columns: "A,\"B, C\""
delimiter: {zoom: ";"}
no-header: [apollo]
email-aliases: true
explain-columns: false
report: [r.json, r.html]
)", "in/rules.yaml");
  EXPECT_EQ(spec.original->ref.path, "in/crm.csv");
  EXPECT_EQ(spec.enriched->at(0).ref.name, "apollo");
  EXPECT_EQ(spec.enriched->at(0).ref.path, "in/a.csv");
  EXPECT_EQ(spec.enriched->at(1).ref.path, "");
  EXPECT_EQ(spec.enriched->at(1).columns, (std::vector<std::string>{"Email", "No"}));
  EXPECT_EQ(spec.enriched->at(2).ref.name, "b");
  EXPECT_EQ(spec.enriched->at(2).ref.path, "in/x=1/b.csv");
  ASSERT_EQ(spec.on->size(), 3u);
  EXPECT_EQ(spec.on->at(1).columns, std::vector<std::string>{"Record ID"});
  EXPECT_EQ(spec.on->at(2).columns, std::vector<std::string>{"A|B:c"});
  EXPECT_EQ(spec.on->at(2).enriched_columns.at("zoom"), std::vector<std::string>{"Tel"});
  ASSERT_EQ(spec.rules.maps.size(), 4u);
  EXPECT_FALSE(spec.rules.maps[0].input);
  EXPECT_EQ(spec.rules.maps[1].theirs, "no");
  EXPECT_EQ(spec.rules.maps[1].ours, "02134");
  EXPECT_TRUE(spec.rules.maps[2].left_out);
  EXPECT_EQ(spec.rules.maps[3].ours, "null");
  EXPECT_EQ(spec.rules.strategy_for.at(0).second, Strategy::most_recent);
  EXPECT_EQ(spec.rules.prefer.at(1).second, (std::vector<std::string>{"2", "1"}));
  EXPECT_EQ(spec.rules.on_conflict_for.at(0).first, "a=b");
  EXPECT_EQ(spec.max_shared.at(Kind::phone), 0u);
  EXPECT_EQ(spec.blank, (std::vector<std::string>{"N/A", "null", "-"}));
  EXPECT_EQ(spec.columns, (std::vector<std::string>{"A", "B, C"}));
  EXPECT_EQ(spec.delimiters.at(0).first, "zoom");
  EXPECT_TRUE(spec.texts.contains("email-aliases"));
  EXPECT_FALSE(spec.texts.contains("explain-columns"));
  EXPECT_EQ(spec.texts.at("report").at(1).text, "in/r.html");
}

TEST(ParseSpec, SaysWhatIsWrongWhereItIs) {
  EXPECT_EQ(refusal("stratgy: last\n"),
            "rules.yaml:1:1: there is no key \"stratgy\" (did you mean strategy?); crm-merge spec-schema describes those there are");
  EXPECT_EQ(refusal("--on: email\n"), "rules.yaml:1:1: \"--on\": keys are written without dashes in front");
  EXPECT_EQ(refusal("on: emial\n").substr(0, 64), "rules.yaml:1:5: on: \"emial\" is no kind of identifier (email, pho");
  EXPECT_EQ(refusal("strategy-for:\n  City: longst\n"),
            "rules.yaml:2:9: strategy-for: \"longst\" is no strategy (did you mean longest?); choose one of: first, last, "
            "longest, most_complete, most_recent, most_frequent, concat");
  EXPECT_EQ(refusal("id:\n"), "rules.yaml:1:4: id: this is nothing; give one text");
  EXPECT_EQ(refusal("id: [a]\n"), "rules.yaml:1:5: id: this is a list; give one text");
  EXPECT_EQ(refusal("explain-columns: yes\n"), "rules.yaml:1:18: explain-columns: \"yes\" is neither true nor false");
  EXPECT_EQ(refusal("enriched: [{nme: x}]\n"), "rules.yaml:1:13: enriched: there is no key \"nme\" here; there are name, path and columns");
  EXPECT_EQ(refusal("map: {Junk: null}\n"),
            "rules.yaml:1:13: map: to leave a column out, write NAME: {COLUMN: null}; --drop names new ones");
  EXPECT_EQ(refusal("max-shared: {phone: many}\n"), "rules.yaml:1:21: max-shared: \"many\" is no whole number");
  EXPECT_EQ(refusal("columns-for: {email: [A]}\n"),
            "rules.yaml:1:15: columns-for: email is of a person; only domain and linkedin match a company");
  EXPECT_EQ(refusal("- on\n"), "rules.yaml:1:1: a spec is a map of keys such as on: and strategy:");
}

TEST(ParseSpec, KeepsAbsolutePathsAndStandardInput) {
  const SpecFile spec = parse_spec("original: /data/crm.csv\nenriched: ['-']\noutput: ../out.csv\n", "a/b/rules.yaml");
  EXPECT_EQ(spec.original->ref.path, "/data/crm.csv");
  EXPECT_EQ(spec.enriched->at(0).ref.path, "-");
  EXPECT_EQ(spec.enriched->at(0).ref.name, "stdin");
  EXPECT_EQ(spec.texts.at("output").at(0).text, "a/out.csv");
}

}  // namespace
}  // namespace crm
