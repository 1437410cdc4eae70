// The engine from file to file: what the contract says, rule by rule.
#include "engine/stream/stream_engine.h"

#include <gtest/gtest.h>

#include "engine/stream/merge_fixture.h"

namespace crm {
namespace {

using test::Merge;
using test::MergeResult;

TEST(StreamEngine, FillsBlanksAndAddsNewColumnsWithoutMultiplyingRows) {
  Merge merge("Id,Email,City\n1,a@x.com,\n2,,Bonn\n3,A@X.com ,Rome\n4,c@x.com,\n",
              {{"one", "Email,City,Zip\na@x.com,Oslo,01\na@x.com,Paris,02\nz@x.com,Ulm,03\n"},
               {"two", "Email,Zip\na@x.com,09\nc@x.com,08\n"}});
  merge.on("Email", Kind::email);
  const MergeResult result = merge.run();
  EXPECT_EQ(result.merged,
            "Id,Email,City,Zip,matched_on,enriched_from\n"
            "1,a@x.com,Oslo,01,Email,one; two\n"
            "2,,Bonn,,,\n"
            "3,A@X.com ,Rome,01,Email,one; two\n"
            "4,c@x.com,,08,Email,two\n");
  EXPECT_EQ(result.report.matched_rows, 3u);
  EXPECT_EQ(result.report.enriched[0].contributed, 1u);
  EXPECT_EQ(result.report.enriched[0].nothing_used, 1u);
  EXPECT_EQ(result.report.enriched[0].unmatched, 1u);
  EXPECT_EQ(result.report.enriched[1].contributed, 1u);
}

struct StrategyCase {
  Strategy strategy;
  const char* value;
};

class EachStrategy : public testing::TestWithParam<StrategyCase> {};

TEST_P(EachStrategy, ChoosesItsValue) {
  Merge merge("Id,Key\n1,k\n",
              {{"one", "Key,V,Updated,More,Most\nk,aa,2024-01-01,,\nk,bbbb,,x,y\nk,c,2024-03-01,x,\n"},
               {"two", "Key,V,Updated\nk,AA,2024-02-01\nk,dd,2023-01-01\n"}});
  merge.on("Key", Kind::exact);
  merge.column("V").strategy = GetParam().strategy;
  const std::string merged = merge.run().merged;
  EXPECT_EQ(merged.substr(merged.find('\n') + 1).substr(4),
            std::string(GetParam().value) + ",2024-01-01,x,y,Key,one; two\n");
}

INSTANTIATE_TEST_SUITE_P(
    Strategies, EachStrategy,
    testing::Values(StrategyCase{Strategy::first, "aa"}, StrategyCase{Strategy::last, "dd"},
                    StrategyCase{Strategy::longest, "bbbb"}, StrategyCase{Strategy::most_complete, "bbbb"},
                    StrategyCase{Strategy::most_recent, "c"}, StrategyCase{Strategy::most_frequent, "aa"},
                    StrategyCase{Strategy::concat, "aa; bbbb; c; dd"}));

TEST(StreamEngine, LetsEachPolicyHaveItsWay) {
  Merge merge("Id,Key,Keep,Use,Alt,Only\n1,k,a,a,a,\n2,k,,,,\n3,k,B,B,B,B\n",
              {{"one", "Key,Keep,Use,Alt,Only\nk,b,b,b,b\n"}});
  merge.on("Key", Kind::exact);
  merge.column("Use").policy = ConflictPolicy::use_enriched;
  merge.column("Only").policy = ConflictPolicy::original_only;
  merge.alternate("Alt");
  const MergeResult result = merge.run();
  EXPECT_EQ(result.merged,
            "Id,Key,Keep,Use,Alt,Alt_enriched,Only,matched_on,enriched_from\n"
            "1,k,a,b,a,b,,Key,one\n"
            "2,k,b,b,,b,,Key,one\n"
            "3,k,B,B,B,b,B,Key,one\n");
  EXPECT_EQ(result.report.columns[1].conflicts_real, 1u);
  EXPECT_EQ(result.report.columns[1].conflicts_formatting, 1u);
  EXPECT_EQ(result.report.columns[3].alternate_filled, 3u);
}

TEST(StreamEngine, TakesTheFirstKeyThatEachFileHas) {
  Merge merge("Id,Email,LinkedIn\n1,a@x.com,linkedin.com/in/a\n2,b@x.com,linkedin.com/in/b\n",
              {{"one",
                "Email,LinkedIn,V\na@x.com,,by mail\nq@x.com,linkedin.com/in/a,by "
                "link\n,linkedin.com/in/b,only link\n"},
               {"two", "LinkedIn,W\nhttps://www.linkedin.com/in/A/,two\n"}});
  merge.on("Email", Kind::email);
  merge.on("LinkedIn", Kind::linkedin);
  const MergeResult result = merge.run();
  EXPECT_EQ(result.merged,
            "Id,Email,LinkedIn,V,W,matched_on,enriched_from\n"
            "1,a@x.com,linkedin.com/in/a,by mail,two,Email,one; two\n"
            "2,b@x.com,linkedin.com/in/b,only link,,LinkedIn,one\n");
  EXPECT_EQ(result.report.enriched[0].nothing_used, 1u) << "the row by link is matched, but not used";
}

TEST(StreamEngine, MatchesOnAllIdentifiersTogether) {
  Merge merge("Id,A,B\n1,x,y\n2,x,\n3,y,x\n", {{"one", "A,B,V\nx,y,1\nx,,2\n,y,3\n"}});
  merge.on("A", Kind::exact);
  merge.on("B", Kind::exact);
  merge.plan.match = MatchMode::all;
  const MergeResult result = merge.run();
  EXPECT_EQ(result.merged, "Id,A,B,V,matched_on,enriched_from\n1,x,y,1,A,one\n2,x,,,,\n3,y,x,,,\n");
  EXPECT_EQ(result.report.enriched[0].without_key, 2u);
}

TEST(StreamEngine, KeysOfTooManyRowsDoNotMatchAndAreListed) {
  Merge merge(
      "Id,Phone,Email\n1,+14155550100,a@x.com\n2,+14155550100,\n3,+14155550101,c@x.com\n",
      {{"one",
        "Phone,Email,V\n+14155550100,,by phone\n,a@x.com,by mail\n+14155550101,,p\n+14155550101,,q\n"}});
  merge.on("Phone", Kind::phone).max_shared = 1;
  merge.on("Email", Kind::email);
  const MergeResult result = merge.run();
  EXPECT_EQ(result.merged,
            "Id,Phone,Email,V,matched_on,enriched_from\n"
            "1,+14155550100,a@x.com,by mail,Email,one\n2,+14155550100,,,,\n3,+14155550101,c@x.com,,,\n");
  ASSERT_EQ(result.report.shared_keys.size(), 2u);
  EXPECT_EQ(result.report.shared_keys_total, 2u);
  EXPECT_EQ(result.report.shared_keys[0].key, "+14155550100");
  EXPECT_EQ(result.report.shared_keys[0].where, "original");
  EXPECT_EQ(result.report.shared_keys[1].where, "one");
  EXPECT_EQ(result.report.shared_keys[1].rows, 2u);
}

TEST(StreamEngine, ACompanysMatchFillsOnlyTheColumnsNamedForIt) {
  Merge merge("Id,Email,Domain,Industry,Title\n1,a@acme.com,acme.com,,\n2,b@acme.com,acme.com,,\n",
              {{"one", "Email,Domain,Industry,Title\na@acme.com,,,Boss\n,acme.com,Steel,Clerk\n"}});
  merge.on("Email", Kind::email);
  PlanIdentifier& domain = merge.on("Domain", Kind::domain);
  domain.company_fills_only = true;
  for (std::size_t c = 0; c < merge.plan.columns.size(); ++c) {
    if (merge.plan.columns[c].name == "Industry") domain.fills = {static_cast<int>(c)};
  }
  EXPECT_EQ(merge.run().merged,
            "Id,Email,Domain,Industry,Title,matched_on,enriched_from\n"
            "1,a@acme.com,acme.com,,Boss,Email,one\n2,b@acme.com,acme.com,Steel,,Domain,one\n");
}

TEST(StreamEngine, WritesWhatStandsBesideTheMergedFile) {
  Merge merge("Id,Email,City\n1,a@x.com,\n2,b@x.com,bonn\n",
              {{"one", "Email,City,Zip\na@x.com,Oslo,\nb@x.com,Bonn,53\nn@x.com,Nice,\n"},
               {"two", "Email,City\nn@x.com,Lyon\nm@x.com,\nb@x.com,Kiel\n"}});
  merge.on("Email", Kind::email);
  merge.everything_beside();
  const MergeResult result = merge.run();
  EXPECT_EQ(result.changes, "Id,City,Zip\n1,Oslo,\n2,,53\n");
  EXPECT_EQ(result.provenance,
            "row,record_id,column,before,after,file,line,matched_on,rule\n"
            "1,1,City,,Oslo,one,2,Email,first\n2,2,Zip,,53,one,3,Email,first\n");
  EXPECT_EQ(result.conflicts,
            "row,record_id,column,kind,chosen,chosen_from,other,other_from\n"
            "2,2,City,formatting,bonn,original,Bonn,one\n2,2,City,real,bonn,original,Kiel,two\n");
  EXPECT_EQ(result.unmatched, "Email,City,Zip\nn@x.com,Nice,\nm@x.com,,\n");
  EXPECT_EQ(result.report.net_new_records, 2u);
}

TEST(StreamEngine, ADryRunCountsAndWritesNothing) {
  Merge merge("Id,Email\n1,a@x.com\n", {{"one", "Email,V\na@x.com,v\nb@x.com,w\n"}});
  merge.on("Email", Kind::email);
  merge.everything_beside();
  const MergeReport wet = merge.run().report;
  merge.plan.dry_run = true;
  const MergeResult dry = merge.run();
  EXPECT_EQ(dry.merged + dry.changes + dry.provenance + dry.conflicts + dry.unmatched, "");
  EXPECT_EQ(dry.report.changed_rows, wet.changed_rows);
  EXPECT_EQ(dry.report.columns[1].filled_after, 1u);
  EXPECT_EQ(dry.report.net_new_records, 1u);
}

TEST(StreamEngine, FilesWithoutRowsAreMerged) {
  Merge merge("Id,Email\n", {{"one", "Email,V\na@x.com,v\n"}});
  merge.on("Email", Kind::email);
  EXPECT_EQ(merge.run().merged, "Id,Email,V,matched_on,enriched_from\n");
  Merge other("Id,Email\n1,a@x.com\n", {{"one", "Email,V\n"}});
  other.on("Email", Kind::email);
  EXPECT_EQ(other.run({}, 2).merged, "Id,Email,V,matched_on,enriched_from\n1,a@x.com,,,\n");
}

TEST(StreamEngine, EndsWhenItIsAskedTo) {
  Merge merge("Id,Email\n1,a@x.com\n", {{"one", "Email,V\na@x.com,v\n"}});
  merge.on("Email", Kind::email);
  std::stop_source source;
  source.request_stop();
  try {
    merge.run({}, 2, source.get_token());
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::cancelled);
  }
}

TEST(StreamEngine, RefusesTooLittleMemory) {
  Merge merge("Id,Email\n1,a@x.com\n", {{"one", "Email,V\na@x.com,v\n"}});
  merge.on("Email", Kind::email);
  merge.memory_bytes = 50u << 20;
  try {
    merge.run();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::limit_exceeded);
  }
}

}  // namespace
}  // namespace crm
