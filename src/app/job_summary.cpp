#include "app/job_summary.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "app/summary_parts.h"
#include "report/figures.h"

namespace crm {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kListedColumns = 8;
constexpr std::size_t kListedWarnings = 12;
constexpr int kLabelWidth = 12;
constexpr int kNameWidth = 28;

std::uint64_t number(const ordered_json& object, std::string_view key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

std::string heading(const Display& display, std::string_view title) {
  return "\n" + paint(display, Colour::bold, title) + "\n";
}

std::string matched_section(const ordered_json& report, const Display& display) {
  const std::uint64_t matched = number(report, "matched_rows"), rows = matched + number(report, "unmatched_rows");
  std::string out = "\n" + paint(display, Colour::bold, pad("Matched", kLabelWidth + 2)) + "  " +
                    fmt::format("{} of {} rows  ", with_thousands(matched), with_thousands(rows)) +
                    paint(display, Colour::green, percent(matched, rows)) + "\n";
  for (const ordered_json& identifier : report.value("by_identifier", ordered_json::array())) {
    out += "  " + pad(shorten(printable(identifier.value("identifier", "")), kLabelWidth), kLabelWidth) + "  " +
           counted(number(identifier, "rows_matched"), "row", "rows") + "\n";
  }
  return out;
}

std::string enriched_section(const ordered_json& report, const Display& display) {
  Table table({Align::left, Align::right, Align::right, Align::right, Align::right});
  table.row({"", "contributed", "nothing used", "not in original", "no key"});
  for (const ordered_json& file : report.value("enriched", ordered_json::array())) {
    table.row({printable(file.value("name", "")), with_thousands(number(file, "contributed")),
               with_thousands(number(file, "matched_nothing_used")), with_thousands(number(file, "unmatched")),
               with_thousands(number(file, "without_key"))});
  }
  return heading(display, "Enriched rows") + table.text(display, 2);
}

std::string filled_section(const ordered_json& report, const Display& display, bool verbose) {
  std::vector<const ordered_json*> filled;
  const ordered_json columns = report.value("columns", ordered_json::array());
  const auto gain = [](const ordered_json& column) { return number(column, "filled_after") - number(column, "filled_before"); };
  for (const ordered_json& column : columns) {
    if (!column.value("new", true) && gain(column) > 0) filled.push_back(&column);
  }
  if (filled.empty()) return "";
  std::stable_sort(filled.begin(), filled.end(), [&](const auto* a, const auto* b) { return gain(*a) > gain(*b); });
  const std::uint64_t rows = number(report, "output_rows");
  Table table({Align::left, Align::right, Align::right, Align::right});
  table.row({"", "before", "after", "filled"});
  const std::size_t shown = verbose ? filled.size() : std::min(filled.size(), kListedColumns);
  for (std::size_t i = 0; i < shown; ++i) {
    const ordered_json& column = *filled[i];
    table.row({shorten(printable(column.value("name", "")), 32), percent(number(column, "filled_before"), rows),
               percent(number(column, "filled_after"), rows), "+" + with_thousands(gain(column))});
  }
  std::string out = heading(display, "Filled columns") + table.text(display, 2);
  if (shown < filled.size()) out += fmt::format("  … and {} more\n", filled.size() - shown);
  return out;
}

std::string warnings_section(const ordered_json& report, const Display& display, bool verbose) {
  const ordered_json warnings = report.value("warnings", ordered_json::array());
  if (warnings.empty()) return "";
  std::string out = "\n" + paint(display, Colour::yellow, "Warnings") + "\n";
  const std::size_t most = verbose ? warnings.size() : std::min(warnings.size(), kListedWarnings);
  for (std::size_t i = 0; i < most; ++i) {
    out += "  " + wrap(printable(warnings[i].get<std::string>()), display.width, 2) + "\n";
  }
  if (most < warnings.size()) out += fmt::format("  … and {} more; --verbose prints all\n", warnings.size() - most);
  return out;
}

std::string written_text(const JobSummaryFacts& facts) {
  std::string merged, others;
  for (const BroughtOutput& output : facts.brought) {
    if (output.kind == OutputKind::merged) merged = printable(output.path);
    else others += (others.empty() ? "" : ", ") + printable(output.path);
  }
  if (!merged.empty()) {
    merged += ": " + counted(number(facts.job.value("result", ordered_json::object()), "outputRowCount"), "row", "rows");
    if (facts.report.is_object()) merged += fmt::format(", {} of them changed", with_thousands(number(facts.report, "changed_rows")));
  }
  if (merged.empty() && others.empty()) return fmt::format("crm-merge fetch {} brings its files", facts.job.value("id", ""));
  return "Wrote " + merged + (merged.empty() || others.empty() ? "" : "; and ") + others;
}

std::string closing(const JobSummaryFacts& facts, const Display& display) {
  const std::string id = facts.job.value("id", "");
  const auto took = number(facts.job.value("result", ordered_json::object()), "processingTimeMs");
  return "\n" + wrap(written_text(facts), display.width, 0) + "\n" +
         paint(display, Colour::dim, fmt::format("job {}, {} in the service", id, short_time(static_cast<double>(took) / 1000))) + "\n";
}

/// "2026-11-22T16:44:20.123Z" as "2026-11-22 16:44:20".
std::string short_moment(std::string moment) {
  moment.resize(std::min<std::size_t>(moment.size(), 19));
  if (moment.size() > 10) moment[10] = ' ';
  return moment;
}

}  // namespace

std::string job_summary_text(const JobSummaryFacts& facts, const Display& display) {
  std::string out;
  if (facts.report.is_object()) {
    out += matched_section(facts.report, display);
    out += enriched_section(facts.report, display);
    out += filled_section(facts.report, display, facts.verbose);
    out += warnings_section(facts.report, display, facts.verbose);
  }
  return out + closing(facts, display);
}

std::string job_summary_json(const JobSummaryFacts& facts) {
  ordered_json files = ordered_json::object();
  for (const BroughtOutput& output : facts.brought) files[std::string(output_name(output.kind))] = output.path;
  const ordered_json json = {{"job", facts.job.value("id", "")},
                             {"state", facts.job.value("state", "")},
                             {"result", facts.job.value("result", ordered_json(nullptr))},
                             {"files", std::move(files)}};
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::string job_table_text(const ordered_json& jobs, const Display& display) {
  Table table({Align::left, Align::left, Align::right, Align::left, Align::left, Align::left});
  table.row({"ID", "STATE", "DONE", "NAME", "BY", "CREATED (UTC)"});
  for (const ordered_json& job : jobs) {
    const ordered_json progress = job.value("progress", ordered_json::object());
    const bool is_shown = progress.contains("percentage");
    table.row({printable(job.value("id", "")), job.value("state", ""),
               is_shown ? fmt::format("{} %", static_cast<int>(progress["percentage"].get<double>())) : "",
               shorten(printable(job.value("name", "")), kNameWidth), shorten(printable(job.value("submitted_by", "")), kNameWidth),
               short_moment(job.value("created_at", ""))});
  }
  return table.text(display, 0);
}

}  // namespace crm
