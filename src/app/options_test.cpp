#include "app/options.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "base/error.h"
#include "spec/spec_keys.h"

namespace crm {
namespace {

TypedOptions parse(std::vector<std::string> args) { return parse_options(Command::merge, args); }

std::string refusal(const std::vector<std::string>& args, Command command = Command::merge) {
  try {
    parse_options(command, args);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_config);
    return error.message();
  }
  return "";
}

TEST(OptionTable, NamesAndShortNamesAreUniqueForEachCommand) {
  std::set<std::pair<Command, std::string_view>> names;
  for (const OptionRow& row : option_table()) {
    for (const Command command : kCommands) {
      if (!takes_option(command, row)) continue;
      EXPECT_TRUE(names.insert({command, row.name}).second) << row.name;
      if (!row.short_name.empty()) {
        EXPECT_TRUE(names.insert({command, row.short_name}).second) << row.short_name;
      }
    }
    EXPECT_FALSE(row.help.empty()) << row.name;
    EXPECT_FALSE(row.help.ends_with('.')) << row.name;
    EXPECT_EQ(row.value.empty(), row.takes == OptionTakes::nothing) << row.name;
  }
}

TEST(OptionTable, GroupsStandTogether) {
  std::set<OptionGroup> over;
  std::optional<OptionGroup> group;
  for (const OptionRow& row : option_table()) {
    if (group && *group != row.group) over.insert(*group);
    EXPECT_FALSE(over.contains(row.group)) << row.name;
    group = row.group;
  }
}

TEST(ParseOptions, TellsWhatAnotherCommandTakes) {
  EXPECT_EQ(refusal({"--on", "email"}, Command::inspect),
            "crm-merge inspect has no option --on; see crm-merge inspect --help");
  EXPECT_EQ(refusal({"--sample", "9"}), "crm-merge merge has no option --sample; see crm-merge merge --help");
}

TEST(OptionTable, HasTheKeysOfSpecFiles) {
  const std::set<std::string_view> of_the_command_line = {"spec", "save-spec", "dry-run", "sql", "progress", "quiet", "verbose", "help"};
  for (const OptionRow& row : option_table()) {
    if (!takes_option(Command::merge, row) && !takes_option(Command::plan, row)) continue;
    const std::string_view key = row.name.substr(2);
    EXPECT_EQ(find_spec_key(key) == nullptr, of_the_command_line.contains(key)) << key;
  }
  for (const SpecKey& key : spec_keys()) {
    if (key.shape == SpecShape::original || key.shape == SpecShape::enriched) continue;
    const auto row = std::find_if(option_table().begin(), option_table().end(),
                                  [&](const OptionRow& option) { return takes_option(Command::merge, option) && option.name.substr(2) == key.name; });
    ASSERT_NE(row, option_table().end()) << key.name;
    EXPECT_EQ(row->takes == OptionTakes::nothing, key.shape == SpecShape::on_off) << key.name;
  }
}

TEST(ParseOptions, TurnsOffWhatASpecTurnedOn) {
  TypedOptions typed = parse({"--explain-columns=no"});
  typed.add_from_spec("--explain-columns", {""}, "r.yaml:1:1: explain-columns");
  typed.add_from_spec("--email-aliases", {""}, "r.yaml:2:1: email-aliases");
  EXPECT_FALSE(typed.has("--explain-columns"));
  EXPECT_TRUE(typed.has("--email-aliases"));
}

TEST(ParseOptions, TakesFilesAndOptionsInAnyOrder) {
  const TypedOptions typed = parse({"crm.csv", "--on", "email", "a=x.csv", "-o", "-", "b.csv", "--dry-run"});
  EXPECT_EQ(typed.inputs, (std::vector<std::string>{"crm.csv", "a=x.csv", "b.csv"}));
  EXPECT_EQ(typed.one("--on"), "email");
  EXPECT_EQ(typed.one("--output"), "-");
  EXPECT_TRUE(typed.has("--dry-run"));
  EXPECT_FALSE(typed.has("--quiet"));
}

TEST(ParseOptions, TakesAValueAsItIs) {
  const TypedOptions typed = parse({"a", "b", "--separator=", "--blank", "-", "--id={}", "--match-column", "[x]",
                                    "--alternate-suffix", "-x", "-oout=1.csv"});
  EXPECT_EQ(typed.one("--separator"), "");
  EXPECT_EQ(typed.one("--blank"), "-");
  EXPECT_EQ(typed.one("--id"), "{}");
  EXPECT_EQ(typed.one("--match-column"), "[x]");
  EXPECT_EQ(typed.one("--alternate-suffix"), "-x");
  EXPECT_EQ(typed.one("--output"), "out=1.csv");
  EXPECT_EQ(parse({"a", "b", "-o=out.csv"}).one("--output"), "out.csv");
  EXPECT_EQ(typed.inputs.size(), 2u);
}

TEST(ParseOptions, JoinsListsThatAreGivenAgain) {
  EXPECT_EQ(parse({"--on", "email", "--on", "phone"}).one("--on"), "email,phone");
}

TEST(ParseOptions, KeepsEachValueOfAnOptionGivenAgain) {
  EXPECT_EQ(parse({"--map", "A=B", "x", "--map=C=D"}).all("--map"), (std::vector<std::string>{"A=B", "C=D"}));
}

TEST(ParseOptions, RefusesASingleOptionGivenTwice) {
  EXPECT_EQ(refusal({"-o", "a", "--output", "b"}), "--output is given 2 times; give it once");
}

TEST(ParseOptions, TakesWhatFollowsTheDoubleDashAsFiles) {
  EXPECT_EQ(parse({"--", "--odd", "-o"}).inputs, (std::vector<std::string>{"--odd", "-o"}));
}

TEST(ParseOptions, TakesTheNameOfNoHeaderEitherWay) {
  EXPECT_EQ(parse({"--no-header"}).all("--no-header"), (std::vector<std::string>{""}));
  EXPECT_EQ(parse({"--no-header=apollo"}).all("--no-header"), (std::vector<std::string>{"apollo"}));
  const TypedOptions typed = parse({"--no-header", "original", "--no-header", "-o", "x"});
  EXPECT_EQ(typed.all("--no-header"), (std::vector<std::string>{"original", ""}));
  EXPECT_TRUE(typed.inputs.empty());
}

TEST(ParseOptions, NamesTheNearestOptionForAnUnknownOne) {
  EXPECT_EQ(refusal({"--onconflict", "x"}),
            "there is no option --onconflict (did you mean --on-conflict?); see crm-merge merge --help");
  EXPECT_EQ(refusal({"--stratgy=first"}),
            "there is no option --stratgy (did you mean --strategy?); see crm-merge merge --help");
  EXPECT_EQ(refusal({"--frobnicate"}), "there is no option --frobnicate; see crm-merge merge --help");
  EXPECT_EQ(refusal({"-x"}), "there is no option -x; see crm-merge merge --help");
}

TEST(ParseOptions, TakesClustersOfSwitchesApart) {
  EXPECT_TRUE(parse({"-qv"}).has("--quiet"));
  EXPECT_TRUE(parse({"-qv"}).has("--verbose"));
  EXPECT_EQ(refusal({"-qx"}), "there is no option -x; see crm-merge merge --help");
  EXPECT_EQ(refusal({"-qo"}), "-qo: give -o apart, it needs a value");
}

TEST(ParseOptions, SendsTheOptionsOfPlanToPlan) {
  EXPECT_EQ(refusal({"--sql"}), "--sql belongs to crm-merge plan: use crm-merge plan with the same arguments");
  EXPECT_TRUE(parse_options(Command::plan, {"--sql"}).has("--sql"));
}

TEST(ParseOptions, RefusesAMissingOrAnUnwantedValue) {
  EXPECT_EQ(refusal({"a", "-o"}), "-o needs a value: -o FILE");
  EXPECT_EQ(refusal({"a", "--report", "--dry-run"}), "--report needs a value: --report FILE");
  EXPECT_EQ(refusal({"--dry-run=yes"}), "--dry-run takes no value (but --dry-run=no turns off what a spec turned on)");
}

TEST(ParseOptions, ReadsTheEnvironmentWhereAnOptionIsNotGiven) {
  setenv("CRM_MERGE_THREADS", "3", 1);
  EXPECT_EQ(parse({}).one("--threads"), "3");
  EXPECT_EQ(parse({}).label("--threads"), "CRM_MERGE_THREADS");
  EXPECT_EQ(parse({"--threads", "2"}).one("--threads"), "2");
  EXPECT_EQ(parse({"--threads", "2"}).label("--threads"), "--threads");
  unsetenv("CRM_MERGE_THREADS");
}

TEST(Help, HasALineForEveryOptionOfTheCommandWithinTheWidth) {
  for (const Command command : kCommands) {
    const std::string help = help_text(command, 100);
    for (const OptionRow& row : option_table()) {
      if (!takes_option(command, row)) continue;
      const std::string name(row.name);
      const bool is_there = help.find(name + " ") != std::string::npos || help.find(name + "\n") != std::string::npos ||
                            help.find(name + "[") != std::string::npos;
      EXPECT_TRUE(is_there) << command_name(command) << " " << row.name;
    }
    std::size_t begin = 0;
    for (std::size_t end = help.find('\n'); end != std::string::npos; end = help.find('\n', begin)) {
      EXPECT_LE(end - begin, 102u) << help.substr(begin, end - begin);
      begin = end + 1;
    }
  }
  EXPECT_EQ(help_text(Command::merge, 100).find("--sql "), std::string::npos);
  EXPECT_EQ(help_text(Command::inspect, 100).find("--on "), std::string::npos);
}

}  // namespace
}  // namespace crm
