#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/completion.h"
#include "app/option_values.h"
#include "app/options.h"

namespace crm {
namespace {

/// `text` in single quotes, as fish reads them.
std::string fish_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

std::string value_of(const OptionRow& row) {
  if (!takes_argument(row)) return "";
  const OptionValues values = values_of(row);
  switch (values.source) {
    case OptionValues::Source::files: return " -r -F";
    case OptionValues::Source::folders: return " -x -a '(__fish_complete_directories)'";
    case OptionValues::Source::own: return " -x";
    case OptionValues::Source::words: break;
  }
  const std::string words = fmt::format("{}", fmt::join(values.words, " "));
  // fish completes the last item of a list by itself where told to.
  return values.list ? fmt::format(" -x -a '(__fish_append , {})'", words) : fmt::format(" -x -a {}", fish_quoted(words));
}

std::string option_line(const OptionRow& row) {
  std::vector<std::string_view> commands;
  for (const Command command : kCommands) {
    if (takes_option(command, row)) commands.push_back(command_name(command));
  }
  std::string names;
  if (!row.short_name.empty()) names += fmt::format(" -s {}", row.short_name.substr(1));
  names += fmt::format(" -l {}", row.name.substr(2));
  return fmt::format("complete -c crm-merge -n '__fish_seen_subcommand_from {}'{}{} -d {}\n", fmt::join(commands, " "), names,
                     value_of(row), fish_quoted(row.help));
}

}  // namespace

std::string fish_completion() {
  std::string out = "# fish completion for crm-merge; made by `crm-merge completion fish`.\n\n";
  for (const CommandLine& line : command_lines()) {
    out += fmt::format("complete -c crm-merge -n __fish_use_subcommand -f -a {} -d {}\n", line.name, fish_quoted(line.summary));
  }
  out += "complete -c crm-merge -n '__fish_seen_subcommand_from completion' -f -a 'bash zsh fish'\n";
  for (const OptionRow& row : option_table()) out += option_line(row);
  return out;
}

}  // namespace crm
