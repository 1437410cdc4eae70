#include "app/options.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/error.h"
#include "plan/column_names.h"

namespace crm {
namespace {

bool takes_value(const OptionRow& row) {
  return row.takes == OptionTakes::one || row.takes == OptionTakes::list || row.takes == OptionTakes::many;
}

/// The row of this command; else one of another command.
const OptionRow* find_option(Command command, std::string_view name) {
  const OptionRow* of_another = nullptr;
  for (const OptionRow& row : option_table()) {
    if (row.name != name && (row.short_name.empty() || row.short_name != name)) continue;
    if (takes_option(command, row)) return &row;
    of_another = &row;
  }
  return of_another;
}

[[noreturn]] void refuse(std::string message) { throw Error(ErrorCode::invalid_config, std::move(message)); }

/// The row that `name` means for this command. Errors: invalid_config with the nearest known name.
const OptionRow& known_option(Command command, std::string_view name) {
  const OptionRow* row = find_option(command, name);
  if (name == "--token" && (only(command) & (kAsking | only(Command::doctor))) != 0) {
    refuse("--token: others on this machine can read what is typed; put the token into a file and give --token-from FILE, or "
           "into the variable CRM_MERGE_TOKEN");
  }
  if (!row) {
    refuse(fmt::format("there is no option {}{}; see crm-merge {} --help", name, nearest_option(command, name),
                       command_name(command)));
  }
  if (takes_option(command, *row)) return *row;
  if (row->plan_only && command == Command::merge) {
    refuse(fmt::format("{} belongs to crm-merge plan: use crm-merge plan with the same arguments", name));
  }
  refuse(fmt::format("crm-merge {} has no option {}; see crm-merge {} --help", command_name(command), name,
                     command_name(command)));
}

/// True if what follows a bare --no-header is its NAME: no option, no NAME=PATH, and no file of that name is there.
bool is_name_of_input(const std::string& next) {
  return !next.empty() && next.front() != '-' && next.find('=') == std::string::npos && !std::filesystem::exists(next);
}

/// Rewrites the arguments so that CLI11 cannot misread them: `--name=value` becomes two arguments (an empty value is
/// one, CLI11 would take the next argument), `-o=FILE` likewise. Unknown options and missing values end here.
/// Switches that are turned off go into `off`.
std::vector<std::string> spelled_out(Command command, const std::vector<std::string>& args, std::vector<std::string>& off) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < args.size(); ++i) {
    const std::string& arg = args[i];
    if (arg == "--") {
      out.insert(out.end(), args.begin() + static_cast<std::ptrdiff_t>(i), args.end());
      break;
    }
    const bool is_long = arg.size() > 2 && arg.starts_with("--");
    if (!is_long && !(arg.size() > 1 && arg[0] == '-')) {
      out.push_back(arg);
      continue;
    }
    const std::size_t equals = arg.find('=');
    const std::string name = is_long ? arg.substr(0, equals) : arg.substr(0, 2);
    const OptionRow& row = known_option(command, name);
    std::optional<std::string> value;
    if (is_long && equals != std::string::npos) value = arg.substr(equals + 1);
    if (!is_long && takes_value(row) && arg.size() > 2) value = arg.substr(arg[2] == '=' ? 3 : 2);

    if (row.takes == OptionTakes::nothing) {
      if (value && *value != "no") refuse(fmt::format("{} takes no value (but {}=no turns off what a spec turned on)", name, name));
      (value ? off : out).push_back(std::string(row.name));
      for (std::size_t letter = 2; !is_long && letter < arg.size(); ++letter) {  // a cluster: -qv
        const OptionRow& further = known_option(command, fmt::format("-{}", arg[letter]));
        if (takes_value(further)) refuse(fmt::format("{}: give -{} apart, it needs a value", arg, arg[letter]));
        out.push_back(std::string(further.name));
      }
    } else if (row.takes == OptionTakes::value_or_none) {
      if (!value && i + 1 < args.size() && is_name_of_input(args[i + 1])) value = args[++i];
      out.push_back(std::string(row.name));
      out.push_back(value.value_or(""));
    } else {
      if (!value) {
        const bool missing = i + 1 >= args.size() || (args[i + 1].starts_with("--") && find_option(
                                                         command, args[i + 1].substr(0, args[i + 1].find('='))));
        if (missing) refuse(fmt::format("{} needs a value: {} {}", name, name, row.value));
        value = args[++i];
      }
      out.push_back(std::string(row.name));
      out.push_back(*value);
    }
  }
  return out;
}

void fill_from_environment(Command command, TypedOptions& typed) {
  for (const OptionRow& row : option_table()) {
    if (typed.has(row.name) || !takes_option(command, row)) continue;
    for (const std::string& variable : variables_of(row)) {
      const char* value = std::getenv(variable.c_str());
      if (!value || !*value) continue;
      typed.add_from_environment(row, variable, value);
      break;
    }
  }
}

}  // namespace

std::vector<std::string> variables_of(const OptionRow& row) {
  std::vector<std::string> variables;
  std::istringstream words{std::string(row.environment)};
  for (std::string word; words >> word;) variables.push_back(word);
  return variables;
}

bool takes_option(Command command, const OptionRow& row) {
  return (row.commands & only(command)) != 0 && (!row.plan_only || command == Command::plan);
}

std::string_view command_name(Command command) {
  switch (command) {
    case Command::merge: return "merge";
    case Command::plan: return "plan";
    case Command::inspect: return "inspect";
    case Command::compare: return "compare";
    case Command::doctor: return "doctor";
    case Command::serve: return "serve";
    case Command::worker: return "worker";
    case Command::token: return "token";
    case Command::submit: return "submit";
    case Command::jobs: return "jobs";
    case Command::watch: return "watch";
    case Command::cancel: return "cancel";
    case Command::fetch: return "fetch";
    case Command::backup: return "backup";
    case Command::restore: return "restore";
  }
  return "";
}

const std::vector<std::string>& TypedOptions::all(std::string_view name) const {
  static const std::vector<std::string> kNone;
  const auto found = values_.find(name);
  return found == values_.end() ? kNone : found->second;
}

std::optional<std::string> TypedOptions::one(std::string_view name) const {
  const std::vector<std::string>& values = all(name);
  if (values.empty()) return std::nullopt;
  std::string joined = values.front();
  for (std::size_t i = 1; i < values.size(); ++i) joined += "," + values[i];
  return joined;
}

void TypedOptions::add(std::string_view name, std::string value) {
  values_[std::string(name)].push_back(std::move(value));
}

void TypedOptions::add_from_environment(const OptionRow& row, std::string variable, std::string value) {
  add(row.name, std::move(value));
  labels_[std::string(row.name)] = std::move(variable);
  environment_.emplace(row.name);
}

void TypedOptions::add_from_spec(std::string_view name, const std::vector<std::string>& values, std::string label) {
  if (has(name) || is_off(name)) return;
  values_[std::string(name)] = values;
  labels_[std::string(name)] = std::move(label);
}

std::string TypedOptions::label(std::string_view name) const {
  const auto found = labels_.find(name);
  return found == labels_.end() ? std::string(name) : found->second;
}

TypedOptions parse_options(Command command, const std::vector<std::string>& args) {
  CLI::App parser;
  parser.set_help_flag();
  std::vector<std::pair<const OptionRow*, CLI::Option*>> options;
  for (const OptionRow& row : option_table()) {
    if (!takes_option(command, row)) continue;
    std::string names(row.name);
    if (!row.short_name.empty()) names += "," + std::string(row.short_name);
    CLI::Option* option = row.takes == OptionTakes::nothing ? parser.add_flag(names) : parser.add_option(names);
    option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    if (row.takes != OptionTakes::nothing) option->allow_extra_args(false);
    options.emplace_back(&row, option);
  }
  parser.allow_extras();  // the files; a positional option of CLI11 would take "[x]" for a list

  std::vector<std::string> off;
  std::vector<std::string> reversed = spelled_out(command, args, off);
  std::reverse(reversed.begin(), reversed.end());  // CLI11 takes them from the back
  try {
    parser.parse(std::move(reversed));
  } catch (const CLI::ParseError& error) {
    refuse(fmt::format("{}; see crm-merge {} --help", error.what(), command_name(command)));
  }

  TypedOptions typed;
  for (const std::string& name : off) typed.turn_off(name);
  typed.inputs = parser.remaining();
  const auto double_dash = std::find(typed.inputs.begin(), typed.inputs.end(), "--");
  if (double_dash != typed.inputs.end()) typed.inputs.erase(double_dash);
  for (const auto& [row, option] : options) {
    for (const std::string& value : option->results()) typed.add(row->name, value);
    if (row->takes == OptionTakes::one && option->results().size() > 1) {
      refuse(fmt::format("{} is given {} times; give it once", row->name, option->results().size()));
    }
  }
  fill_from_environment(command, typed);
  return typed;
}

std::string nearest_option(Command command, std::string_view typed) {
  std::vector<std::string> names;
  for (const OptionRow& row : option_table()) {
    if (takes_option(command, row)) names.emplace_back(row.name);
  }
  const std::optional<std::string> meant = probably_meant(typed, names);
  return meant ? fmt::format(" (did you mean {}?)", *meant) : "";
}

}  // namespace crm
