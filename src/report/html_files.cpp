#include "report/html_files.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string_view>
#include <vector>

#include "model/rule_names.h"
#include "report/figures.h"
#include "report/html_parts.h"
#include "report/html_text.h"

namespace crm {
namespace {

using Holds = HtmlColumn::Holds;

std::string fact(std::string_view title, const std::string& html) {
  return fmt::format("<dt>{}</dt><dd>{}</dd>", html_escaped(title), html);
}

std::string sureness(const Certainty& certainty) {
  const auto hundredths = static_cast<std::uint64_t>(certainty.share * 100 + 0.5);
  const std::string how = certainty.given ? "given" : fmt::format("{} % sure", hundredths);
  return fmt::format(" <span class=\"soft\">({}{}{})</span>", how, certainty.reason.empty() ? "" : ": ", html_escaped(certainty.reason));
}

std::string delimiter_name(char delimiter) {
  switch (delimiter) {
    case ',': return "comma";
    case '\t': return "tab";
    case ';': return "semicolon";
    case '|': return "bar";
    case ' ': return "space";
    default: return html_escaped(std::string(1, delimiter));
  }
}

std::string header_text(const InputProfile& file) {
  if (!file.dialect.has_header) return "none";
  return file.preamble_lines == 0 ? "the first record" : fmt::format("after {}", counted(file.preamble_lines, "line", "lines"));
}

std::string file_facts(const InputProfile& file, const InputAccount& account) {
  std::string out = "<dl class=\"facts\">";
  out += fact("File", fmt::format("<bdi>{}</bdi>", html_escaped(file.path)));
  out += fact("Size", fmt::format("{}{}, <span class=\"soft\">xxh3 {:016x}</span>", short_bytes(file.file_bytes),
                                  file.compression == "none" || file.compression.empty() ? "" : ", " + html_escaped(file.compression),
                                  account.xxh3));
  if (file.empty) return out + fact("Content", "empty") + "</dl>\n";
  out += fact("Encoding", html_escaped(file.encoding) + (file.has_bom ? " with BOM" : "") + sureness(file.encoding_certainty));
  out += fact("Delimiter", delimiter_name(file.dialect.delimiter) + sureness(file.delimiter_certainty));
  out += fact("Header", header_text(file) + sureness(file.header_certainty));
  out += fact("Columns", with_thousands(file.columns.size()));
  return out + "</dl>\n";
}

std::string names_of(const std::vector<std::string>& header, const std::vector<int>& columns) {
  std::vector<std::string> names;
  for (const int column : columns) names.push_back(html_name(header[static_cast<std::size_t>(column)]));
  return names.empty() ? "–" : fmt::format("{}", fmt::join(names, ", "));
}

std::string identifiers(const ReportFacts& facts) {
  std::vector<HtmlColumn> head = {{"Identifier", Holds::text}, {"original", Holds::text}};
  for (const PlanInput& input : facts.plan.inputs) head.push_back({input.name, Holds::text});
  HtmlTable table("The columns that tell who a row is", head);
  for (std::size_t i = 0; i < facts.plan.identifiers.size(); ++i) {
    const PlanIdentifier& identifier = facts.plan.identifiers[i];
    std::vector<std::string> cells = {html_name(identifier.label), names_of(facts.original.columns, identifier.original_columns)};
    for (std::size_t f = 0; f < facts.plan.inputs.size(); ++f) {
      cells.push_back(names_of(facts.enriched[f].columns, facts.plan.inputs[f].identifier_columns[i]));
    }
    table.row(std::move(cells));
  }
  return table.empty() ? "" : table.html();
}

std::string decisions(const ReportFacts& facts) {
  std::string out = "<details><summary>Every decision</summary><ul>";
  for (const std::string& line : facts.plan.decisions) out += fmt::format("<li>{}</li>\n", html_escaped(line));
  return out + "</ul></details>\n";
}

}  // namespace

std::string file_title(const std::string& path) {
  if (path == "-") return "standard input";
  return path.substr(path.find_last_of('/') + 1);
}

std::string html_files(const ReportFacts& facts) {
  std::string out;
  for (std::size_t i = 0; i < facts.report.inputs.size() && i <= facts.enriched.size(); ++i) {
    const InputProfile& file = i == 0 ? facts.original : facts.enriched[i - 1];
    out += fmt::format("<h3>{}</h3>\n{}", i == 0 ? "original" : html_name(file.name), file_facts(file, facts.report.inputs[i]));
  }
  return html_section("files", "Files, and what was found", "What each file is, how sure that is, and which columns identify a row.",
                      identifiers(facts) + out + decisions(facts));
}

}  // namespace crm
