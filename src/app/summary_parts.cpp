#include "app/summary_parts.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "report/figures.h"
#include "report/report_warnings.h"
#include "merge/output_check.h"
#include "base/text.h"

namespace crm {

std::string encoding_text(const InputProfile& profile) {
  static const std::pair<const char*, const char*> kNames[] = {
      {"utf-8", "UTF-8"},       {"utf-16le", "UTF-16LE"}, {"utf-16be", "UTF-16BE"},
      {"utf-32le", "UTF-32LE"}, {"utf-32be", "UTF-32BE"}, {"windows-1252", "Windows-1252"}};
  std::string text = printable(profile.encoding);
  for (const auto& [code, name] : kNames) {
    if (profile.encoding == code) text = name;
  }
  return profile.has_bom ? text + " with BOM" : text;
}

std::string delimiter_text(char delimiter) {
  switch (delimiter) {
    case ',': return "comma";
    case '\t': return "tab";
    case ';': return "semicolon";
    case '|': return "pipe";
    default: return printable(std::string(1, delimiter)) + " as delimiter";
  }
}

namespace {

/// The names, each once, as they stand in a sentence.
std::string joined(const std::vector<std::string>& names) {
  std::vector<std::string> shown;
  for (const std::string& name : names) shown.push_back(printable(name));
  return fmt::format("{}", fmt::join(shown, ", "));
}

bool was_mapped_by_hand(const MergeSpec& spec, const std::string& theirs) {
  return std::any_of(spec.maps.begin(), spec.maps.end(),
                     [&](const MapRule& rule) { return rule.theirs.starts_with("#") || same_name(rule.theirs, theirs); });
}

}  // namespace

std::string Table::text(const Display& display, int indent) const {
  std::vector<int> widths(columns_.size(), 0);
  for (const auto& cells : rows_) {
    for (std::size_t c = 0; c < cells.size(); ++c) widths[c] = std::max(widths[c], display_width(cells[c]));
  }
  std::string out;
  for (const auto& cells : rows_) {
    std::string line;
    for (std::size_t c = 0; c < cells.size(); ++c) {
      if (c > 0) line += "  ";
      line += columns_[c] == Align::left ? pad(cells[c], widths[c]) : pad_left(cells[c], widths[c]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    line = shorten(line, display.width - indent);
    const bool head = &cells == &rows_.front();
    out += std::string(static_cast<std::size_t>(indent), ' ') + (head ? paint(display, Colour::dim, line) : line) + "\n";
  }
  return out;
}

std::vector<FilledColumn> most_filled_columns(const SummaryFacts& facts) {
  std::vector<FilledColumn> columns;
  for (std::size_t i = 0; i < facts.plan.columns.size() && i < facts.report.columns.size(); ++i) {
    const PlanColumn& column = facts.plan.columns[i];
    const ColumnAccount& account = facts.report.columns[i];
    if (column.original_column && account.filled_after > account.filled_before) {
      columns.push_back({column.name, account.filled_before, account.filled_after});
    }
  }
  std::stable_sort(columns.begin(), columns.end(), [](const FilledColumn& a, const FilledColumn& b) {
    return a.after - a.before > b.after - b.before;
  });
  return columns;
}

std::string fill_bar(const FilledColumn& column, std::uint64_t rows, int width) {
  const auto cells = [&](std::uint64_t count) {
    return rows == 0 ? 0 : static_cast<int>(static_cast<double>(count) * width / static_cast<double>(rows) + 0.5);
  };
  std::string out;
  for (int i = 0; i < width; ++i) out += i < cells(column.before) ? "█" : i < cells(column.after) ? "▓" : "░";
  return out;
}

std::string file_name(const std::string& path) {
  if (path == "-") return "standard input";
  return std::filesystem::path(path).filename().string();
}

std::string table_kind_text(const InputProfile& profile) {
  switch (profile.format) {
    case FileFormat::csv: return "CSV";
    case FileFormat::json_lines: return "JSON lines";
    case FileFormat::parquet: return "Parquet";
    case FileFormat::xlsx: return "Excel sheet " + printable(profile.sheet);
  }
  return "";
}

std::string format_text(const InputProfile& profile) {
  if (profile.empty) return "empty";
  std::vector<std::string> parts;
  if (profile.compression != "none" && !profile.compression.empty()) parts.push_back(profile.compression);
  switch (profile.format) {
    case FileFormat::csv:
      parts.push_back(encoding_text(profile));
      if (profile.columns.size() > 1) parts.push_back(delimiter_text(profile.dialect.delimiter));
      break;
    case FileFormat::json_lines:
    case FileFormat::parquet:
    case FileFormat::xlsx:
      parts.push_back(table_kind_text(profile));
      break;
  }
  parts.push_back(counted(profile.columns.size(), "column", "columns"));
  if (!profile.dialect.has_header) parts.push_back("no header");
  else if (profile.preamble_lines > 0) parts.push_back(fmt::format("header on line {}", profile.preamble_lines + 1));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string identifier_columns(const SummaryFacts& facts, const PlanIdentifier& identifier) {
  const std::size_t index = static_cast<std::size_t>(&identifier - facts.plan.identifiers.data());
  const auto named = [](const InputProfile& profile, const std::vector<int>& columns) {
    std::vector<std::string> names;
    for (const int c : columns) names.push_back(profile.columns[static_cast<std::size_t>(c)]);
    return joined(names);
  };
  std::vector<std::string> parts = {"original: " + named(facts.original, identifier.original_columns)};
  for (std::size_t i = 0; i < facts.plan.inputs.size(); ++i) {
    const std::vector<int>& columns = facts.plan.inputs[i].identifier_columns[index];
    parts.push_back(printable(facts.plan.inputs[i].name) + ": " +
                    (columns.empty() ? "none" : named(facts.enriched[i], columns)));
  }
  return fmt::format("{}", fmt::join(parts, " · "));
}

std::string conflicts_text(const SummaryFacts& facts) {
  std::uint64_t real = 0, formatting = 0;
  std::vector<std::pair<std::uint64_t, std::string>> by_column;
  for (std::size_t i = 0; i < facts.report.columns.size(); ++i) {
    const ColumnAccount& account = facts.report.columns[i];
    real += account.conflicts_real;
    formatting += account.conflicts_formatting;
    const bool settled = facts.plan.columns[i].policy == ConflictPolicy::original_only;
    if (account.conflicts_real > 0 && !settled) by_column.emplace_back(account.conflicts_real, facts.plan.columns[i].name);
  }
  if (real + formatting == 0) return "none";
  std::stable_sort(by_column.begin(), by_column.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::string text = fmt::format("{} with different values, {} that differ in formatting only",
                                 counted(real, "cell", "cells"), with_thousands(formatting));
  for (std::size_t i = 0; i < by_column.size() && i < 4; ++i) {
    text += fmt::format("{}{} {}", i == 0 ? " (" : ", ", printable(by_column[i].second), with_thousands(by_column[i].first));
  }
  if (!by_column.empty()) text += by_column.size() > 4 ? ", …)" : ")";
  if (facts.spec.outputs.conflicts.empty()) text += "; --conflicts FILE lists them";
  return text;
}

std::string protected_text(const SummaryFacts& facts) {
  if (facts.spec.on_conflict == ConflictPolicy::original_only) return "";
  std::vector<std::string> names;
  for (const PlanColumn& column : facts.plan.columns) {
    const bool asked = std::any_of(facts.spec.on_conflict_for.begin(), facts.spec.on_conflict_for.end(),
                                   [&](const auto& rule) { return same_name(rule.first, column.name); });
    if (column.original_column && column.policy == ConflictPolicy::original_only && !asked) names.push_back(column.name);
  }
  if (names.empty()) return "";
  return joined(names) + ": never changed, unless --on-conflict-for says so";
}

std::string new_columns_text(const SummaryFacts& facts) {
  constexpr std::size_t kListed = 6;
  std::vector<std::string> names;
  for (const PlanColumn& column : facts.plan.columns) {
    if (!column.original_column) names.push_back(column.name);
  }
  if (names.empty()) return "";
  const std::size_t count = names.size();
  if (count > kListed && !facts.verbose) names.resize(kListed);
  return fmt::format("{}: {}{}", with_thousands(count), joined(names), names.size() < count ? ", …" : "");
}

std::vector<std::string> mapped_texts(const SummaryFacts& facts) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < facts.plan.inputs.size(); ++i) {
    std::vector<std::string> pairs;
    for (std::size_t c = 0; c < facts.plan.inputs[i].targets.size(); ++c) {
      const int target = facts.plan.inputs[i].targets[c];
      if (target < 0) continue;
      const std::string& theirs = facts.enriched[i].columns[c];
      const PlanColumn& ours = facts.plan.columns[static_cast<std::size_t>(target)];
      if (!ours.original_column || same_name(theirs, ours.name) || was_mapped_by_hand(facts.spec, theirs)) continue;
      pairs.push_back(fmt::format("{} → {}", printable(theirs), printable(ours.name)));
    }
    if (!pairs.empty()) parts.push_back(fmt::format("{}: {}", printable(facts.plan.inputs[i].name), fmt::join(pairs, ", ")));
  }
  return parts;
}

std::string shared_keys_text(const SummaryFacts& facts) {
  const std::uint64_t keys = facts.report.shared_keys_total;
  if (keys == 0) return "";
  return fmt::format("{} on too many rows to mean one person, and matched nobody (--max-shared)",
                     counted(keys, "key is", "keys are"));
}

std::string net_new_text(const SummaryFacts& facts) {
  std::uint64_t rows = 0;
  for (const EnrichedAccount& account : facts.report.enriched) rows += account.unmatched;
  if (rows == 0) return "";
  if (facts.plan.want_unmatched) {
    return fmt::format("{} of {} are not in the original", counted(facts.report.net_new_records, "record", "records"),
                       counted(rows, "enriched row", "enriched rows"));
  }
  return fmt::format("{} not in the original; --unmatched-enriched FILE keeps them",
                     counted(rows, "enriched row is", "enriched rows are"));
}

std::string repaired_text(const SummaryFacts& facts) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < facts.report.inputs.size(); ++i) {
    const InputAccount& account = facts.report.inputs[i];
    const std::string name = i == 0 ? "original" : printable(facts.plan.inputs[i - 1].name);
    if (account.padded > 0) {
      parts.push_back(fmt::format("{}: {} filled up with blanks", name, counted(account.padded, "short row", "short rows")));
    }
    if (account.empty_lines > 0) {
      parts.push_back(fmt::format("{}: {} skipped", name, counted(account.empty_lines, "empty line", "empty lines")));
    }
  }
  return fmt::format("{}", fmt::join(parts, " · "));
}

std::string rejected_text(const SummaryFacts& facts) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < facts.report.inputs.size(); ++i) {
    const std::uint64_t rejected = facts.report.inputs[i].rejected;
    const std::string name = i == 0 ? "original" : printable(facts.plan.inputs[i - 1].name);
    if (rejected > 0) parts.push_back(fmt::format("{}: {}", name, counted(rejected, "record", "records")));
  }
  if (parts.empty()) return "";
  std::string text = fmt::format("{}", fmt::join(parts, " · "));
  if (!facts.spec.outputs.rejects.empty() && !facts.spec.dry_run) text += "; see " + printable(facts.spec.outputs.rejects);
  return text;
}

std::string written_text(const SummaryFacts& facts) {
  const std::string rows = counted(facts.report.output_rows, "row", "rows");
  const std::string changed = with_thousands(facts.report.changed_rows);
  if (facts.spec.dry_run) {
    return fmt::format("Dry run: nothing was written{}; {} would come out, {} of them changed",
                       facts.spec.outputs.report.empty() && facts.spec.outputs.report_html.empty() ? "" : " but the report", rows, changed);
  }
  std::string text = fmt::format("Wrote {}: {}, {} of them changed",
                                 facts.spec.outputs.merged == "-" ? "standard output" : printable(facts.spec.outputs.merged),
                                 rows, changed);
  std::vector<std::string> beside;
  for (const WantedOutput& output : wanted_outputs(facts.spec.outputs)) {
    if (output.option != "-o") beside.push_back(output.path == "-" ? "standard output" : printable(output.path));
  }
  if (!beside.empty()) text += fmt::format("; and {}", fmt::join(beside, ", "));
  return text;
}

std::string summary_json(const SummaryFacts& facts) {
  const MergeReport& report = facts.report;
  std::uint64_t real = 0, formatting = 0, rejected = 0, padded = 0;
  for (const ColumnAccount& column : report.columns) {
    real += column.conflicts_real;
    formatting += column.conflicts_formatting;
  }
  for (const InputAccount& input : report.inputs) {
    rejected += input.rejected;
    padded += input.padded;
  }
  nlohmann::ordered_json out;
  auto& s = out["summary"];
  s["rows"] = report.output_rows;
  s["matched_rows"] = report.matched_rows;
  s["unmatched_rows"] = report.unmatched_rows;
  s["changed_rows"] = report.changed_rows;
  s["conflicts_real"] = real;
  s["conflicts_formatting"] = formatting;
  s["rejected"] = rejected;
  s["padded"] = padded;
  s["net_new_records"] = report.net_new_records;
  s["dry_run"] = facts.spec.dry_run;
  s["outputs"] = nlohmann::json::array();
  for (const WantedOutput& output : wanted_outputs(facts.spec.outputs)) {
    if (!facts.spec.dry_run || output.option == "--report" || output.option == "--save-spec") s["outputs"].push_back(output.path);
  }
  s["warnings"] = all_warnings(facts.plan, facts.original, facts.enriched, facts.report);
  s["seconds"] = report.wall.count();
  s["peak_rss_bytes"] = report.peak_rss_bytes;
  return out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace crm
