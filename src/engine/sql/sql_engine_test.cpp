// The engine from file to file: what the contract says, rule by rule.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "base/error.h"
#include "base/temp_space.h"
#include "duckdb/database.h"
#include "engine/engine.h"
#include "ingest/input.h"
#include "ingest/rejects.h"
#include "output/text_output.h"
#include "plan/planner.h"

namespace crm {
namespace {

namespace fs = std::filesystem;

class CountedRejects final : public RejectSink {
 public:
  void add(const Reject&) override { ++count; }
  int count = 0;
};

class NotedProgress final : public ProgressSink {
 public:
  void update(const Progress& progress) override {
    went_back = went_back || progress.fraction < last.fraction || progress.stage < last.stage;
    last = progress;
    if (on_update) on_update(progress);
  }
  Progress last;
  bool went_back = false;
  std::function<void(const Progress&)> on_update;
};

struct Result {
  std::string merged, changes, provenance, conflicts, unmatched;
  MergeReport report;
};

/// A merge of files given as text, planned as the command plans it.
class Merge {
 public:
  Merge(const std::string& original, const std::vector<std::pair<std::string, std::string>>& enriched)
      : folder_(fs::temp_directory_path() / ("crm_sql_" + std::to_string(::getpid()) + "_" +
                                             std::to_string(reinterpret_cast<std::uintptr_t>(this)))) {
    fs::create_directories(folder_);
    spec.original = write("original", original);
    for (const auto& [name, text] : enriched) spec.enriched.push_back(write(name, text));
    spec.match_column = "none";
    limits.temp_dir = folder_;
  }
  ~Merge() { fs::remove_all(folder_); }

  void want_all() {
    spec.outputs.merged = "m";
    spec.outputs.report = "r";
    spec.outputs.changes = "c";
    spec.outputs.provenance = "p";
    spec.outputs.conflicts = "x";
    spec.outputs.unmatched_enriched = "u";
  }

  Result run(std::stop_token stop = {}) {
    TempSpace temp(folder_);
    OpenOptions open;
    open.temp = &temp;
    std::vector<std::unique_ptr<Input>> inputs;
    std::vector<InputProfile> profiles;
    for (const InputRef& ref : spec.enriched) {
      inputs.push_back(open_input(ref, open));
      profiles.push_back(inputs.back()->profile());
    }
    open.is_original = true;
    const std::unique_ptr<Input> original = open_input(spec.original, open);
    const MergePlan plan = plan_merge(spec, original->profile(), profiles);
    EngineInputs in{original.get(), {}, &rejects};
    for (const auto& input : inputs) in.enriched.push_back(input.get());
    TextOutput files[5];
    EngineOutputs out;
    out.merged = &files[0];
    if (plan.want_changes) out.changes = &files[1];
    if (plan.want_provenance) out.provenance = &files[2];
    if (plan.want_conflicts) out.conflicts = &files[3];
    if (plan.want_unmatched) out.unmatched = &files[4];
    Result result;
    result.report = make_sql_engine()->run(plan, in, out, limits, progress, std::move(stop));
    result.merged = files[0].text;
    result.changes = files[1].text;
    result.provenance = files[2].text;
    result.conflicts = files[3].text;
    result.unmatched = files[4].text;
    return result;
  }

  const fs::path& folder() const { return folder_; }
  std::size_t files_left() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator())) -
           spec.enriched.size() - 1;
  }

  MergeSpec spec;
  EngineLimits limits;
  NotedProgress progress;
  CountedRejects rejects;

 private:
  InputRef write(const std::string& name, const std::string& text) {
    const fs::path path = folder_ / (name + ".csv");
    std::ofstream(path, std::ios::binary) << text;
    return {path.string(), name, true};
  }
  fs::path folder_;
};

TEST(SqlEngine, FillsBlanksAndAddsNewColumnsWithoutMultiplyingRows) {
  Merge merge("Id,Email,City\n1,a@x.com,\n2,,Bonn\n3,A@X.com ,Rome\n4,c@x.com, \n",
              {{"one", "Email,City,Zip\na@x.com,Oslo,01\na@x.com,Paris,02\nz@x.com,Ulm,03\n"},
               {"two", "Email,Zip\na@x.com,09\nc@x.com,08\n"}});
  merge.spec.explain_columns = true;
  const Result result = merge.run();
  EXPECT_EQ(result.merged,
            "Id,Email,City,Zip,matched_on,match_score,enriched_from\n"
            "1,a@x.com,Oslo,01,email,1,one; two\n"
            "2,,Bonn,,,,\n"
            "3,A@X.com ,Rome,01,email,1,one; two\n"
            "4,c@x.com, ,08,email,1,two\n");
  EXPECT_EQ(result.report.matched_rows, 3u);
  EXPECT_EQ(result.report.enriched[0].contributed, 1u);
  EXPECT_EQ(result.report.enriched[0].nothing_used, 1u);
  EXPECT_EQ(result.report.enriched[0].unmatched, 1u);
  EXPECT_FALSE(merge.progress.went_back);
  EXPECT_EQ(merge.progress.last.fraction, 1.0);
  EXPECT_EQ(merge.files_left(), 0u);
}

struct StrategyCase {
  Strategy strategy;
  const char* value;
};

class EachStrategy : public testing::TestWithParam<StrategyCase> {};

TEST_P(EachStrategy, ChoosesItsValue) {
  Merge merge("Email\nk@x.com\n",
              {{"one", "Email,V,Updated,More\nk@x.com,aa,2024-01-01,\nk@x.com,bbbb,,x\nk@x.com,c,2024-03-01,x\n"},
               {"two", "Email,V,Updated\nk@x.com,AA,2024-02-01\nk@x.com,dd,2023-01-01\n"}});
  merge.spec.strategy_for = {{"V", GetParam().strategy}};
  merge.spec.recency = "Updated";
  EXPECT_EQ(merge.run().merged,
            "Email,V,Updated,More\nk@x.com," + std::string(GetParam().value) + ",2024-01-01,x\n");
}

INSTANTIATE_TEST_SUITE_P(Strategies, EachStrategy,
                         testing::Values(StrategyCase{Strategy::first, "aa"}, StrategyCase{Strategy::last, "dd"},
                                         StrategyCase{Strategy::longest, "bbbb"},
                                         StrategyCase{Strategy::most_complete, "c"},
                                         StrategyCase{Strategy::most_recent, "c"},
                                         StrategyCase{Strategy::most_frequent, "aa"},
                                         StrategyCase{Strategy::concat, "aa; bbbb; c; dd"}));

TEST(SqlEngine, PreferChangesTheOrderOfOneColumn) {
  Merge merge("Email\nk@x.com\n", {{"one", "Email,V,W\nk@x.com,1,1\n"}, {"two", "Email,V,W\nk@x.com,2,2\n"}});
  merge.spec.prefer = {{"W", {"two"}}};
  EXPECT_EQ(merge.run().merged, "Email,V,W\nk@x.com,1,2\n");
}

TEST(SqlEngine, LetsEachPolicyHaveItsWay) {
  Merge merge("Email,Keep,Use,Alt,Only\nk@x.com,a,a,a,\nk@x.com,,,,\nk@x.com,B,B,B,B\n",
              {{"one", "Email,Keep,Use,Alt,Only\nk@x.com,b,b,b,b\n"}});
  merge.spec.on_conflict_for = {{"Use", ConflictPolicy::use_enriched},
                                {"Alt", ConflictPolicy::create_alternate},
                                {"Only", ConflictPolicy::original_only}};
  const Result result = merge.run();
  EXPECT_EQ(result.merged,
            "Email,Keep,Use,Alt,Alt_enriched,Only\n"
            "k@x.com,a,b,a,b,\nk@x.com,b,b,,b,\nk@x.com,B,B,B,b,B\n");
}

TEST(SqlEngine, TakesTheFirstKeyThatEachFileHas) {
  Merge merge("Email,LinkedIn\na@x.com,linkedin.com/in/a\nb@x.com,linkedin.com/in/b\n",
              {{"one", "Email,LinkedIn,V\na@x.com,,by mail\nq@x.com,linkedin.com/in/a,by link\n,linkedin.com/in/b,only link\n"},
               {"two", "LinkedIn,W\nhttps://www.linkedin.com/in/A/,two\n"}});
  merge.spec.explain_columns = true;
  const Result result = merge.run();
  EXPECT_EQ(result.merged,
            "Email,LinkedIn,V,W,matched_on,match_score,enriched_from\n"
            "a@x.com,linkedin.com/in/a,by mail,two,email,1,one; two\n"
            "b@x.com,linkedin.com/in/b,only link,,linkedin,1,one\n");
  EXPECT_EQ(result.report.enriched[0].nothing_used, 1u) << "the row by link is matched, but not used";
}

TEST(SqlEngine, MatchesOnAllIdentifiersTogether) {
  Merge merge("A,B\nx,y\nx,\ny,x\n", {{"one", "A,B,V\nx,y,1\nx,,2\n,y,3\n"}});
  merge.spec.on = {{Kind::exact, {"A"}, "A:exact"}, {Kind::exact, {"B"}, "B:exact"}};
  merge.spec.match = MatchMode::all;
  const Result result = merge.run();
  EXPECT_EQ(result.merged, "A,B,V\nx,y,1\nx,,\ny,x,\n");
  EXPECT_EQ(result.report.enriched[0].without_key, 2u);
}

TEST(SqlEngine, KeysOfTooManyRowsDoNotMatchAndAreListed) {
  Merge merge("Phone,Email\n+14155550100,a@x.com\n+14155550100,\n+14155550101,c@x.com\n",
              {{"one", "Phone,Email,V\n+14155550100,,by phone\n,a@x.com,by mail\n+14155550101,,p\n+14155550101,,q\n"}});
  merge.spec.on = {{Kind::phone, {}, "phone"}, {Kind::email, {}, "email"}};
  merge.spec.max_shared = {{Kind::phone, 1}};
  const Result result = merge.run();
  EXPECT_EQ(result.merged, "Phone,Email,V\n+14155550100,a@x.com,by mail\n+14155550100,,\n+14155550101,c@x.com,\n");
  ASSERT_EQ(result.report.shared_keys.size(), 2u);
  EXPECT_EQ(result.report.shared_keys[0].key, "+14155550100");
  EXPECT_EQ(result.report.shared_keys[0].where, "original");
  EXPECT_EQ(result.report.shared_keys[1].where, "one");
  EXPECT_EQ(result.report.shared_keys[1].rows, 2u);
}

TEST(SqlEngine, ACompanysMatchFillsOnlyTheColumnsNamedForIt) {
  Merge merge("Email,Website,Industry,Title\na@acme.com,acme.com,,\nb@acme.com,acme.com,,\n",
              {{"one", "Email,Website,Industry,Title\na@acme.com,,,Boss\n,acme.com,Steel,Clerk\n"}});
  merge.spec.on = {{Kind::email, {}, "email"}, {Kind::domain, {"Website"}, "Website:domain"}};
  merge.spec.columns_for = {{"domain", {"Industry"}}};
  EXPECT_EQ(merge.run().merged,
            "Email,Website,Industry,Title\na@acme.com,acme.com,,Boss\nb@acme.com,acme.com,Steel,\n");
}

TEST(SqlEngine, WritesWhatStandsBesideTheMergedFile) {
  Merge merge("Record ID,Email,City\n1,a@x.com,\n2,b@x.com,bonn\n",
              {{"one", "Email,City,Zip\na@x.com,Oslo,\nb@x.com,Bonn,53\nn@x.com,Nice,\n"},
               {"two", "Email,City\nn@x.com,Lyon\nm@x.com,\nb@x.com,Kiel\n"}});
  merge.want_all();
  const Result result = merge.run();
  EXPECT_EQ(result.changes, "Record ID,City,Zip\n1,Oslo,\n2,,53\n");
  EXPECT_EQ(result.provenance,
            "row,record_id,column,before,after,file,line,matched_on,rule\n"
            "1,1,City,,Oslo,one,2,email,first\n2,2,Zip,,53,one,3,email,first\n");
  EXPECT_EQ(result.conflicts,
            "row,record_id,column,kind,chosen,chosen_from,other,other_from\n"
            "2,2,City,formatting,bonn,original,Bonn,one\n2,2,City,real,bonn,original,Kiel,two\n");
  EXPECT_EQ(result.unmatched, "Email,City,Zip\nn@x.com,Nice,\nm@x.com,,\n");
  EXPECT_EQ(result.report.net_new_records, 2u);
}

TEST(SqlEngine, AKeyOnHalfOfAllRowsIsConsolidatedOnce) {
  std::string original = "Email,V\n", enriched = "Email,V\n";
  for (int i = 0; i < 20'000; ++i) {
    original += (i % 2 == 0 ? "shared@x.com" : "o" + std::to_string(i) + "@x.com") + ",\n";
    enriched += (i % 2 == 0 ? "shared@x.com" : "o" + std::to_string(i) + "@x.com") + "," + std::to_string(i) + "\n";
  }
  Merge merge(original, {{"one", enriched}});
  const Result result = merge.run();
  EXPECT_EQ(result.report.matched_rows, 20'000u);
  EXPECT_EQ(result.report.enriched[0].contributed, 10'001u);
  EXPECT_EQ(result.report.output_rows, 20'000u);
}

/// Enough rows for several ranges, so that keys are carried between them.
TEST(SqlEngine, AKeyMayBeTakenFarFromItsFirstHolder) {
  std::string original = "Email,Email 2,V\n", enriched = "Email,V\n", expected = "Email,Email 2,V\n";
  const int rows = 40'000;
  for (int i = 0; i < rows; ++i) {
    const std::string near = "n" + std::to_string(i) + "@x.com", far = "n" + std::to_string((i + 35'000) % rows) + "@x.com";
    original += near + "," + far + ",\n";
    if (i % 3 == 0) enriched += near + "," + std::to_string(i) + "\n";
    const int found = i % 3 == 0 ? i : (i + 35'000) % rows % 3 == 0 ? (i + 35'000) % rows : -1;
    expected += near + "," + far + "," + (found < 0 ? "" : std::to_string(found)) + "\n";
  }
  Merge merge(original, {{"one", enriched}});
  merge.limits.threads = 2;
  EXPECT_EQ(merge.run().merged, expected);
}

TEST(SqlEngine, HeaderOnlyFilesAreMergedToAHeader) {
  Merge merge("Email,V\n", {{"one", "Email,W\na@x.com,1\n"}});
  EXPECT_EQ(merge.run().merged, "Email,V,W\n");
}

TEST(SqlEngine, RejectsAreHeardOnceAndAccountedFor) {
  Merge merge("Email,V\na@x.com,1,2\nb@x.com,\n", {{"one", "Email,V\nb@x.com,7\nb@x.com,8,9\n"}});
  const Result result = merge.run();
  EXPECT_EQ(merge.rejects.count, 2);
  EXPECT_EQ(result.merged, "Email,V\nb@x.com,7\n");
  EXPECT_EQ(result.report.inputs[0].rejected, 1u);
  EXPECT_EQ(result.report.inputs[1].rejected, 1u);
}

TEST(SqlEngine, ACancelledMergeLeavesNothing) {
  std::string original = "Email,V\n";
  for (int i = 0; i < 200'000; ++i) original += "n" + std::to_string(i) + "@x.com,\n";
  Merge merge(original, {{"one", original}});
  std::stop_source stop;
  merge.progress.on_update = [&](const Progress& progress) {
    if (progress.fraction > 0.2) stop.request_stop();
  };
  try {
    merge.run(stop.get_token());
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::cancelled);
  }
  EXPECT_EQ(merge.files_left(), 0u);
}

TEST(SqlEngine, TooLittleMemoryIsALimitThatSaysWhatToDo) {
  Merge merge("Email,V\na@x.com,\n", {{"one", "Email,V\na@x.com,1\n"}});
  merge.limits.memory_bytes = 20u << 20;
  try {
    merge.run();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::limit_exceeded);
    EXPECT_NE(error.message().find("--memory-limit"), std::string::npos);
  }
}

TEST(SqlEngine, KeepsItsTablesInADatabase) {
  Merge merge("Email,City\na@x.com,\nb@x.com,Bonn\n", {{"one", "Email,City,Zip\na@x.com,Oslo,1\na@x.com,Rome,2\n"}});
  const fs::path path = merge.folder() / "kept.duckdb";
  merge.limits.database = path;
  const Result first = merge.run();
  EXPECT_EQ(merge.run().merged, first.merged) << "a database of ours may be made again";
  {
    duck::Database database(path.string(), {{"access_mode", "READ_ONLY"}});
    duck::Connection connection = database.connect();
    EXPECT_EQ(connection.query_bigint("SELECT count(*) FROM original"), 2);
    EXPECT_EQ(connection.query_bigint("SELECT count(*) FROM enriched_1"), 2);
    EXPECT_EQ(connection.query_text("SELECT concat_ws('|', file, identifier, key, \"City\", \"Zip\") FROM named.enriched_consolidated"),
              "one|email|a@x.com|Oslo|1\n");
    EXPECT_EQ(connection.query_text("SELECT concat_ws('|', \"Email\", \"City\", \"Zip\") FROM named.merged_result"),
              "a@x.com|Oslo|1\nb@x.com|Bonn|\n");
    EXPECT_EQ(connection.query_bigint("SELECT count(*) FROM named.one"), 2);
  }
  std::ofstream(path) << "somebody's notes";
  try {
    merge.run();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::conflict);
  }
}

}  // namespace
}  // namespace crm
