#include "plan/spec_parse.h"

#include <gtest/gtest.h>

#include <functional>

#include "base/error.h"

namespace crm {
namespace {

using Names = std::vector<std::string>;

std::string error_of(const std::function<void()>& parse) {
  try {
    parse();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_config);
    return error.message();
  }
  return "no error";
}

TEST(SpecParse, AListIsARecordOfCsv) {
  EXPECT_EQ(parse_list("--drop", "A, B ,\"C, D\",\"say \"\"hi\"\"\""),
            (Names{"A", "B", "C, D", "say \"hi\""}));
  EXPECT_EQ(parse_list("--drop", "5\" disk"), Names{"5\" disk"});
  EXPECT_EQ(parse_list("--drop", "A, \" B \""), (Names{"A", " B "}));
}

TEST(SpecParse, AnEmptyListIsEmpty) { EXPECT_TRUE(parse_list("--columns", " ").empty()); }

TEST(SpecParse, AListWithAHoleIsAnError) {
  EXPECT_EQ(error_of([] { parse_list("--drop", "A,,B"); }),
            "--drop: an item is missing in the list \"A,,B\"");
}

TEST(SpecParse, AQuoteInAListMustBeClosed) {
  EXPECT_EQ(error_of([] { parse_list("--drop", "\"A,B"); }), "--drop: a quote is never closed in \"\"A,B\"");
  EXPECT_NE(error_of([] { parse_list("--on", "\"A\":email"); }).find("put the whole item in quotes"),
            std::string::npos);
}

TEST(SpecParse, BlankTokensAreTrimmedAndEmptyOnesSkipped) {
  EXPECT_EQ(parse_blank_list("--blank", "N/A, null ,,-"), (Names{"N/A", "null", "-"}));
  EXPECT_TRUE(parse_blank_list("--blank", "").empty());
}

TEST(SpecParse, AnIdentifierIsAKindOrColumnsWithAKind) {
  const auto items = parse_on("--on", "email,Record ID:id,Email|Email 2:email");
  ASSERT_EQ(items.size(), 3u);
  EXPECT_EQ(items[0].kind, Kind::email);
  EXPECT_TRUE(items[0].columns.empty());
  EXPECT_EQ(items[1].kind, Kind::id);
  EXPECT_EQ(items[1].columns, Names{"Record ID"});
  EXPECT_EQ(items[2].columns, (Names{"Email", "Email 2"}));
  EXPECT_EQ(items[2].text, "Email|Email 2:email");
}

TEST(SpecParse, TheKindStandsAfterTheLastColon) {
  const auto items = parse_on("--on", "Person: Email:email");
  EXPECT_EQ(items[0].columns, Names{"Person: Email"});
}

TEST(SpecParse, AColumnWithACommaIsQuotedAsAWholeItem) {
  EXPECT_EQ(parse_on("--on", "\"Last, First:exact\"")[0].columns, Names{"Last, First"});
}

TEST(SpecParse, AWordThatIsNoKindIsExplained) {
  EXPECT_EQ(error_of([] { parse_on("--on", "emial"); }),
            "--on: \"emial\" is no kind of identifier (email, phone, linkedin, domain, id, exact); did you "
            "mean email? for a "
            "column write \"emial:KIND\"");
  EXPECT_EQ(error_of([] { parse_on("--on", "A:phon"); }),
            "--on: \"phon\" is no kind of identifier (did you mean phone?); choose one of: email, phone, "
            "linkedin, domain, id, exact");
  EXPECT_EQ(error_of([] { parse_on("--on", "A||B:email"); }),
            "--on: a column's name is missing in \"A||B:email\"");
  EXPECT_EQ(error_of([] { parse_on("--on", ":email"); }), "--on: a column's name is missing in \":email\"");
  EXPECT_EQ(error_of([] { parse_on("--on", ""); }), "--on: name at least one identifier, such as email");
}

TEST(SpecParse, AnAssignmentIsSplitAtTheLastEqualsSign) {
  EXPECT_EQ(parse_assignment("--x", "a=b=c", "A=B"), (std::pair<std::string, std::string>{"a=b", "c"}));
  EXPECT_EQ(error_of([] { parse_assignment("--x", "abc", "A=B"); }), "--x: \"abc\" has no =; write A=B");
  EXPECT_EQ(error_of([] { parse_assignment("--x", "=c", "A=B"); }),
            "--x: nothing before the = in \"=c\"; write A=B");
  EXPECT_EQ(error_of([] { parse_assignment("--x", "a= ", "A=B"); }),
            "--x: nothing after the = in \"a= \"; write A=B");
}

TEST(SpecParse, AMapNamesAFileOnlyIfThereIsOneOfThatName) {
  const MapRule named = parse_map("--map", "apollo:Title=Job Title", {"apollo"});
  EXPECT_EQ(named.input, "apollo");
  EXPECT_EQ(named.theirs, "Title");
  EXPECT_EQ(named.ours, "Job Title");
  const MapRule ranked = parse_map("--map", "1:Title=Job Title", {"apollo"});
  EXPECT_EQ(ranked.input, "1");
  const MapRule header = parse_map("--map", "Person: Title=Job Title", {"apollo"});
  EXPECT_EQ(header.input, std::nullopt);
  EXPECT_EQ(header.theirs, "Person: Title");
}

TEST(SpecParse, AMapOfAFileKeepsColonsOfTheHeader) {
  const MapRule rule = parse_map("--map", "apollo:Person: Title=Job", {"apollo"});
  EXPECT_EQ(rule.input, "apollo");
  EXPECT_EQ(rule.theirs, "Person: Title");
}

TEST(SpecParse, AMapWithoutAColumnIsAnError) {
  EXPECT_EQ(error_of([] { parse_map("--map", "apollo:=Job", {"apollo"}); }),
            "--map: nothing between : and = in \"apollo:=Job\"; write [NAME:]THEIRS=OURS");
}

TEST(SpecParse, StrategiesAndPoliciesForgiveCaseAndHyphens) {
  EXPECT_EQ(parse_strategy("--strategy", "Most-Recent"), Strategy::most_recent);
  EXPECT_EQ(parse_policy("--on-conflict", "use-enriched"), ConflictPolicy::use_enriched);
  EXPECT_EQ(parse_match_mode("--match", "ALL"), MatchMode::all);
}

TEST(SpecParse, AnUnknownStrategyNamesTheNearest) {
  EXPECT_EQ(error_of([] { parse_strategy("--strategy", "longst"); }),
            "--strategy: \"longst\" is no strategy (did you mean longest?); choose one of: first, last, "
            "longest, most_complete, "
            "most_recent, most_frequent, concat");
  EXPECT_EQ(error_of([] { parse_policy("--on-conflict", "overwrite"); }),
            "--on-conflict: \"overwrite\" is no conflict policy; choose one of: keep_original, use_enriched, "
            "create_alternate, "
            "original_only");
  EXPECT_NE(error_of([] { parse_match_mode("--match", "some"); }), "no error");
}

TEST(SpecParse, EveryStrategyAndPolicyIsKnownByItsName) {
  EXPECT_EQ(parse_strategy_for("--strategy-for", "A=B=concat"),
            (std::pair<std::string, Strategy>{"A=B", Strategy::concat}));
  EXPECT_EQ(parse_policy_for("--on-conflict-for", "A= original_only").second, ConflictPolicy::original_only);
  EXPECT_EQ(parse_prefer("--prefer", "Phone=zoominfo,apollo").second, (Names{"zoominfo", "apollo"}));
}

TEST(SpecParse, ColumnsForTakesCompanyKindsOnly) {
  const auto [kind, columns] = parse_columns_for("--columns-for", "domain=A=B,C");
  EXPECT_EQ(kind, "domain");
  EXPECT_EQ(columns, (Names{"A=B", "C"}));
  EXPECT_NE(error_of([] { parse_columns_for("--columns-for", "email=A"); }).find("only domain and linkedin"),
            std::string::npos);
  EXPECT_NE(error_of([] { parse_columns_for("--columns-for", "domain"); }).find("has no ="),
            std::string::npos);
}

TEST(SpecParse, MaxSharedIsANumberOrOff) {
  EXPECT_EQ(parse_max_shared("--max-shared", "phone=3"), (std::pair<Kind, std::uint64_t>{Kind::phone, 3}));
  EXPECT_EQ(parse_max_shared("--max-shared", "email=off").second, 0u);
  EXPECT_EQ(error_of([] { parse_max_shared("--max-shared", "phone=-1"); }),
            "--max-shared: \"-1\" is no whole number");
  EXPECT_EQ(error_of([] { parse_max_shared("--max-shared", "phone=99999999999999999999"); }),
            "--max-shared: \"99999999999999999999\" is too large");
}

TEST(SpecParse, SizesHaveDecimalAndBinaryUnits) {
  EXPECT_EQ(parse_size("--memory-limit", "512MB"), 512'000'000u);
  EXPECT_EQ(parse_size("--memory-limit", "512MiB"), 512u << 20);
  EXPECT_EQ(parse_size("--memory-limit", "1.5GB"), 1'500'000'000u);
  EXPECT_EQ(parse_size("--memory-limit", "64 kib"), 64u << 10);
  EXPECT_EQ(parse_size("--memory-limit", "2G"), 2'000'000'000u);
  EXPECT_EQ(parse_size("--memory-limit", "4096"), 4096u);
  EXPECT_EQ(parse_size("--memory-limit", "7B"), 7u);
}

TEST(SpecParse, WhatIsNoSizeIsAnError) {
  for (const char* text : {"", "MB", "5XB", "1.2.3MB", ".MB", "-5MB", "5 M B", "1e3"}) {
    EXPECT_NE(error_of([&] { parse_size("--memory-limit", text); }).find("is no size"), std::string::npos)
        << text;
  }
  EXPECT_EQ(error_of([] { parse_size("--memory-limit", "99999999TB"); }),
            "--memory-limit: \"99999999TB\" is too large");
  EXPECT_NE(error_of([] { parse_size("--memory-limit", std::string(400, '9')); }).find("is too large"),
            std::string::npos);
}

TEST(SpecParse, AnInputIsANameAndAPathOrAPathWhoseStemIsTheName) {
  EXPECT_EQ(parse_input("apollo=data/a.csv").name, "apollo");
  EXPECT_EQ(parse_input("apollo=data/a.csv").path, "data/a.csv");
  EXPECT_EQ(parse_input("data/vendor a.csv.gz").name, "vendor a");
  EXPECT_EQ(parse_input("x.TSV").name, "x");
  EXPECT_EQ(parse_input("-").name, "stdin");
  EXPECT_EQ(parse_input("a.b").name, "a.b");
  EXPECT_EQ(parse_input(".csv").name, ".csv");
  EXPECT_FALSE(parse_input("data/a.csv").name_given);
}

TEST(SpecParse, AnEqualsSignAfterASlashBelongsToThePath) {
  EXPECT_EQ(parse_input("data/year=2024/a.csv").path, "data/year=2024/a.csv");
  EXPECT_EQ(parse_input("./a=b.csv").path, "./a=b.csv");
}

TEST(SpecParse, AnInputNeedsAPath) {
  EXPECT_EQ(error_of([] { parse_input("a="); }), "NAME=PATH: nothing after the = in \"a=\"; write NAME=PATH");
  EXPECT_NE(error_of([] { parse_input(""); }), "no error");
}

TEST(SpecParse, NamesThatWereNotGivenBecomeUnique) {
  std::vector<InputRef> inputs = {parse_input("x/a.csv"), parse_input("y/a.csv"), parse_input("a_2=z.csv"),
                                  parse_input("original.csv")};
  make_names_unique(inputs);
  EXPECT_EQ(inputs[0].name, "a");
  EXPECT_EQ(inputs[1].name, "a_3");
  EXPECT_EQ(inputs[2].name, "a_2");
  EXPECT_EQ(inputs[3].name, "original_2");
}

TEST(SpecParse, NamesThatWereGivenMustDiffer) {
  std::vector<InputRef> inputs = {parse_input("a=x.csv"), parse_input("a=y.csv")};
  EXPECT_NE(error_of([&] { make_names_unique(inputs); }).find("two enriched files are called \"a\""),
            std::string::npos);
  inputs = {parse_input("original=x.csv")};
  EXPECT_NE(error_of([&] { make_names_unique(inputs); }).find("give the enriched file another"),
            std::string::npos);
}

}  // namespace
}  // namespace crm
