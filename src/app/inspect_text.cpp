#include "app/inspect_text.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "report/figures.h"
#include "app/summary_parts.h"
#include "model/rule_names.h"

namespace crm {
namespace {

constexpr int kLabelWidth = 11;
constexpr std::size_t kListedNames = 8;
constexpr int kRejectTextWidth = 60;

std::string entry(const Display& display, std::string_view label, std::string_view text, int label_width = kLabelWidth) {
  return "  " + pad(shorten(label, label_width), label_width) + "  " + wrap(text, display.width, label_width + 4) + "\n";
}

/// "semicolon (sure: 100 % of 4 records have 3 fields)", "UTF-8 (UTF-8 BOM)".
std::string sure(const std::string& value, const Certainty& certainty) {
  if (certainty.given) return fmt::format("{} ({})", value, certainty.reason);
  return fmt::format("{} ({:.0f} % sure: {})", value, std::floor(certainty.share * 100), certainty.reason);
}

std::string about(std::uint64_t count, bool exact) { return (exact ? "" : "~") + with_thousands(count); }

std::string header_text(const InputProfile& profile) {
  if (profile.empty) return "none: the file is empty";
  const std::string columns = counted(profile.columns.size(), "column", "columns");
  if (!profile.dialect.has_header) return columns + ", no header (--no-header)";
  if (profile.format == FileFormat::json_lines || profile.format == FileFormat::parquet) return sure(columns, profile.header_certainty);
  return sure(fmt::format("{}, header on line {}", columns, profile.preamble_lines + 1), profile.header_certainty);
}

std::string rows_text(const InspectedFile& file) {
  const FileFindings& findings = file.findings;
  std::string text = with_thousands(findings.account.rows);
  if (!findings.whole) {
    return fmt::format("the first {} of about {} (--sample)", text, short_count(static_cast<double>(file.profile->estimated_rows)));
  }
  if (findings.account.padded > 0) {
    text += fmt::format("; {} filled up with blanks", counted(findings.account.padded, "short row", "short rows"));
  }
  if (findings.account.empty_lines > 0) {
    text += fmt::format("; {} skipped", counted(findings.account.empty_lines, "empty line", "empty lines"));
  }
  return text;
}

std::string facts(const InspectedFile& file, const Display& display) {
  const InputProfile& profile = *file.profile;
  std::string kind = table_kind_text(profile);
  if (profile.compression != "none") kind = profile.compression + ", " + kind;
  if (profile.format == FileFormat::csv) {
    kind += ", " + sure(delimiter_text(profile.dialect.delimiter), profile.delimiter_certainty);
  }
  std::string out = entry(display, "Format", fmt::format("{}, {}", short_bytes(profile.file_bytes), kind));
  if (profile.format == FileFormat::csv || profile.format == FileFormat::json_lines) {
    out += entry(display, "Encoding", sure(encoding_text(profile), profile.encoding_certainty));
  }
  out += entry(display, "Header", header_text(profile));
  out += entry(display, "Rows", rows_text(file));
  return out;
}

std::string rejects(const FileFindings& findings, const Display& display) {
  if (findings.account.rejected == 0) return "";
  std::string out = entry(display, paint(display, Colour::yellow, "Rejected"),
                          fmt::format("{} cannot be read", counted(findings.account.rejected, "record", "records")),
                          kLabelWidth + (display.colour ? 7 : 0));
  for (const Reject& reject : findings.first_rejects) {
    const int room = std::max(20, std::min(kRejectTextWidth, display.width - kLabelWidth - 30));
    out += entry(display, "", fmt::format("line {}: {}: {}", with_thousands(reject.line), reject.reason,
                                          shorten(printable(reject.text), room)));
  }
  return out;
}

std::string samples_text(const ColumnFindings& column) {
  std::vector<std::string> shown;
  for (const std::string& sample : column.samples) shown.push_back(shorten(printable(sample), 40));
  return fmt::format("{}", fmt::join(shown, " · "));
}

std::string columns_table(const InspectedFile& file, const Display& display, bool verbose) {
  if (file.findings.columns.empty()) return "";
  Table table(verbose ? std::vector<Align>{Align::left, Align::right, Align::right, Align::left, Align::right, Align::left}
                      : std::vector<Align>{Align::left, Align::right, Align::right, Align::left, Align::left});
  table.row(verbose ? std::vector<std::string>{"column", "filled", "distinct", "kind", "length", "samples"}
                    : std::vector<std::string>{"column", "filled", "distinct", "kind", "samples"});
  const int name_width = std::clamp(display.width / 4, 18, 30);
  for (std::size_t c = 0; c < file.findings.columns.size(); ++c) {
    const ColumnFindings& column = file.findings.columns[c];
    std::vector<std::string> cells = {shorten(printable(file.profile->columns[c]), name_width),
                                      percent(column.filled, file.findings.account.rows),
                                      about(column.distinct, column.distinct_is_exact), column.kind.name};
    if (verbose) cells.push_back(column.shortest == column.longest ? with_thousands(column.longest)
                                                                   : fmt::format("{}–{}", column.shortest, column.longest));
    cells.push_back(samples_text(column));
    table.row(std::move(cells));
  }
  return "\n" + table.text(display, 2);
}

std::string notes(const InspectedFile& file, const Display& display) {
  std::string out;
  bool estimated = false;
  for (std::size_t c = 0; c < file.findings.columns.size(); ++c) {
    const ColumnFindings& column = file.findings.columns[c];
    estimated = estimated || !column.distinct_is_exact;
    for (const std::string& damage : column.damage) {
      out += entry(display, "Damaged", fmt::format("{}: {}", printable(file.profile->columns[c]), damage));
    }
  }
  for (const std::string& warning : file.findings.warnings) out += entry(display, "Warning", printable(warning));
  if (estimated) {
    out += entry(display, "~", fmt::format("an estimate, {:.1f} % off as a rule", file.findings.distinct_error * 100));
  }
  return out.empty() ? "" : "\n" + out;
}

std::string file_text(const InspectedFile& file, const Display& display, bool verbose, bool alone) {
  std::string title = printable(file_name(file.path));
  if (!alone) title = printable(file.name) + ": " + title;
  std::string out = paint(display, Colour::bold, title) + "\n";
  if (!file.profile) return out + entry(display, "Problem", printable(file.problem)) + "\n";
  out += facts(file, display);
  out += rejects(file.findings, display);
  out += columns_table(file, display, verbose);
  out += notes(file, display);
  return out + "\n";
}

/// "12: A, B, …".
std::string listed(std::vector<std::string> names, bool all) {
  const std::size_t count = names.size();
  for (std::string& name : names) name = printable(name);
  if (!all && count > kListedNames) names.resize(kListedNames);
  return fmt::format("{}: {}{}", count, fmt::join(names, ", "), names.size() < count ? ", …" : "");
}

std::string mapping_text(const Inspection& inspection, std::size_t file, const Display& display, bool verbose) {
  const InspectedFile& inspected = inspection.files[inspection.related[file + 1]];
  const HeaderMap& headers = inspection.relations->headers;
  std::vector<std::string> same, synonyms, fresh, left_out;
  for (std::size_t c = 0; c < headers.inputs[file].size(); ++c) {
    const MappedColumn& mapped = headers.inputs[file][c];
    const std::string& name = inspected.profile->columns[c];
    if (mapped.target < 0) left_out.push_back(name);
    else if (!headers.columns[static_cast<std::size_t>(mapped.target)].original_column) fresh.push_back(name);
    else if (mapped.reason == MapReason::name) same.push_back(name);
    else synonyms.push_back(fmt::format("{} → {}", name, headers.columns[static_cast<std::size_t>(mapped.target)].name));
  }
  std::string out = paint(display, Colour::bold, printable(inspected.name) + " onto the original") + "\n";
  const auto add = [&](std::string_view label, const std::vector<std::string>& names, bool all) {
    if (!names.empty()) out += entry(display, label, listed(names, all || verbose));
  };
  add("Same name", same, false);
  add("Synonyms", synonyms, true);
  add("New", fresh, false);
  add("Left out", left_out, false);
  return out + "\n";
}

std::string identifiers_text(const Inspection& inspection, const Display& display) {
  const FileRelations& relations = *inspection.relations;
  std::string out = paint(display, Colour::bold, "Identifiers that they share") + "\n";
  if (relations.identifiers.empty()) return out + "  none\n";
  Table table({Align::left, Align::left, Align::right, Align::right, Align::left});
  table.row({"", "", "keys", "in original", "columns"});
  bool estimated = false;
  for (std::size_t i = 0; i < relations.identifiers.size(); ++i) {
    std::string label(kind_name(relations.identifiers[i].kind));
    for (std::size_t f = 0; f < inspection.related.size(); ++f) {
      const std::vector<int>& columns = relations.identifiers[i].columns[f];
      if (columns.empty()) continue;
      const InspectedFile& file = inspection.files[inspection.related[f]];
      std::vector<std::string> names;
      for (const int column : columns) names.push_back(printable(file.profile->columns[static_cast<std::size_t>(column)]));
      const KeyFindings& keys = inspection.keys[i][f];
      estimated = estimated || !keys.keys_are_exact || !keys.in_first_is_exact;
      table.row({label, shorten(printable(file.name), 20), about(keys.keys, keys.keys_are_exact),
                 f == 0 ? "" : about(keys.in_first, keys.in_first_is_exact), fmt::format("{}", fmt::join(names, ", "))});
      label.clear();
    }
  }
  out += table.text(display, 2);
  if (estimated) out += "  ~ is an estimate from a sample of the keys\n";
  return out;
}

std::string merge_text(const FileRelations& relations, const Display& display) {
  if (relations.merge_by.empty()) {
    return "\n" + wrap("A merge needs to be told more: " + printable(relations.no_merge), display.width, 0) + "\n";
  }
  return "\n" + wrap(fmt::format("A merge without --on would match by {}", fmt::join(relations.merge_by, ", then ")),
                     display.width, 0) + "\n";
}

}  // namespace

std::string inspection_text(const Inspection& inspection, const Display& display, bool verbose) {
  std::string out;
  for (const InspectedFile& file : inspection.files) {
    out += file_text(file, display, verbose, inspection.files.size() == 1);
  }
  if (!inspection.relations) {
    out.pop_back();
    return out;
  }
  for (std::size_t f = 0; f + 1 < inspection.related.size(); ++f) out += mapping_text(inspection, f, display, verbose);
  out += identifiers_text(inspection, display);
  out += merge_text(*inspection.relations, display);
  return out;
}

}  // namespace crm
