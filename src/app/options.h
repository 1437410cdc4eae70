#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// The one table of options. A row gives the parser, `--help`, the resolver's names, the man page and the completions of
// shells: nothing else in the product knows how an option is spelled.
namespace crm {

/// The sub-commands that take options.
enum class Command {
  merge, plan, inspect, compare, doctor, serve, worker, token, submit, jobs, watch, cancel, fetch, backup, restore
};
inline constexpr Command kCommands[] = {
    Command::merge,  Command::plan,  Command::inspect, Command::compare, Command::doctor,
    Command::serve,  Command::worker, Command::token,  Command::submit,  Command::jobs,
    Command::watch,  Command::cancel, Command::fetch,  Command::backup,  Command::restore};

/// Some of the sub-commands, a bit each.
using Commands = unsigned;
constexpr Commands only(Command command) { return 1u << static_cast<unsigned>(command); }
inline constexpr Commands kMerging = only(Command::merge) | only(Command::plan);
inline constexpr Commands kReading = kMerging | only(Command::inspect) | only(Command::compare);
inline constexpr Commands kServing = only(Command::serve) | only(Command::worker);
/// Those that ask a service.
inline constexpr Commands kAsking = only(Command::submit) | only(Command::jobs) | only(Command::watch) |
                                    only(Command::cancel) | only(Command::fetch);
/// Those that take rules.
inline constexpr Commands kRuled = kMerging | only(Command::submit);
/// Those that bring files from a service.
inline constexpr Commands kFetching = only(Command::submit) | only(Command::fetch);
inline constexpr Commands kKeeping = only(Command::backup) | only(Command::restore);
inline constexpr Commands kAllCommands =
    kReading | only(Command::doctor) | kServing | only(Command::token) | kAsking | kKeeping;

/// The tasks by which `--help` groups the options.
enum class OptionGroup {
  files, matching, columns, values, rules, outputs, asking, looking, comparing, listening, access, jobs, keeping, running
};

/// How often an option is given, and what follows it.
enum class OptionTakes {
  nothing,         ///< a switch; `--switch=no` turns off what a spec file turned on
  one,             ///< a value, once
  list,            ///< a CSV list; given again, the lists are joined
  many,            ///< a value each time
  value_or_none    ///< `--flag` or `--flag=VALUE`, each time
};

/// One option, described once.
struct OptionRow {
  std::string_view name;         ///< "--on"
  std::string_view short_name;   ///< "-o", or empty
  std::string_view value;        ///< what help calls its value: "LIST"
  OptionGroup group;
  OptionTakes takes;
  bool plan_only;                ///< of `crm-merge plan` alone
  std::string_view environment;  ///< variables read where the option is not given, with a space between: the first that is set
  std::string_view help;         ///< one to three sentences, without a final full stop
  Commands commands = kRuled;    ///< that take it
};

/// Every option, in the order in which help shows them. A name may stand in several rows, each for other commands.
std::span<const OptionRow> option_table();

/// The variables of the environment that give this option where it is not typed.
std::vector<std::string> variables_of(const OptionRow& row);

/// True if `command` takes the option.
bool takes_option(Command command, const OptionRow& row);

/// "merge", "compare".
std::string_view command_name(Command command);

/// The title of a group in `--help`.
std::string_view group_title(OptionGroup group);

/// What was typed: checked against the table, not yet understood.
class TypedOptions {
 public:
  std::vector<std::string> inputs;  ///< `[NAME=]PATH`, in order

  bool has(std::string_view name) const { return values_.find(name) != values_.end(); }
  /// Every value given for `name`; a bare `--flag` of value_or_none gives "".
  const std::vector<std::string>& all(std::string_view name) const;
  /// The one value, or nothing. Lists that were given again are joined.
  std::optional<std::string> one(std::string_view name) const;
  void add(std::string_view name, std::string value);
  void add_from_environment(const OptionRow& row, std::string variable, std::string value);
  /// A value of a spec file, named by `label`. Nothing where the option was typed, turned off, or is in the environment.
  void add_from_spec(std::string_view name, const std::vector<std::string>& values, std::string label);
  void turn_off(std::string_view name) { off_.emplace(name); }
  bool is_off(std::string_view name) const { return off_.contains(name); }
  bool is_typed(std::string_view name) const { return has(name) && !labels_.contains(name); }
  bool is_from_environment(std::string_view name) const { return environment_.contains(name); }
  /// How a message names the option: as typed, or the variable of the environment, or
  /// the place in a spec file, that it came from.
  std::string label(std::string_view name) const;

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
  std::map<std::string, std::string, std::less<>> labels_;
  std::set<std::string, std::less<>> off_, environment_;
};

/// Reads the arguments after the sub-command. Variables of the environment fill in where an option is not given.
///
/// Errors: invalid_config for an unknown option (with the nearest known one), a missing value, an option given twice.
TypedOptions parse_options(Command command, const std::vector<std::string>& args);

/// The text of `crm-merge COMMAND --help`, wrapped to `width` columns.
std::string help_text(Command command, int width);

/// What `--help` begins with: "usage: …", an empty line, paragraphs; and what it ends with.
std::string_view command_intro(Command command);
std::string_view exit_status_text(Command command);
/// The forms in which names of columns, lists and sizes are given.
std::string_view forms_text();

/// A sub-command as overviews list it.
struct CommandLine {
  std::string_view name;
  std::string_view summary;  ///< a few words, no full stop
};
/// Every sub-command, those without options of the table (spec-schema, completion, man, help, version) last.
std::vector<CommandLine> command_lines();

/// The text of `crm-merge` alone: what it is, how to begin.
std::string short_help_text();

/// The known option nearest to `typed`, if any is near: " (did you mean --on-conflict?)", else "".
std::string nearest_option(Command command, std::string_view typed);

}  // namespace crm
