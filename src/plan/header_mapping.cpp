#include "plan/header_mapping.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "plan/column_names.h"
#include "plan/header_meaning.h"
#include "plan/synonyms.h"

namespace crm {
namespace {

constexpr std::string_view kMap = "--map";

/// The column of the original, or the new column, that an enriched column means; before columns have numbers.
struct Goal {
  int original = -1;
  std::string fresh;  ///< a new column's name, if `original` is -1
  /// Equal for the same goal.
  std::string key() const { return original >= 0 ? fmt::format("#{}", original) : name_key(fresh); }
};

struct ColumnGoal {
  std::optional<Goal> goal;
  MapReason reason = MapReason::left_out;
};

std::string rule_text(const MapRule& rule) {
  return fmt::format("{}{}={}", rule.input ? *rule.input + ":" : "", rule.theirs, rule.ours);
}

std::vector<std::string> names_of(const std::vector<InputProfile>& enriched) {
  std::vector<std::string> names;
  for (const InputProfile& input : enriched) names.push_back(input.name);
  return names;
}

/// "Name" alone is a person's in a file of people and a company's in a file of companies.
bool is_file_of_people(const std::vector<std::string>& header) {
  return std::any_of(header.begin(), header.end(), [](const std::string& name) {
    const auto field = synonym_of(name);
    return field && (field->field == "First Name" || field->field == "Last Name" || field->field == "Email" ||
                     field->field == "Job Title" || field->field == "LinkedIn URL");
  });
}

/// The table's field for a header, and for the two that need to know the rest of the file.
std::optional<SynonymMatch> field_of(const std::vector<std::string>& header, int column) {
  const std::string name = bare_name(header[column]);
  if (name == "name") return synonym_of(is_file_of_people(header) ? "Full Name" : "Company");
  if (name == "url") {  // LinkedIn's own Connections.csv
    const bool connections = std::any_of(header.begin(), header.end(), [](const std::string& other) {
      return bare_name(other) == "connectedon";
    });
    return connections ? synonym_of("LinkedIn URL") : std::nullopt;
  }
  return synonym_of(header[column]);
}

/// Finds the goals of one enriched file's columns.
class FileMapper {
 public:
  FileMapper(const MergeSpec& spec, const InputProfile& original, const InputProfile& file, PlanNotes& notes)
      : spec_(spec),
        original_(original),
        file_(file),
        notes_(notes),
        columns_(file.columns.size()),
        decided_(file.columns.size()) {}

  /// A rule that holds for this file: its column and goal.
  struct AppliedRule {
    const MapRule* rule = nullptr;
    int column = -1;
    Goal goal;
    bool weaker = false;  ///< a spec file's: gives way to the command line's
  };

  std::vector<ColumnGoal> map(std::vector<AppliedRule> rules) {
    apply_rules(std::move(rules));
    apply_names();
    if (spec_.auto_map) apply_synonyms();
    apply_fresh();
    return std::move(columns_);
  }

 private:
  bool is_open(std::size_t column) const { return !decided_[column]; }

  /// The column of this file that already goes to `goal`.
  std::optional<int> taken_by(const Goal& goal) const {
    const auto found = taken_.find(goal.key());
    return found == taken_.end() ? std::nullopt : std::optional<int>(found->second);
  }

  std::string goal_shown(const Goal& goal) const {
    return goal.original >= 0 ? shown(original_.columns[goal.original]) : shown(goal.fresh);
  }

  void assign(int column, Goal goal, MapReason reason) {
    if (const auto other = taken_by(goal)) {
      leave_out(column, fmt::format("column {} goes into {} already", shown(file_.columns[*other]),
                                    goal_shown(*columns_[*other].goal)));
      return;
    }
    taken_.emplace(goal.key(), column);
    columns_[column] = {std::move(goal), reason};
    decided_[column] = true;
  }

  void leave_out(int column, const std::string& why) {
    decided_[column] = true;
    notes_.warnings.push_back(fmt::format("{}: column #{} {} is left out: {}", file_.name, column + 1,
                                          shown(file_.columns[column]), why));
  }

  /// Drops a spec file's rules for columns, or goals, of which the command line says something else.
  static void drop_overruled(std::vector<AppliedRule>& rules) {
    const std::vector<AppliedRule> all = rules;
    std::erase_if(rules, [&](const AppliedRule& rule) {
      return rule.weaker && std::any_of(all.begin(), all.end(), [&](const AppliedRule& other) {
               const bool same_goal = !rule.rule->left_out && !other.rule->left_out && other.goal.key() == rule.goal.key();
               return !other.weaker && (other.column == rule.column || same_goal);
             });
    });
  }

  /// Sees to the columns that the rules leave out.
  void apply_left_out(std::vector<AppliedRule>& rules) {
    std::erase_if(rules, [&](const AppliedRule& rule) {
      if (!rule.rule->left_out) return false;
      decided_[rule.column] = true;
      stated_out_.insert(rule.column);
      notes_.decisions.push_back(fmt::format("{}: {} is left out (--map)", file_.name, shown(file_.columns[rule.column])));
      return true;
    });
  }

  void apply_rules(std::vector<AppliedRule> rules) {
    drop_overruled(rules);
    apply_left_out(rules);
    // A rule for this very file outranks one for all files; of equals, the file's column order decides.
    std::stable_sort(rules.begin(), rules.end(), [](const AppliedRule& a, const AppliedRule& b) {
      if (a.rule->input.has_value() != b.rule->input.has_value()) return a.rule->input.has_value();
      return a.column < b.column;
    });
    std::map<int, const AppliedRule*> of_column;
    for (const AppliedRule& rule : rules) {
      if (stated_out_.contains(rule.column)) continue;
      const auto [before, is_first] = of_column.emplace(rule.column, &rule);
      if (!is_first) {
        if (before->second->goal.key() == rule.goal.key() ||
            (before->second->rule->input && !rule.rule->input))
          continue;
        throw Error(
            ErrorCode::invalid_config,
            fmt::format("{}: {} and {} send one column of {} to two places; give one of them", kMap,
                        shown(rule_text(*before->second->rule)), shown(rule_text(*rule.rule)), file_.name));
      }
      if (const auto other = taken_by(rule.goal); other && rule.rule->input) {
        throw Error(ErrorCode::invalid_config,
                    fmt::format("{}: columns {} and {} of {} are both sent to {}; give one of them", kMap,
                                shown(file_.columns[*other]), shown(file_.columns[rule.column]), file_.name,
                                goal_shown(rule.goal)));
      }
      assign(rule.column, rule.goal, MapReason::rule);
      if (!columns_[rule.column].goal) continue;
      notes_.decisions.push_back(
          fmt::format("{}: {} goes into {}{} (--map)", file_.name, shown(file_.columns[rule.column]),
                      rule.goal.original < 0 ? "the new column " : "", goal_shown(rule.goal)));
    }
  }

  void apply_names() {
    // Of several original columns that fold alike, the first is meant: emplace keeps it.
    std::unordered_map<std::string, int> first_of_name;
    for (std::size_t i = 0; i < original_.columns.size(); ++i) {
      first_of_name.emplace(name_key(original_.columns[i]), static_cast<int>(i));
    }
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (!is_open(i)) continue;
      const int column = static_cast<int>(i);
      if (is_white(file_.columns[i])) {
        leave_out(column,
                  fmt::format("its name is blank; --map \"{}:#{}=NAME\" gives it one", file_.name, i + 1));
        continue;
      }
      const auto ours = first_of_name.find(name_key(file_.columns[i]));
      if (ours != first_of_name.end()) assign(column, Goal{ours->second, ""}, MapReason::name);
    }
  }

  void apply_synonyms() {
    // The surest spelling on each side, and one pair per field: where a name or a rule already brought a
    // column of the field into one of the original's, the table has nothing to add.
    std::map<int, Candidate> theirs, ours;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const auto field = field_of(file_.columns, static_cast<int>(i));
      if (field && is_open(i)) theirs[field->field_index].offer(*field, static_cast<int>(i));
    }
    for (std::size_t i = 0; i < original_.columns.size(); ++i) {
      const int column = static_cast<int>(i);
      const auto field = field_of(original_.columns, column);
      if (!field) continue;
      if (taken_by(Goal{column, ""})) {
        theirs.erase(field->field_index);
      } else {
        ours[field->field_index].offer(*field, column);
      }
    }
    std::vector<std::string> uses;
    for (const auto& [field, their] : theirs) {
      const auto our = ours.find(field);
      if (our == ours.end()) continue;
      assign(their.column, Goal{our->second.column, ""}, MapReason::synonym);
      uses.push_back(fmt::format("{} goes into {}", shown(file_.columns[their.column]),
                                 shown(original_.columns[our->second.column])));
    }
    if (uses.empty()) return;
    notes_.decisions.push_back(
        fmt::format("{}: by synonyms {} (--no-auto-map turns this off)", file_.name, fmt::join(uses, ", ")));
  }

  void apply_fresh() {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (is_open(i)) assign(static_cast<int>(i), Goal{-1, file_.columns[i]}, MapReason::fresh);
    }
  }

  struct Candidate {
    int column = -1, spelling = 0;
    void offer(const SynonymMatch& match, int offered) {
      if (column >= 0 && match.spelling >= spelling) return;
      column = offered;
      spelling = match.spelling;
    }
  };

  const MergeSpec& spec_;
  const InputProfile& original_;
  const InputProfile& file_;
  PlanNotes& notes_;
  std::vector<ColumnGoal> columns_;
  std::vector<bool> decided_;
  std::set<int> stated_out_;  ///< columns that a rule leaves out
  std::unordered_map<std::string, int> taken_;  ///< by a goal's key: the column that goes there
};

Goal goal_of_rule(const MapRule& rule, const InputProfile& original, PlanNotes& notes) {
  if (rule.left_out) return {};
  if (is_white(rule.ours) || is_white(rule.theirs)) {
    throw Error(ErrorCode::invalid_config, fmt::format("{}: a side of {} is blank; write [NAME:]THEIRS=OURS",
                                                       kMap, shown(rule_text(rule))));
  }
  const std::vector<int> found = find_columns(original.columns, rule.ours);
  if (found.size() > 1) {
    throw_ambiguous_column(original.columns, found, rule.ours, {std::string(kMap), "the original"});
  }
  if (found.size() == 1) return {found[0], ""};
  if (rule.ours.size() > 1 && rule.ours[0] == '#' &&
      rule.ours.find_first_not_of("0123456789", 1) == std::string::npos) {
    throw Error(ErrorCode::invalid_config, fmt::format("{}: the original has no column {}; it has {}", kMap,
                                                       rule.ours, original.columns.size()));
  }
  if (const auto meant = probably_meant(rule.ours, original.columns)) {
    notes.warnings.push_back(fmt::format("{} {} makes a new column; the original has {}: is that meant?",
                                         kMap, shown(rule_text(rule)), shown(*meant)));
  }
  return {-1, rule.ours};
}

/// Where a rule's column is: (enriched file, its column) for each file that the rule holds for.
///
/// Errors: invalid_config if it is in no such file, or ambiguous in one.
std::vector<std::pair<std::size_t, int>> columns_of_rule(const MapRule& rule, const std::vector<InputProfile>& enriched) {
  std::vector<std::pair<std::size_t, int>> places;
  const auto add = [&](std::size_t file, const std::vector<int>& found) {
    if (found.size() > 1) {
      throw_ambiguous_column(enriched[file].columns, found, rule.theirs, {std::string(kMap), enriched[file].name});
    }
    places.emplace_back(file, found[0]);
  };
  if (rule.input) {
    const std::size_t file = static_cast<std::size_t>(resolve_input(names_of(enriched), *rule.input, kMap));
    const auto found = find_columns(enriched[file].columns, rule.theirs);
    if (!found.empty()) {
      add(file, found);
    } else if (!enriched[file].empty && !rule.left_out) {
      throw_unknown_column(enriched[file].columns, rule.theirs, {std::string(kMap), enriched[file].name});
    }
    return places;
  }
  std::vector<std::string> all_columns;
  for (std::size_t file = 0; file < enriched.size(); ++file) {
    all_columns.insert(all_columns.end(), enriched[file].columns.begin(), enriched[file].columns.end());
    const auto found = find_columns(enriched[file].columns, rule.theirs);
    if (!found.empty()) add(file, found);
  }
  const bool none_has_rows =
      std::all_of(enriched.begin(), enriched.end(), [](const auto& file) { return file.empty; });
  if (places.empty() && !none_has_rows) {
    const std::size_t colon = rule.theirs.find(':');
    const std::string hint = colon == std::string::npos ? ""
                                                        : fmt::format("No file is called {} either: {}.",
                                                                      shown(rule.theirs.substr(0, colon)),
                                                                      shown_list(names_of(enriched)));
    throw_unknown_column(all_columns, rule.theirs, {std::string(kMap), "any enriched file", hint});
  }
  return places;
}

/// Per enriched file the rules that hold for it.
std::vector<std::vector<FileMapper::AppliedRule>> rules_by_file(const MergeSpec& spec,
                                                                const InputProfile& original,
                                                                const std::vector<InputProfile>& enriched,
                                                                PlanNotes& notes) {
  std::vector<std::vector<FileMapper::AppliedRule>> applied(enriched.size());
  const auto apply_all = [&](const std::vector<MapRule>& rules, bool weaker) {
    for (const MapRule& rule : rules) {
      const Goal goal = goal_of_rule(rule, original, notes);
      for (const auto& [file, column] : columns_of_rule(rule, enriched)) {
        applied[file].push_back({&rule, column, goal, weaker});
      }
    }
  };
  apply_all(spec.maps, false);
  apply_all(spec.weaker.maps, true);
  return applied;
}

}  // namespace

HeaderMap map_headers(const MergeSpec& spec, const InputProfile& original,
                      const std::vector<InputProfile>& enriched, PlanNotes& notes) {
  auto rules = rules_by_file(spec, original, enriched, notes);
  std::vector<std::vector<ColumnGoal>> goals;
  for (std::size_t file = 0; file < enriched.size(); ++file) {
    goals.push_back(FileMapper(spec, original, enriched[file], notes).map(std::move(rules[file])));
  }

  HeaderMap map;
  std::vector<int> number_of_original(original.columns.size(), -1);
  for (const auto& file : goals) {
    for (const ColumnGoal& column : file) {
      if (column.goal && column.goal->original >= 0) number_of_original[column.goal->original] = 0;
    }
  }
  const std::vector<int> nowhere(enriched.size(), -1);
  for (std::size_t i = 0; i < original.columns.size(); ++i) {
    if (number_of_original[i] < 0) continue;
    number_of_original[i] = static_cast<int>(map.columns.size());
    map.columns.push_back({original.columns[i], static_cast<int>(i), nowhere});
  }

  std::unordered_map<std::string, int> new_columns;
  const auto number_of_new = [&](const std::string& name) {
    const auto [found, is_first] = new_columns.emplace(name_key(name), static_cast<int>(map.columns.size()));
    if (is_first) map.columns.push_back({name, std::nullopt, nowhere});
    return found->second;
  };
  for (std::size_t file = 0; file < enriched.size(); ++file) {
    std::vector<MappedColumn> mapped(goals[file].size());
    for (std::size_t i = 0; i < goals[file].size(); ++i) {
      const ColumnGoal& column = goals[file][i];
      if (!column.goal) continue;
      const int target = column.goal->original >= 0 ? number_of_original[column.goal->original]
                                                    : number_of_new(column.goal->fresh);
      mapped[i] = {target, column.reason};
      map.columns[target].sources[file] = static_cast<int>(i);
    }
    map.inputs.push_back(std::move(mapped));
  }
  return map;
}

}  // namespace crm
