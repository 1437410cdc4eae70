#include "engine/side_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "output/csv_writer.h"

namespace crm {
namespace {

bool ends_with_folded(std::string_view path, std::string_view suffix) {
  if (path.size() < suffix.size()) return false;
  const std::string_view end = path.substr(path.size() - suffix.size());
  return std::equal(end.begin(), end.end(), suffix.begin(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + ('a' - 'A') : a) == b; });
}

/// A record whose fields are certainly more than one, so that an empty one needs no quotes.
template <std::size_t N>
void append_fields(const std::array<std::string_view, N>& fields, char delimiter, std::string& out) {
  for (std::size_t i = 0; i < N; ++i) {
    if (i > 0) out += delimiter;
    append_field(fields[i], delimiter, out);
  }
  out += '\n';
}

std::string header_of(const std::vector<std::string_view>& names, char delimiter) {
  std::string out;
  append_record(names, delimiter, out);
  return out;
}

}  // namespace

char output_delimiter(std::string_view path) {
  for (const std::string_view packed : {".gz", ".zst"}) {
    if (ends_with_folded(path, packed)) path.remove_suffix(packed.size());
  }
  return ends_with_folded(path, ".tsv") ? '\t' : ',';
}

std::string merged_header(const MergePlan& plan, char delimiter) {
  std::vector<std::string_view> names;
  for (const OutputColumn& column : plan.output) names.push_back(column.name);
  return header_of(names, delimiter);
}

std::string_view strategy_rule(Strategy strategy) {
  switch (strategy) {
    case Strategy::first:
      return "first";
    case Strategy::last:
      return "last";
    case Strategy::longest:
      return "longest";
    case Strategy::most_complete:
      return "most_complete";
    case Strategy::most_recent:
      return "most_recent";
    case Strategy::most_frequent:
      return "most_frequent";
    case Strategy::concat:
      return "concat";
  }
  return "first";
}

std::string provenance_header(char delimiter) {
  return header_of({"row", "record_id", "column", "before", "after", "file", "line", "matched_on", "rule"},
                   delimiter);
}

void append_provenance(const MergePlan& plan, const ProvenanceLine& line, char delimiter, std::string& out) {
  const fmt::format_int row(line.row);
  std::string files, lines;
  for (const ValueSource& source : line.sources) {
    if (&source != line.sources.data()) {
      files += "; ";
      lines += "; ";
    }
    files += plan.inputs[source.file].name;
    fmt::format_to(std::back_inserter(lines), "{}", source.line);
  }
  append_fields<9>({std::string_view(row.data(), row.size()), line.record_id, line.column, line.before,
                    line.after, files, lines, line.matched_on, strategy_rule(line.rule)},
                   delimiter, out);
}

std::string conflicts_header(char delimiter) {
  return header_of({"row", "record_id", "column", "kind", "chosen", "chosen_from", "other", "other_from"},
                   delimiter);
}

void append_conflict(const ConflictLine& line, char delimiter, std::string& out) {
  const fmt::format_int row(line.row);
  append_fields<8>(
      {std::string_view(row.data(), row.size()), line.record_id, line.column,
       line.real ? "real" : "formatting", line.chosen, line.chosen_from, line.other, line.other_from},
      delimiter, out);
}

std::string source_names(const MergePlan& plan, std::span<const ValueSource> sources) {
  std::string names;
  for (const ValueSource& source : sources) {
    if (&source != sources.data()) names += "; ";
    names += plan.inputs[source.file].name;
  }
  return names;
}

std::string unmatched_header(const MergePlan& plan, char delimiter) {
  std::vector<std::string_view> names;
  for (const int column : plan.unmatched_columns) names.push_back(plan.columns[column].name);
  return header_of(names, delimiter);
}

std::vector<int> merged_columns_in_output_order(const MergePlan& plan) {
  std::vector<int> columns;
  for (const OutputColumn& column : plan.output) {
    const bool merged = column.column >= 0 && column.role != OutputColumn::Role::alternate;
    if (merged) columns.push_back(column.column);
  }
  return columns;
}

}  // namespace crm
