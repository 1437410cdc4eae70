#include "app/summary.h"

#include <algorithm>

#include <fmt/format.h>

#include "report/figures.h"
#include "report/report_warnings.h"
#include "app/summary_parts.h"

namespace crm {
namespace {

constexpr std::size_t kListedColumns = 8;
constexpr std::size_t kListedWarnings = 12;
constexpr int kLabelWidth = 12;
constexpr int kRateBarWidth = 30;
constexpr int kFillBarWidth = 20;

std::string heading(const Display& display, std::string_view title) {
  return "\n" + paint(display, Colour::bold, title) + "\n";
}

/// "  label       text", the text wrapped beside its label.
std::string entry(const Display& display, std::string_view label, std::string_view text) {
  const int indent = kLabelWidth + 4;
  return "  " + pad(shorten(printable(label), kLabelWidth), kLabelWidth) + "  " +
         wrap(text, display.width, indent) + "\n";
}

std::string files_section(const SummaryFacts& facts, const Display& display) {
  Table table({Align::left, Align::right, Align::left, Align::left});
  table.row({"", "rows", "", ""});
  const auto add = [&](const std::string& name, const InputProfile& profile, std::uint64_t rows) {
    table.row({printable(name), with_thousands(rows), shorten(printable(file_name(profile.path)), 32), format_text(profile)});
  };
  add("original", facts.original, facts.report.inputs[0].rows);
  for (std::size_t i = 0; i < facts.enriched.size(); ++i) {
    add(facts.plan.inputs[i].name, facts.enriched[i], facts.report.inputs[i + 1].rows);
  }
  return heading(display, "Files") + table.text(display, 2);
}

std::string identifiers_section(const SummaryFacts& facts, const Display& display) {
  std::string out = heading(display, facts.plan.match == MatchMode::all ? "Matched by all of" : "Matched by");
  for (const PlanIdentifier& identifier : facts.plan.identifiers) {
    out += entry(display, identifier.label, identifier_columns(facts, identifier));
  }
  return out;
}

std::string match_section(const SummaryFacts& facts, const Display& display) {
  const MergeReport& report = facts.report;
  const std::uint64_t rows = report.matched_rows + report.unmatched_rows;
  std::string line = fmt::format("{} of {} rows", with_thousands(report.matched_rows), with_thousands(rows));
  std::string out = "\n" + paint(display, Colour::bold, pad("Matched", kLabelWidth + 2)) + "  " + line + "  " +
                    paint(display, Colour::green, percent(report.matched_rows, rows));
  if (display.terminal && rows > 0) {
    const double share = static_cast<double>(report.matched_rows) / static_cast<double>(rows);
    out += "  " + paint(display, Colour::green, bar(share, kRateBarWidth));
  }
  out += "\n";
  if (facts.plan.match == MatchMode::any) {
    for (std::size_t i = 0; i < report.identifiers.size(); ++i) {
      out += entry(display, facts.plan.identifiers[i].label,
                   counted(report.identifiers[i].rows_matched, "row", "rows"));
    }
  }
  return out;
}

std::string enriched_section(const SummaryFacts& facts, const Display& display) {
  Table table({Align::left, Align::right, Align::right, Align::right, Align::right});
  table.row({"", "contributed", "nothing used", "not in original", "no key"});
  for (std::size_t i = 0; i < facts.report.enriched.size(); ++i) {
    const EnrichedAccount& account = facts.report.enriched[i];
    table.row({printable(facts.plan.inputs[i].name), with_thousands(account.contributed),
               with_thousands(account.nothing_used), with_thousands(account.unmatched),
               with_thousands(account.without_key)});
  }
  return heading(display, "Enriched rows") + table.text(display, 2);
}

std::string filled_section(const SummaryFacts& facts, const Display& display) {
  const std::vector<FilledColumn> columns = most_filled_columns(facts);
  if (columns.empty()) return "";
  const std::uint64_t rows = facts.report.output_rows;
  Table table({Align::left, Align::right, Align::right, Align::right, Align::left});
  table.row({"", "before", "after", "filled", ""});
  const std::size_t shown = facts.verbose ? columns.size() : std::min(columns.size(), kListedColumns);
  for (std::size_t i = 0; i < shown; ++i) {
    const FilledColumn& column = columns[i];
    table.row({shorten(printable(column.name), 32), percent(column.before, rows), percent(column.after, rows),
               "+" + with_thousands(column.after - column.before),
               display.terminal ? fill_bar(column, rows, kFillBarWidth) : ""});
  }
  std::string out = heading(display, "Filled columns") + table.text(display, 2);
  if (shown < columns.size()) out += fmt::format("  … and {} more\n", columns.size() - shown);
  return out;
}

std::string notes_section(const SummaryFacts& facts, const Display& display) {
  std::string out;
  const auto note = [&](std::string_view label, const std::string& text) {
    if (!text.empty()) out += entry(display, label, text);
  };
  note("Conflicts", conflicts_text(facts));
  note("Protected", protected_text(facts));
  note("New columns", new_columns_text(facts));
  std::string_view label = "Mapped";
  for (const std::string& pairs : mapped_texts(facts)) {
    note(label, pairs);
    label = "";
  }
  note("Shared keys", shared_keys_text(facts));
  note("Net-new", net_new_text(facts));
  note("Repaired", repaired_text(facts));
  note("Set aside", rejected_text(facts));
  return out.empty() ? "" : "\n" + out;
}

std::string list_section(const Display& display, std::string_view title, Colour colour,
                         const std::vector<std::string>& lines, std::size_t most) {
  if (lines.empty()) return "";
  std::string out = "\n" + paint(display, colour, title) + "\n";
  for (std::size_t i = 0; i < lines.size() && i < most; ++i) {
    out += "  " + wrap(printable(lines[i]), display.width, 2) + "\n";
  }
  if (lines.size() > most) out += fmt::format("  … and {} more; --verbose prints all\n", lines.size() - most);
  return out;
}

std::string closing(const SummaryFacts& facts, const Display& display) {
  const MergeReport& report = facts.report;
  std::uint64_t rows_read = 0;
  for (const InputAccount& input : report.inputs) rows_read += input.rows;
  std::string figures = short_time(report.wall.count());
  if (report.wall.count() > 0) {
    figures += fmt::format(", {} rows/s", short_count(static_cast<double>(rows_read) / report.wall.count()));
  }
  figures += fmt::format(", {} of memory at most", short_bytes(report.peak_rss_bytes));
  if (report.spilled_bytes > 0) figures += fmt::format(", {} of temporary files", short_bytes(report.spilled_bytes));
  return "\n" + wrap(written_text(facts), display.width, 0) + "\n" + paint(display, Colour::dim, figures) + "\n";
}

}  // namespace

std::string summary_text(const SummaryFacts& facts, const Display& display) {
  std::string out = files_section(facts, display);
  out += identifiers_section(facts, display);
  out += match_section(facts, display);
  out += enriched_section(facts, display);
  out += filled_section(facts, display);
  out += notes_section(facts, display);
  if (facts.verbose) {
    out += list_section(display, "Decisions", Colour::bold, facts.plan.decisions, facts.plan.decisions.size());
  }
  const std::vector<std::string> warnings = all_warnings(facts.plan, facts.original, facts.enriched, facts.report);
  out += list_section(display, "Warnings", Colour::yellow, warnings, facts.verbose ? warnings.size() : kListedWarnings);
  out += closing(facts, display);
  return out;
}

}  // namespace crm
