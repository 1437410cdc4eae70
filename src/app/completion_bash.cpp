#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/completion.h"
#include "app/option_values.h"
#include "app/options.h"

namespace crm {
namespace {

// Bash takes `--option=value` and NAME=PATH apart at the =; the first lines put them together again.
constexpr std::string_view kBegin = R"(# bash completion for crm-merge; made by `crm-merge completion bash`.

_crm_merge_offer() {
  mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2")
}

# The last item of a list with commas.
_crm_merge_offer_list() {
  local before=
  [[ $2 == *,* ]] && before=${2%,*},
  compopt -o nospace
  mapfile -t COMPREPLY < <(compgen -P "$before" -W "$1" -- "${2##*,}")
}

_crm_merge_offer_paths() {
  compopt -o filenames
  mapfile -t COMPREPLY < <(compgen "$1" -- "$2")
}

_crm_merge() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} options=
  if [[ $current == = ]]; then
    current=
  elif [[ $previous == = ]] && ((COMP_CWORD > 2)); then
    previous=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  COMPREPLY=()
)";

constexpr std::string_view kEnd = R"(  if [[ $current == -* ]]; then
    _crm_merge_offer "$options" "$current"
  else
    _crm_merge_offer_paths -f "$current"
  fi
}

complete -F _crm_merge crm-merge
)";

std::string offer(const OptionValues& values) {
  switch (values.source) {
    case OptionValues::Source::files: return "_crm_merge_offer_paths -f \"$current\"";
    case OptionValues::Source::folders: return "_crm_merge_offer_paths -d \"$current\"";
    case OptionValues::Source::own: return ":";
    case OptionValues::Source::words: break;
  }
  const char* function = values.list ? "_crm_merge_offer_list" : "_crm_merge_offer";
  return fmt::format("{}{} {} \"$current\"", values.unfinished ? "compopt -o nospace; " : "", function,
                     shell_quoted(fmt::format("{}", fmt::join(values.words, " "))));
}

/// "merge --on", "plan --on": what the case of its value is found by.
std::vector<std::string> patterns(const OptionRow& row) {
  std::vector<std::string> out;
  for (const Command command : kCommands) {
    if (!takes_option(command, row)) continue;
    for (const std::string_view name : {row.name, row.short_name}) {
      if (!name.empty()) out.push_back(fmt::format("'{} {}'", command_name(command), name));
    }
  }
  return out;
}

std::string values_case() {
  std::vector<std::pair<OptionValues, std::vector<std::string>>> cases;
  for (const OptionRow& row : option_table()) {
    if (!takes_argument(row)) continue;
    const OptionValues values = values_of(row);
    auto at = cases.begin();
    while (at != cases.end() && at->first != values) ++at;
    if (at == cases.end()) at = cases.insert(at, {values, {}});
    for (std::string& pattern : patterns(row)) at->second.push_back(std::move(pattern));
  }
  std::string out = "  case \"${COMP_WORDS[1]} $previous\" in\n";
  for (const auto& [values, names] : cases) {
    out += fmt::format("    {})\n      {}\n      return ;;\n", fmt::join(names, " | "), offer(values));
  }
  return out + "  esac\n";
}

std::string options_case() {
  std::string out = "  case ${COMP_WORDS[1]} in\n";
  for (const Command command : kCommands) {
    std::vector<std::string_view> names;
    for (const OptionRow& row : option_table()) {
      if (takes_option(command, row)) names.push_back(row.name);
    }
    out += fmt::format("    {}) options='{}' ;;\n", command_name(command), fmt::join(names, " "));
  }
  out += "    completion)\n      ((COMP_CWORD == 2)) && _crm_merge_offer 'bash zsh fish' \"$current\"\n      return ;;\n";
  return out + "    *) return ;;\n  esac\n";
}

std::string commands_case() {
  std::vector<std::string_view> names;
  for (const CommandLine& line : command_lines()) names.push_back(line.name);
  return fmt::format("  if ((COMP_CWORD == 1)); then\n    _crm_merge_offer '{}' \"$current\"\n    return\n  fi\n",
                     fmt::join(names, " "));
}

}  // namespace

std::string bash_completion() {
  return std::string(kBegin) + commands_case() + options_case() + values_case() + std::string(kEnd);
}

}  // namespace crm
