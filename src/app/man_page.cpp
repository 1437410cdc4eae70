#include "app/man_page.h"

#include <algorithm>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/options.h"
#include "app/version.h"

namespace crm {
namespace {

/// The code point at `at` of valid UTF-8; `at` moves behind it.
unsigned code_point(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at++]);
  if (lead < 0x80) return lead;
  unsigned value = lead < 0xE0 ? lead & 0x1Fu : lead < 0xF0 ? lead & 0x0Fu : lead & 0x07u;
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) {
    value = (value << 6) | (static_cast<unsigned char>(text[at++]) & 0x3Fu);
  }
  return value;
}

/// `text` so that roff prints it as it is: a hyphen that can be copied, no escape, nothing beyond ASCII.
std::string escaped(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const unsigned c = code_point(text, at);
    switch (c) {
      case '\\': out += "\\e"; break;
      case '-': out += "\\-"; break;
      case '~': out += "\\(ti"; break;
      case '^': out += "\\(ha"; break;
      case '`': out += "\\(ga"; break;
      case '\'': out += "\\(aq"; break;
      case '"': out += "\\(dq"; break;
      default: out += c < 0x80 ? std::string(1, static_cast<char>(c)) : fmt::format("\\[u{:04X}]", c);
    }
  }
  return out;
}

/// A line of text; one that begins with a dot would be a request.
std::string line(std::string_view text) { return (text.starts_with('.') ? "\\&" : "") + escaped(text) + "\n"; }

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// Paragraphs as --help has them, with an empty line between.
std::string paragraphs(std::string_view text) {
  std::string out;
  bool break_before = false;
  for (std::string_view each : lines_of(text)) {
    while (each.starts_with(' ')) each.remove_prefix(1);
    if (each.empty()) break_before = !out.empty();
    else {
      out += (break_before ? ".PP\n" : "") + line(each);
      break_before = false;
    }
  }
  return out;
}

/// "usage: crm-merge merge ORIGINAL …": its lines, without "usage: ", each on its own.
std::string usage(Command command) {
  const std::string_view intro = command_intro(command);
  std::string out;
  for (std::string_view each : lines_of(intro.substr(0, intro.find("\n\n")))) {
    if (each.starts_with("usage: ")) each.remove_prefix(7);
    while (each.starts_with(' ')) each.remove_prefix(1);
    out += (out.empty() ? "" : ".br\n") + line(each);
  }
  return out;
}

std::string commands() {
  std::string out = ".SH COMMANDS\n";
  for (const Command command : kCommands) {
    const std::string_view intro = command_intro(command);
    out += fmt::format(".SS {}\n{}", escaped(fmt::format("crm-merge {}", command_name(command))),
                       paragraphs(intro.substr(std::min(intro.find("\n\n"), intro.size()))));
  }
  for (const CommandLine& other : command_lines()) {
    const bool shown = std::any_of(std::begin(kCommands), std::end(kCommands),
                                   [&](Command command) { return command_name(command) == other.name; });
    if (!shown) out += fmt::format(".SS {}\n{}", escaped(fmt::format("crm-merge {}", other.name)), line(fmt::format("{}.", other.summary)));
  }
  return out;
}

/// Which commands take the option, where it is not all of them.
std::string taken_by(const OptionRow& row) {
  std::vector<std::string_view> names;
  for (const Command command : kCommands) {
    if (takes_option(command, row)) names.push_back(command_name(command));
  }
  return names.size() == std::size(kCommands) ? "" : fmt::format(" ({})", fmt::join(names, ", "));
}

std::string option(const OptionRow& row) {
  std::string head = row.short_name.empty() ? "" : fmt::format("\\fB{}\\fR, ", escaped(row.short_name));
  head += fmt::format("\\fB{}\\fR", escaped(row.name));
  if (row.takes == OptionTakes::value_or_none) head += fmt::format("[\\fI{}\\fR]", escaped(row.value));
  else if (!row.value.empty()) head += fmt::format(" \\fI{}\\fR", escaped(row.value));
  const bool again = row.takes == OptionTakes::many || row.takes == OptionTakes::value_or_none;
  return fmt::format(".TP\n{}{}\n{}", head, escaped(taken_by(row)),
                     line(fmt::format("{}.{}", row.help, again ? " Repeatable." : "")));
}

std::string options() {
  std::string out = ".SH OPTIONS\n";
  std::optional<OptionGroup> group;
  for (const OptionRow& row : option_table()) {
    if (group != row.group) {
      group = row.group;
      out += fmt::format(".SS {}\n", escaped(group_title(row.group)));
    }
    out += option(row);
  }
  return out + ".SS Names, lists and sizes\n" + paragraphs(forms_text());
}

std::string environment() {
  std::string out = ".SH ENVIRONMENT\n";
  for (const OptionRow& row : option_table()) {
    for (const std::string& variable : variables_of(row)) {
      out += fmt::format(".TP\n\\fB{}\\fR\n{}", escaped(variable), line(fmt::format("Where {} is not given.", row.name)));
    }
  }
  return out + ".TP\n\\fBCRM_MERGE_TOKEN\\fR\n" + line("The token, where --token-from is not given.") +
         ".TP\n\\fBTMPDIR\\fR\n" + line("The folder for temporary files, where --temp-dir is not given.") +
         ".TP\n\\fBNO_COLOR\\fR\n" + line("No colours, if it is not empty.");
}

std::string exit_statuses() {
  std::string out = ".SH EXIT STATUS\n";
  std::string_view last;
  for (const Command command : kCommands) {
    std::string_view text = exit_status_text(command);
    if (text == last) continue;
    last = text;
    if (command != Command::merge) out += fmt::format(".PP\n{}", line(fmt::format("crm-merge {}:", command_name(command))));
    if (text.starts_with("Exit status: ")) text.remove_prefix(13);
    out += paragraphs(text);
  }
  return out;
}

constexpr std::string_view kExamples[][2] = {
    {"crm-merge merge crm.csv apollo.csv zoominfo.csv -o merged.csv",
     "Blanks of crm.csv are filled from apollo.csv, then from zoominfo.csv; their new columns are added."},
    {"crm-merge merge crm.csv vendor.csv -o merged.csv --changes changes.csv --id \"Record ID\"",
     "Beside the merged file, only what changed, by record id, for import into the CRM."},
    {"crm-merge plan crm.csv vendor.csv --sql", "The statements that --engine sql would run."},
};

std::string examples() {
  std::string out = ".SH EXAMPLES\n";
  for (const auto& [command, text] : kExamples) {
    out += fmt::format(".TP\n{}{}", line(command), line(text));
  }
  return out;
}

}  // namespace

std::string man_page() {
  std::string out = ".\\\" Made by `crm-merge man` from the table of options.\n";
  out += fmt::format(".TH CRM-MERGE 1 {} \"crm-merge {}\" \"User Commands\"\n", program_date(), program_version());
  out += ".SH NAME\n" + line("crm-merge - one good file from a CRM export and the files that enrich it") + ".SH SYNOPSIS\n";
  for (const Command command : kCommands) {
    if (command != kCommands[0]) out += ".br\n";
    out += usage(command);
  }
  out += ".SH DESCRIPTION\n" +
         line("Merges files of vendors into the export of a CRM. Every row of the export comes out once, in order, each cell as "
              "it went in; blanks are filled from the enriched files, the first of them first, and their new columns are added. "
              "What was found and done is printed at the end, and every row of every file is accounted for.");
  return out + commands() + options() + environment() + exit_statuses() + examples() +
         ".SH SEE ALSO\n" + line("The guide and the changes of each version stand in share/doc/crm-merge beside the program.");
}

}  // namespace crm
