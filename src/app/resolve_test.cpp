#include "app/resolve.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace crm {
namespace {

const Machine kMachine{4, "/var/tmp"};

RunOptions resolve(std::vector<std::string> args, Command command = Command::merge) {
  return resolve_options(command, parse_options(command, args), kMachine);
}

/// The message with which `args`, after an original, an enriched file and an output, are refused.
std::string refusal(std::vector<std::string> args) {
  args.insert(args.begin(), {"crm.csv", "apollo.csv", "-o", "out.csv"});
  try {
    resolve(args);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_config);
    return error.message();
  }
  return "";
}

std::string refusal_of_all(std::vector<std::string> args) {
  try {
    resolve(args);
  } catch (const Error& error) {
    return error.message();
  }
  return "";
}

TEST(Resolve, TakesDefaults) {
  const RunOptions run = resolve({"crm.csv", "apollo.csv", "-o", "out.csv"});
  EXPECT_EQ(run.engine, EngineKind::stream);
  EXPECT_EQ(run.limits.memory_bytes, 512'000'000u);
  EXPECT_EQ(run.limits.threads, 4);
  EXPECT_EQ(run.limits.temp_dir, "/var/tmp");
  EXPECT_EQ(run.spec.original.name, "original");
  EXPECT_TRUE(run.spec.on.empty());
  EXPECT_EQ(run.spec.region, "US");
  EXPECT_FALSE(run.spec.max_rejects);
  EXPECT_EQ(run.progress, ProgressMode::automatic);
}

TEST(Resolve, NamesEnrichedFiles) {
  const MergeSpec spec = resolve({"crm.csv", "x/apollo.csv", "y/apollo.csv.gz", "zoom=a=b.csv", "-o", "-"}).spec;
  ASSERT_EQ(spec.enriched.size(), 3u);
  EXPECT_EQ(spec.enriched[0].name, "apollo");
  EXPECT_EQ(spec.enriched[1].name, "apollo_2");
  EXPECT_EQ(spec.enriched[2].name, "zoom");
  EXPECT_EQ(spec.enriched[2].path, "a=b.csv");
  EXPECT_EQ(resolve({"crm.csv", "year=2024/a.csv", "-o", "x"}).spec.enriched[0].path, "2024/a.csv");
  EXPECT_EQ(resolve({"crm.csv", "data/year=2024/a.csv", "-o", "x"}).spec.enriched[0].name, "a");
}

TEST(Resolve, FilesOverridesUnderTheInputTheyAreFor) {
  const MergeSpec spec = resolve({"crm.csv", "apollo.csv", "zoom=z.csv", "-o", "x", "--delimiter", ";", "--delimiter",
                                  "original=tab", "--delimiter", "2=|", "--encoding", "zoom=latin1", "--no-header=apollo",
                                  "--delimiter", "apollo=="})
                             .spec;
  EXPECT_EQ(spec.overrides.at("").delimiter, ';');
  EXPECT_EQ(spec.overrides.at("original").delimiter, '\t');
  EXPECT_EQ(spec.overrides.at("zoom").delimiter, '|');
  EXPECT_EQ(spec.overrides.at("zoom").encoding, "latin1");
  EXPECT_EQ(spec.overrides.at("apollo").has_header, false);
  EXPECT_EQ(spec.overrides.at("apollo").delimiter, '=');
}

TEST(Resolve, UnderstandsRules) {
  const MergeSpec spec = resolve({"crm.csv", "apollo.csv", "-o", "x", "--on", "email,Phone|Mobile:phone", "--match", "all",
                                  "--max-shared", "phone=0", "--strategy", "concat", "--strategy-for", "Notes=longest",
                                  "--on-conflict-for", "City=use_enriched", "--columns", "A,\"B,C\"", "--prefer",
                                  "Phone=apollo", "--region", "de", "--max-shared", "email=9"})
                             .spec;
  ASSERT_EQ(spec.on.size(), 2u);
  EXPECT_EQ(spec.on[1].columns, (std::vector<std::string>{"Phone", "Mobile"}));
  EXPECT_EQ(spec.match, MatchMode::all);
  EXPECT_EQ(spec.max_shared.at(Kind::phone), 0u);
  EXPECT_EQ(spec.max_shared.at(Kind::email), 9u);
  EXPECT_EQ(spec.strategy, Strategy::concat);
  EXPECT_EQ(spec.strategy_for.at(0).second, Strategy::longest);
  EXPECT_EQ(spec.on_conflict_for.at(0).first, "City");
  EXPECT_EQ(spec.columns, (std::vector<std::string>{"A", "B,C"}));
  EXPECT_EQ(spec.region, "DE");
}

TEST(Resolve, RefusesWhatContradictsItself) {
  EXPECT_EQ(refusal({"--max-rejects", "5"}),
            "--max-rejects needs --rejects FILE: without it the first reject ends the merge");
  EXPECT_EQ(refusal({"--database", "x.db"}), "--database needs --engine sql: only it keeps tables");
  EXPECT_EQ(refusal({"--recency-format", "%Y"}), "--recency-format needs --recency COLUMN");
  EXPECT_EQ(refusal({"--quiet", "--verbose"}), "--quiet and --verbose contradict each other; give one");
}

TEST(Resolve, RefusesMissingFilesAndOutputs) {
  EXPECT_EQ(refusal_of_all({}),
            "no input files: crm-merge merge ORIGINAL ENRICHED...; see crm-merge merge --help");
  EXPECT_EQ(refusal_of_all({"crm.csv", "-o", "x"}),
            "no enriched file: crm-merge merge crm.csv ENRICHED...; give at least one file to merge into it");
  EXPECT_EQ(refusal_of_all({"crm.csv", "a.csv"}),
            "no output: give -o FILE (- is standard output), or --dry-run to see what would be done");
  EXPECT_EQ(refusal_of_all({"-", "-", "-o", "x"}), "standard input (-) is given twice; it can be read once");
  EXPECT_NO_THROW(resolve({"crm.csv", "a.csv", "--dry-run"}));
  EXPECT_NO_THROW(resolve({"crm.csv", "a.csv"}, Command::plan));
}

TEST(Resolve, RefusesValuesThatCannotBe) {
  EXPECT_EQ(refusal({"--memory-limit", "10MB"}), "--memory-limit: \"10MB\" is too little; give at least 96MB");
  EXPECT_EQ(refusal({"--threads", "0"}), "--threads: give a number from 1 to 64");
  EXPECT_EQ(refusal({"--engine", "spark"}), "--engine: \"spark\" is no engine; choose stream or sql");
  EXPECT_EQ(refusal({"--progress", "loud"}), "--progress: \"loud\" is not known; choose auto, plain, json or none");
  EXPECT_EQ(refusal({"--delimiter", "ab"}),
            "--delimiter: \"ab\" is no delimiter; give one character (not a quote), or comma, tab, semicolon, pipe");
  EXPECT_EQ(refusal({"--delimiter", "zoom=;"}), "--delimiter: no file is called \"zoom\"; there are \"original\", \"apollo\"");
  EXPECT_EQ(refusal({"--report", "r.csv"}),
            "--report r.csv: a report is JSON or a page; give a file that ends in .json or .html");
  EXPECT_EQ(refusal({"--report", "r.json", "--report", "s.json.gz"}),
            "--report s.json.gz: there is r.json of this kind already; give one .json and one .html");
  EXPECT_EQ(refusal({"--conflicts", "x.xlsx"}),
            "--conflicts x.xlsx: .xlsx files are not written; give a file that ends in .csv, .tsv, .jsonl (.gz or .zst on top) or .parquet");
  EXPECT_EQ(refusal({"--conflicts", "-"}),
            "--conflicts: only the merged file and the report can go to standard output; give a file");
  EXPECT_EQ(refusal({"--memory-limit", "96MB", "--max-record-bytes", "64MB"}),
            "--max-record-bytes: \"64MB\" is more than a quarter of the memory limit; give 24MB or less, or a "
            "--memory-limit of 257MB");
  EXPECT_EQ(refusal({"--region", "Germany"}),
            "--region: \"Germany\" is no country; give its two letters, such as US or DE");
  EXPECT_EQ(refusal({"--report="}), "--report: the file's name is empty");
}

TEST(Resolve, QuietSilencesProgressButNotTheFormOfErrors) {
  const RunOptions run = resolve({"crm.csv", "a.csv", "-o", "x", "--quiet", "--progress", "json"});
  EXPECT_EQ(run.progress, ProgressMode::none);
  EXPECT_TRUE(run.json);
}

}  // namespace
}  // namespace crm
