#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/completion.h"
#include "app/option_values.h"
#include "app/options.h"

namespace crm {
namespace {

/// `text` as _arguments and _describe read it: nothing in it ends a description or a field.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == ':' || c == '[' || c == ']' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string action(const OptionValues& values) {
  switch (values.source) {
    case OptionValues::Source::files: return "_files";
    case OptionValues::Source::folders: return "_files -/";
    case OptionValues::Source::own: return " ";
    case OptionValues::Source::words: break;
  }
  const std::string words = fmt::format("{}", fmt::join(values.words, " "));
  if (values.list) return fmt::format("_values -s , word {}", words);
  if (values.unfinished) return fmt::format("{{compadd -S \"\" {}}}", words);
  return fmt::format("({})", words);
}

/// One option as _arguments wants it.
std::string specification(const OptionRow& row) {
  const bool again = row.takes != OptionTakes::nothing && row.takes != OptionTakes::one;
  const std::string help = fmt::format("[{}]", plain(row.help));
  std::string value;
  if (takes_argument(row)) value = fmt::format(":{}:{}", plain(row.value), action(values_of(row)));
  else if (row.takes == OptionTakes::value_or_none) value = fmt::format("::{}: ", plain(row.value.substr(1)));
  const char* equals = row.takes == OptionTakes::value_or_none ? "=-" : takes_argument(row) ? "=" : "";
  if (row.short_name.empty()) {
    return shell_quoted(fmt::format("{}{}{}{}{}", again ? "*" : "", row.name, equals, help, value));
  }
  const std::string alone = again ? "*" : fmt::format("({} {})", row.short_name, row.name);
  return fmt::format("{} {}", shell_quoted(alone + std::string(row.short_name) + help + value),
                     shell_quoted(alone + std::string(row.name) + equals + help + value));
}

std::string options_of(Command command) {
  std::string out = fmt::format("    {})\n      _arguments -S \\\n", command_name(command));
  for (const OptionRow& row : option_table()) {
    if (takes_option(command, row)) out += fmt::format("        {} \\\n", specification(row));
  }
  return out + "        '*:file:_files' ;;\n";
}

}  // namespace

std::string zsh_completion() {
  std::string out = "#compdef crm-merge\n# zsh completion for crm-merge; made by `crm-merge completion zsh`.\n\n"
                    "_crm-merge() {\n  local -a commands\n  commands=(\n";
  for (const CommandLine& line : command_lines()) {
    out += fmt::format("    {}\n", shell_quoted(fmt::format("{}:{}", line.name, plain(line.summary))));
  }
  out += "  )\n"
         "  if (( CURRENT == 2 )); then\n"
         "    _describe -t commands command commands\n"
         "    return\n"
         "  fi\n"
         "  shift words\n"
         "  (( CURRENT-- ))\n"
         "  case $words[1] in\n";
  for (const Command command : kCommands) out += options_of(command);
  out += "    completion) _arguments '1:shell:(bash zsh fish)' ;;\n"
         "  esac\n"
         "}\n\n"
         "# Autoloaded from $fpath the file is the function; sourced, it tells zsh of it.\n"
         "if [[ $funcstack[1] == _crm-merge ]]; then\n"
         "  _crm-merge \"$@\"\n"
         "else\n"
         "  compdef _crm-merge crm-merge\n"
         "fi\n";
  return out;
}

}  // namespace crm
