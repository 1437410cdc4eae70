#include "report/report_html.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

#include "model/rule_names.h"
#include "report/figures.h"
#include "report/html_files.h"
#include "report/html_parts.h"
#include "report/html_style.h"
#include "report/html_text.h"
#include "report/report_warnings.h"

namespace crm {
namespace {

using Holds = HtmlColumn::Holds;

std::string column_figure(std::size_t column, std::string_view figure) { return fmt::format("columns.{}.{}", column, figure); }

/// The columns' indices, the largest `figure` first; ties in their own order; those without any left out.
template <typename Figure>
std::vector<std::size_t> largest_first(const ReportFacts& facts, Figure figure) {
  std::vector<std::size_t> order;
  for (std::size_t c = 0; c < facts.report.columns.size(); ++c) {
    if (figure(facts.report.columns[c]) > 0) order.push_back(c);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return figure(facts.report.columns[a]) > figure(facts.report.columns[b]);
  });
  return order;
}

std::string column_title(const ReportFacts& facts, std::size_t column) {
  const PlanColumn& plan = facts.plan.columns[column];
  return html_name(plan.name) + (plan.original_column ? "" : "<span class=\"tag\">new</span>");
}

std::string tile(std::string_view title, const std::string& html) {
  return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", html_escaped(title), html);
}

std::string hero(const ReportFacts& facts) {
  const MergeReport& report = facts.report;
  const std::uint64_t rows = report.matched_rows + report.unmatched_rows;
  std::uint64_t cells = 0, real = 0;
  for (const ColumnAccount& column : report.columns) {
    cells += column.changed;
    real += column.conflicts_real;
  }
  std::uint64_t new_columns = 0;
  for (const PlanColumn& column : facts.plan.columns) new_columns += column.original_column ? 0 : 1;
  std::string out = fmt::format(
      "<div class=\"hero\"><div class=\"rate\">{}<p><strong>{}</strong> of the rows found a match: {} of {}</p></div>\n<dl class=\"tiles\">",
      html_ring(report.matched_rows, rows), percent(report.matched_rows, rows), html_figure("matched_rows", report.matched_rows),
      html_figure("output_rows", report.output_rows));
  out += tile("Rows changed", html_figure("changed_rows", report.changed_rows));
  out += tile("Cells changed or new", with_thousands(cells));
  out += tile("New columns", with_thousands(new_columns));
  out += tile("Conflicts", with_thousands(real));
  if (facts.plan.want_unmatched) out += tile("Net-new records", html_figure("net_new_records", report.net_new_records));
  return out + "</dl></div>\n";
}

std::string matching(const ReportFacts& facts) {
  const MergeReport& report = facts.report;
  const std::uint64_t rows = report.matched_rows + report.unmatched_rows;
  HtmlTable table("Rows of the original, by the first identifier that found a row",
                  {{"Matched by", Holds::text}, {"Rows"}, {"Share"}, {"", Holds::bars}});
  for (std::size_t i = 0; i < report.identifiers.size(); ++i) {
    const std::uint64_t matched = report.identifiers[i].rows_matched;
    table.row({html_name(facts.plan.identifiers[i].label), html_figure(fmt::format("by_identifier.{}.rows_matched", i), matched),
               percent(matched, rows), html_bar({{matched, "got"}}, rows)});
  }
  table.row({"no match", html_figure("unmatched_rows", report.unmatched_rows), percent(report.unmatched_rows, rows),
             html_bar({{report.unmatched_rows, "had"}}, rows)});
  std::string out = table.html();
  if (report.shared_keys_total > 0) {
    out += fmt::format("<p>{} on too many rows to mean one person, and matched nobody.</p>\n",
                       report.shared_keys_total == 1 ? "<data value=\"1\" data-figure=\"shared_keys.total\">1</data> key is"
                                                     : html_figure("shared_keys.total", report.shared_keys_total) + " keys are");
  }
  return html_section("matching", "Matching", "Which identifiers brought the rows together.", out);
}

std::string fill(const ReportFacts& facts) {
  const std::uint64_t rows = facts.report.output_rows;
  HtmlTable table("Filled cells of each column, before and after",
                  {{"Column", Holds::text}, {"Before"}, {"After"}, {"Filled"}, {"Changed"}, {"", Holds::bars}});
  const auto gain = [](const ColumnAccount& column) { return column.filled_after - std::min(column.filled_after, column.filled_before); };
  std::vector<std::size_t> order(facts.report.columns.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const bool a_is_new = !facts.plan.columns[a].original_column, b_is_new = !facts.plan.columns[b].original_column;
    if (a_is_new != b_is_new) return b_is_new;
    return gain(facts.report.columns[a]) > gain(facts.report.columns[b]);
  });
  for (const std::size_t c : order) {
    const ColumnAccount& column = facts.report.columns[c];
    const auto figure = [&](std::string_view name, std::uint64_t value) {
      return fmt::format("<span title=\"{} of {} rows\">{}</span>", with_thousands(value), with_thousands(rows),
                         fmt::format("<data value=\"{}\" data-figure=\"{}\">{}</data>", value, column_figure(c, name), percent(value, rows)));
    };
    table.row({column_title(facts, c), figure("filled_before", column.filled_before), figure("filled_after", column.filled_after),
               gain(column) > 0 ? "+" + with_thousands(gain(column)) : "–", html_figure(column_figure(c, "changed"), column.changed),
               html_bar({{column.filled_before, "had"}, {gain(column), "got"}}, rows)});
  }
  const std::string key = html_bar_key({{"had", "was there"}, {"got", "filled by vendors"}, {"none", "still blank"}});
  return html_section("fill", "Fill, before and after", "How much of each column holds a value. New columns come last.",
                      table.empty() ? "<p>No enriched file has a column that goes anywhere.</p>\n" : key + table.html());
}

/// "Without apollo, 117 filled cells would be blank."
std::string vendor_worth(const ReportFacts& facts) {
  std::string out = "<ul>";
  for (std::size_t f = 0; f < facts.plan.inputs.size(); ++f) {
    const std::uint64_t alone = cells_of(facts.report, f).filled_alone;
    out += fmt::format("<li>Without {}, {} would be blank.</li>\n", html_name(facts.plan.inputs[f].name),
                       alone == 0 ? "no more cells" : counted(alone, "more cell", "more cells"));
  }
  return out + "</ul>\n";
}

std::string vendor_totals(const ReportFacts& facts) {
  HtmlTable totals("Cells for which a vendor had a value, and what became of it",
                   {{"Vendor", Holds::text}, {"Filled"}, {"Nobody else had"}, {"Replaced"}, {"Agreeing"}, {"Overridden"}, {"", Holds::bars}});
  for (std::size_t f = 0; f < facts.plan.inputs.size(); ++f) {
    const CellAccount cells = cells_of(facts.report, f);
    const auto figure = [&](std::string_view name, std::uint64_t value) {
      return html_figure(fmt::format("enriched.{}.cells.{}", f, name), value);
    };
    totals.row({html_name(facts.plan.inputs[f].name), figure("filled", cells.filled), figure("filled_alone", cells.filled_alone),
                figure("replaced", cells.replaced), figure("agreeing", cells.agreeing), figure("overridden", cells.overridden),
                html_bar({{cells.filled + cells.replaced, "got"}, {cells.agreeing, "had"}, {cells.overridden, "real"}},
                         cells.filled + cells.replaced + cells.agreeing + cells.overridden)});
  }
  return html_bar_key({{"got", "used"}, {"had", "agreeing"}, {"real", "overridden"}}) + totals.html() + vendor_worth(facts);
}

std::string vendors(const ReportFacts& facts) {
  std::vector<HtmlColumn> head = {{"Column", Holds::text}};
  for (const PlanInput& input : facts.plan.inputs) head.push_back({input.name});
  HtmlTable by_column("Changed or new cells, by the vendor whose value they hold", head);
  const auto total = [](const ColumnAccount& column) {
    return std::accumulate(column.filled_by.begin(), column.filled_by.end(), std::uint64_t{0});
  };
  std::vector<std::size_t> order = largest_first(facts, total);
  std::stable_partition(order.begin(), order.end(), [&](std::size_t c) { return facts.plan.columns[c].original_column.has_value(); });
  for (const std::size_t c : order) {
    std::vector<std::string> cells = {column_title(facts, c)};
    for (std::size_t f = 0; f < facts.plan.inputs.size(); ++f) {
      cells.push_back(html_figure(fmt::format("columns.{}.filled_by.{}", c, f), facts.report.columns[c].filled_by[f]));
    }
    by_column.row(std::move(cells));
  }
  return html_section("vendors", "What each vendor contributed",
                      "Filled: the cell was blank or is new, and holds the vendor's value. Replaced: it holds the vendor's in place of the "
                      "original's. Agreeing and overridden values were not used: they say the same as the merged file, or something else. "
                      "A joined cell counts for each vendor with a share in it.",
                      vendor_totals(facts) + (by_column.empty() ? "" : by_column.html()));
}

std::string conflicts(const ReportFacts& facts) {
  std::uint64_t real = 0, formatting = 0;
  for (const ColumnAccount& column : facts.report.columns) {
    real += column.conflicts_real;
    formatting += column.conflicts_formatting;
  }
  const auto both = [](const ColumnAccount& column) { return column.conflicts_real + column.conflicts_formatting; };
  const auto order = largest_first(facts, both);
  if (order.empty()) {
    return html_section("conflicts", "Conflicts", "Cells for which the files say different things.", "<p>There are none.</p>\n");
  }
  HtmlTable table("Cells with different values, by column",
                  {{"Column", Holds::text}, {"Different"}, {"Formatting"}, {"Policy", Holds::text}, {"", Holds::bars}});
  const std::uint64_t most = both(facts.report.columns[order.front()]);
  for (const std::size_t c : order) {
    const ColumnAccount& column = facts.report.columns[c];
    const PlanColumn& plan = facts.plan.columns[c];
    table.row({column_title(facts, c), html_figure(column_figure(c, "conflicts.real"), column.conflicts_real),
               html_figure(column_figure(c, "conflicts.formatting"), column.conflicts_formatting),
               plan.original_column ? std::string(policy_name(plan.policy)) : std::string(strategy_name(plan.strategy)),
               html_bar({{column.conflicts_real, "real"}, {column.conflicts_formatting, "form"}}, most)});
  }
  const std::string lead = fmt::format("{} cells with different values, {} that differ in spelling only.", with_thousands(real),
                                       with_thousands(formatting));
  return html_section("conflicts", "Conflicts", lead,
                      html_bar_key({{"real", "different values"}, {"form", "formatting only"}}) + table.html());
}

std::string accounts(const ReportFacts& facts) {
  HtmlTable rows("Every row of every enriched file: rows = contributed + nothing used + not in the original + no key",
                 {{"File", Holds::text}, {"Rows"}, {"Contributed"}, {"Nothing used"}, {"Not in original"}, {"No key"}, {"", Holds::bars}});
  for (std::size_t f = 0; f < facts.report.enriched.size(); ++f) {
    const EnrichedAccount& account = facts.report.enriched[f];
    const std::uint64_t all = facts.report.inputs[f + 1].rows;
    const auto figure = [&](std::string_view name, std::uint64_t value) {
      return html_figure(fmt::format("enriched.{}.{}", f, name), value);
    };
    rows.row({html_name(facts.plan.inputs[f].name), figure("rows", all), figure("contributed", account.contributed),
              figure("matched_nothing_used", account.nothing_used), figure("unmatched", account.unmatched),
              figure("without_key", account.without_key),
              html_bar({{account.contributed, "got"}, {account.nothing_used, "idle"}, {account.unmatched, "had"}}, all)});
  }
  HtmlTable records("Every record of every file: records = rows + set aside",
                    {{"File", Holds::text}, {"Records"}, {"Rows"}, {"Set aside"}, {"Padded"}, {"Empty lines"}});
  for (std::size_t i = 0; i < facts.report.inputs.size(); ++i) {
    const InputAccount& account = facts.report.inputs[i];
    const auto figure = [&](std::string_view name, std::uint64_t value) { return html_figure(fmt::format("inputs.{}.{}", i, name), value); };
    records.row({i == 0 ? "original" : html_name(facts.plan.inputs[i - 1].name), figure("records", account.records),
                 figure("rows", account.rows), figure("rejected", account.rejected), figure("padded", account.padded),
                 figure("empty_lines", account.empty_lines)});
  }
  const std::string key = html_bar_key({{"got", "contributed"}, {"idle", "nothing used"}, {"had", "not in the original"}, {"none", "no key"}});
  return html_section("accounts", "Accounts", "Nothing is dropped in silence: these sums were checked before anything was written.",
                      key + rows.html() + records.html());
}

std::string warnings(const ReportFacts& facts) {
  const std::vector<std::string> lines = all_warnings(facts.plan, facts.original, facts.enriched, facts.report);
  std::string out = lines.empty() ? "<p>There are none.</p>\n" : "<ul class=\"warnings\">";
  for (const std::string& line : lines) out += fmt::format("<li>{}</li>\n", html_escaped(line));
  return html_section("warnings", "Warnings", "What was noticed and not changed.", out + (lines.empty() ? "" : "</ul>\n"));
}

std::string timings(const ReportFacts& facts) {
  const MergeReport& report = facts.report;
  HtmlTable table("Stages", {{"Stage", Holds::text}, {"Time"}, {"Rows"}, {"Temporary files"}});
  for (const StageMeasure& stage : report.stages) {
    table.row({html_name(stage.name), short_time(stage.wall.count()), with_thousands(stage.rows), short_bytes(stage.spilled_bytes)});
  }
  const std::string lead = fmt::format("{} with the engine {} on {}; {} of memory at most, of {} allowed.", short_time(report.wall.count()),
                                       facts.engine, counted(static_cast<std::uint64_t>(facts.threads), "thread", "threads"),
                                       short_bytes(report.peak_rss_bytes), short_bytes(facts.memory_limit_bytes));
  return html_section("timings", "Time and memory", lead, table.html());
}

std::string rules(const std::string& spec_yaml) {
  if (spec_yaml.empty()) return "";
  return html_section("rules", "Rules in force", "As a spec file: crm-merge merge --spec rules.yaml does the same again.",
                      fmt::format("<details><summary>Show the rules</summary>\n<pre>{}</pre></details>\n", html_escaped(spec_yaml)));
}

std::string page_head(const ReportFacts& facts) {
  std::vector<std::string> names;
  for (const PlanInput& input : facts.plan.inputs) names.push_back(html_name(input.name));
  static constexpr std::pair<const char*, const char*> kLinks[] = {
      {"matching", "Matching"}, {"fill", "Fill"}, {"vendors", "Vendors"}, {"conflicts", "Conflicts"}, {"accounts", "Accounts"},
      {"warnings", "Warnings"}, {"files", "Files"}, {"rules", "Rules"}, {"timings", "Time"}};
  std::string links;
  for (const auto& [id, title] : kLinks) links += fmt::format("<li><a href=\"#{}\">{}</a></li>", id, title);
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<meta name=\"generator\" content=\"crm-merge {}\">\n<link rel=\"icon\" href=\"data:,\">\n<title>Merge report: {}</title>\n<style>{}</style>\n"
      "</head>\n<body>\n<a class=\"skip\" href=\"#main\">To the figures</a>\n<header>\n<h1>Merge report</h1>\n"
      "<p class=\"soft\">{}<bdi>{}</bdi>, enriched with {}</p>\n",
      html_escaped(facts.version), html_escaped(file_title(facts.original.path)), kReportStyle,
      facts.plan.dry_run ? "Dry run, nothing was written: " : "", html_escaped(file_title(facts.original.path)),
      fmt::join(names, ", ")) +
         hero(facts) + fmt::format("<nav aria-label=\"Sections\"><ul>{}</ul></nav>\n</header>\n<main id=\"main\">\n", links);
}

}  // namespace

std::string report_html(const ReportFacts& facts, const std::string& spec_yaml) {
  std::string page = page_head(facts);
  page += matching(facts) + fill(facts) + vendors(facts) + conflicts(facts) + accounts(facts) + warnings(facts);
  page += html_files(facts) + rules(spec_yaml) + timings(facts);
  return page + fmt::format("</main>\n<footer><p>crm-merge {}. The JSON report has the same figures.</p></footer>\n</body>\n</html>\n",
                            html_escaped(facts.version));
}

}  // namespace crm
