#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "app/resolve.h"
#include "base/error.h"
#include "plan/plan_text.h"
#include "plan/planner.h"
#include "plan/resolved_spec.h"
#include "spec/spec_yaml.h"

// Random specs over random headers: saved, read again and planned again they mean the same.
namespace crm {
namespace {

using Names = std::vector<std::string>;

constexpr int kCases = 1500;

/// Headers that a parser of YAML, or one of option values, might take for something else.
const Names kHeaders = {"Email",  "E-mail 1", "Work Email", "Phone",       "Mobile Phone", "Title",   "Job Title", "Company Name",
                        "Record ID", "Contact Owner", "Lifecycle Stage", "City", "city", "",  " ",      "no",        "null",
                        "~",      "02134",    "1e5",        "#2",          "a=b",          "x: y",    "- z",       "a, b",
                        "\"q\"",  "it's",     "<script>",   "{a}",         "[b]",          "a|b:c",   "line\nbreak", "tab\there",
                        "\xE2\x80\xA8sep", "\xC2\x85", "\x7F\x01", "\xEF\xBB\xBF" "bom", "Zo\xC3\xAB", "\xF0\x9F\x98\x80", "Linkedin Url",
                        "Website", "State", "Notes", "true", "!tag", "&a", "*a", "%d", "@x", "`y`", "? k", "|", ">", "'", "\\u0041"};

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  int below(int limit) { return static_cast<int>(engine_() % static_cast<unsigned>(limit)); }
  bool chance(int percent) { return below(100) < percent; }
  template <typename List>
  const auto& of(const List& list) { return *std::next(std::begin(list), below(static_cast<int>(std::size(list)))); }

 private:
  std::mt19937 engine_;
};

InputProfile random_file(Random& random, std::string name) {
  InputProfile file;
  file.path = name + ".csv";
  file.name = std::move(name);
  file.encoding = "utf-8";
  file.columns = {random.chance(90) ? "Email" : "Contact"};
  const int more = random.below(12);
  for (int i = 0; i < more; ++i) file.columns.push_back(random.of(kHeaders));
  std::shuffle(file.columns.begin(), file.columns.end(), std::mt19937(static_cast<unsigned>(random.below(1000))));
  for (int row = 0; row < 3; ++row) {
    std::vector<std::string> cells;
    for (std::size_t i = 0; i < file.columns.size(); ++i) {
      cells.push_back(i % 3 == 0 ? "ann" + std::to_string(row) + "@x.com" : i % 3 == 1 ? "+1415555010" + std::to_string(row) : "x");
    }
    file.sample.push_back(cells);
  }
  return file;
}

/// One merge: files and what is asked of it, much of it nonsense that the planner refuses.
struct Merge {
  InputProfile original;
  std::vector<InputProfile> enriched;
  MergeSpec spec;
};

std::string random_column(Random& random, const Merge& merge) {
  if (random.chance(15)) return "#" + std::to_string(1 + random.below(8));
  const InputProfile& file = random.chance(60) ? merge.original : random.of(merge.enriched);
  return random.of(file.columns);
}

void add_rules(Random& random, Merge& merge) {
  MergeSpec& spec = merge.spec;
  static constexpr Strategy kStrategies[] = {Strategy::first, Strategy::last, Strategy::longest, Strategy::concat, Strategy::most_frequent};
  static constexpr ConflictPolicy kPolicies[] = {ConflictPolicy::keep_original, ConflictPolicy::use_enriched,
                                                 ConflictPolicy::create_alternate, ConflictPolicy::original_only};
  if (random.chance(40)) spec.strategy = random.of(kStrategies);
  if (random.chance(40)) spec.on_conflict = random.of(kPolicies);
  if (random.chance(30)) spec.strategy_for.emplace_back(random_column(random, merge), random.of(kStrategies));
  if (random.chance(30)) spec.on_conflict_for.emplace_back(random_column(random, merge), random.of(kPolicies));
  if (random.chance(20)) spec.prefer.emplace_back(random_column(random, merge), Names{random.of(merge.enriched).name});
  if (random.chance(25)) {
    const InputProfile& file = random.of(merge.enriched);
    MapRule rule{file.name, random.of(file.columns), random.chance(70) ? random_column(random, merge) : "Brand New"};
    if (random.chance(30)) rule.input.reset();
    else if (random.chance(20)) rule = {file.name, rule.theirs, "", true};
    spec.maps.push_back(rule);
  }
  if (random.chance(20)) spec.auto_map = false;
  if (random.chance(10)) spec.drop = {random_column(random, merge)};
  if (random.chance(10)) spec.columns = Names{random_column(random, merge)};
  if (random.chance(20)) spec.on = {{random.chance(70) ? Kind::email : Kind::exact, {random_column(random, merge)}, "on"}};
  else if (random.chance(20)) spec.on = {{Kind::email, {}, "email"}, {Kind::domain, {}, "domain"}};
  if (random.chance(20)) spec.columns_for.emplace_back("domain", Names{random_column(random, merge)});
  if (random.chance(20)) spec.max_shared[random.chance(50) ? Kind::email : Kind::phone] = static_cast<std::uint64_t>(random.below(9));
  if (random.chance(20)) spec.match = MatchMode::all;
  if (random.chance(20)) spec.blank = {random.of(Names{"N/A", "null", "-", "no", "#"})};
  if (random.chance(20)) spec.separator = random.of(Names{"", "|", "\n", ": ", "'\""});
  if (random.chance(20)) spec.match_column = random.of(Names{"none", "no", "match: ed", "City"});
  if (random.chance(20)) spec.alternate_suffix = random.of(Names{" (new)", "#", "_\t"});
  if (random.chance(20)) spec.overrides[random.chance(50) ? "" : merge.enriched[0].name] = {"utf-8", ';', false};
  spec.explain_columns = random.chance(20);
  spec.email_aliases = random.chance(20);
}

Merge random_merge(Random& random) {
  Merge merge;
  merge.original = random_file(random, "original");
  const Names names = {"apollo", "zoom info", "no"};
  const int count = 1 + random.below(3);
  for (int i = 0; i < count; ++i) merge.enriched.push_back(random_file(random, names[static_cast<std::size_t>(i)]));
  merge.spec.original = {"crm.csv", "original", false, "", ""};
  for (const InputProfile& file : merge.enriched) merge.spec.enriched.push_back({file.path, file.name, true, "", ""});
  merge.spec.outputs.merged = "out.csv";
  add_rules(random, merge);
  return merge;
}

std::optional<MergePlan> planned(const Merge& merge) {
  try {
    return plan_merge(merge.spec, merge.original, merge.enriched);
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::string saved(const Merge& merge, const MergePlan& plan) {
  return spec_yaml(resolved_spec(merge.spec, plan, merge.original, merge.enriched), {"s.json", "", "1", {}});
}

MergePlan without_notes(MergePlan plan) {
  plan.decisions.clear();
  plan.warnings.clear();
  return plan;
}

std::string text_of(const Merge& merge, const MergePlan& plan) {
  return plan_text(without_notes(plan), merge.original, merge.enriched);
}

TEST(SavedSpec, ReadAgainMeansTheSame) {
  int planned_cases = 0;
  for (unsigned seed = 1; seed <= kCases; ++seed) {
    Random random(seed);
    const Merge merge = random_merge(random);
    const std::optional<MergePlan> plan = planned(merge);
    if (!plan) continue;
    ++planned_cases;
    const std::string text = saved(merge, *plan);
    SCOPED_TRACE("seed " + std::to_string(seed) + "\n" + text);
    const SpecFile file = parse_spec(text, "rules.yaml");
    Merge again = merge;
    again.spec = resolve_options(Command::merge, parse_options(Command::merge, {}), Machine{2, "/var/tmp"}, &file).spec;
    const MergePlan second = plan_merge(again.spec, again.original, again.enriched);
    ASSERT_EQ(text_of(again, second), text_of(merge, *plan));
    ASSERT_TRUE(without_notes(second) == without_notes(*plan));
    ASSERT_EQ(again.spec.overrides.size(), merge.spec.overrides.size());
    ASSERT_EQ(saved(again, second), text);
  }
  EXPECT_GT(planned_cases, kCases / 4);
}

}  // namespace
}  // namespace crm
