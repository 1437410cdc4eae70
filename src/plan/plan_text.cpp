#include "plan/plan_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/text.h"
#include "model/rule_names.h"
#include "plan/column_names.h"

namespace crm {
namespace {

std::string format_shown(const InputProfile& file) {
  switch (file.format) {
    case FileFormat::csv: return file.encoding;
    case FileFormat::json_lines: return "JSON lines";
    case FileFormat::parquet: return "Parquet";
    case FileFormat::xlsx: return "sheet " + shown(file.sheet);
  }
  return "";
}

std::string delimiter_shown(char delimiter) {
  switch (delimiter) {
    case ',':
      return "comma";
    case '\t':
      return "tab";
    case ';':
      return "semicolon";
    case '|':
      return "pipe";
    default:
      return fmt::format("'{}'", delimiter);
  }
}

std::string plural(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string columns_shown(const std::vector<std::string>& header, const std::vector<int>& columns) {
  if (columns.empty()) return "-";
  std::vector<std::string> names;
  for (int column : columns) names.push_back(shown(header[column]));
  return fmt::format("{}", fmt::join(names, ", "));
}

/// Rows of cells with the columns under each other; the last column is not padded.
class Table {
 public:
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }

  void print(std::string& out) const {
    std::vector<std::size_t> widths;
    for (const auto& row : rows_) {
      widths.resize(std::max(widths.size(), row.size()));
      for (std::size_t i = 0; i + 1 < row.size(); ++i) widths[i] = std::max(widths[i], code_points(row[i]));
    }
    for (const auto& row : rows_) {
      std::string line = " ";
      for (std::size_t i = 0; i < row.size(); ++i) {
        line += ' ';
        line += row[i];
        if (i + 1 < row.size()) line.append(widths[i] - code_points(row[i]) + 1, ' ');
      }
      line.erase(line.find_last_not_of(' ') + 1);
      out += line;
      out += '\n';
    }
  }

 private:
  std::vector<std::vector<std::string>> rows_;
};

void print_inputs(std::string& out, const InputProfile& original, const std::vector<InputProfile>& enriched) {
  out += "Inputs\n";
  Table table;
  const auto add = [&](const std::string& rank, const InputProfile& file) {
    if (file.empty) {
      table.add({rank, shown(file.name), "empty"});
      return;
    }
    table.add({rank, shown(file.name), plural(file.columns.size(), "column"), format_shown(file),
               (file.format == FileFormat::csv ? delimiter_shown(file.dialect.delimiter) : "") +
                   (file.dialect.has_header ? "" : ", no header")});
  };
  add("", original);
  for (std::size_t i = 0; i < enriched.size(); ++i) add(std::to_string(i + 1), enriched[i]);
  table.print(out);
}

void print_identifiers(std::string& out, const MergePlan& plan, const std::vector<InputProfile>& enriched) {
  if (plan.identifiers.empty()) {
    out += "\nRows match by nothing\n";
    return;
  }
  out += plan.match == MatchMode::all ? "\nRows match by all of\n" : "\nRows match by the first of\n";
  for (std::size_t i = 0; i < plan.identifiers.size(); ++i) {
    const PlanIdentifier& identifier = plan.identifiers[i];
    out += fmt::format("  {}. {}", i + 1, identifier.label);
    if (identifier.max_shared > 0)
      out += fmt::format(", if on at most {} of a file", plural(identifier.max_shared, "row"));
    out += '\n';
    if (identifier.company_fills_only) {
      std::vector<std::string> fills;
      for (int column : identifier.fills) fills.push_back(plan.columns[column].name);
      out += fmt::format("     a company's key fills only: {}\n", shown_list(fills, fills.size()));
    }
    Table table;
    table.add({"  ", "original", columns_shown(plan.original_header, identifier.original_columns)});
    for (std::size_t file = 0; file < plan.inputs.size(); ++file) {
      table.add({"  ", plan.inputs[file].name,
                 columns_shown(enriched[file].columns, plan.inputs[file].identifier_columns[i])});
    }
    table.print(out);
  }
  if (plan.email_aliases) out += "  e-mail aliases count as one address\n";
  const bool has_phone = std::any_of(plan.identifiers.begin(), plan.identifiers.end(),
                                     [](const auto& identifier) { return identifier.kind == Kind::phone; });
  if (has_phone) out += fmt::format("  phones without a country code are of {}\n", plan.region);
}

/// "apollo "Title", zoominfo "Job Title"" in the order in which this column takes them.
std::string sources_shown(const MergePlan& plan, const PlanColumn& column,
                          const std::vector<InputProfile>& enriched) {
  std::vector<std::size_t> files(plan.inputs.size());
  for (std::size_t file = 0; file < files.size(); ++file) files[column.rank[file]] = file;
  std::vector<std::string> sources;
  for (std::size_t file : files) {
    if (column.sources[file] < 0) continue;
    sources.push_back(
        fmt::format("{} {}", plan.inputs[file].name, shown(enriched[file].columns[column.sources[file]])));
  }
  return fmt::format("{}", fmt::join(sources, ", "));
}

std::string rules_shown(const PlanColumn& column, OutputColumn::Role role) {
  std::string rules;
  if (role == OutputColumn::Role::original) rules += fmt::format("{}, ", policy_name(column.policy));
  rules += strategy_name(column.strategy);
  if (column.kind != Kind::exact) rules += fmt::format(", {}", kind_name(column.kind));
  if (column.is_identifier) rules += ", identifier";
  return rules;
}

void print_columns(std::string& out, const MergePlan& plan, const std::vector<InputProfile>& enriched) {
  out += "\nOutput columns\n";
  Table table;
  for (std::size_t i = 0; i < plan.output.size(); ++i) {
    const OutputColumn& output = plan.output[i];
    const std::string number = std::to_string(i + 1);
    using Role = OutputColumn::Role;
    switch (output.role) {
      case Role::original:
      case Role::fresh:
        if (output.column < 0) {
          table.add({number, shown(output.name), "as it is"});
        } else {
          const PlanColumn& column = plan.columns[output.column];
          table.add({number, shown(output.name),
                     (output.role == Role::fresh ? "new, " : "") + rules_shown(column, output.role),
                     sources_shown(plan, column, enriched)});
        }
        break;
      case Role::alternate:
        table.add({number, shown(output.name),
                   fmt::format("alternate of {}", shown(plan.columns[output.column].name))});
        break;
      case Role::matched_on:
        table.add({number, shown(output.name), "the identifier that matched"});
        break;
      case Role::match_score:
        table.add({number, shown(output.name), "1 for equal keys"});
        break;
      case Role::enriched_from:
        table.add({number, shown(output.name), "the files that matched"});
        break;
      case Role::match_quality:
        table.add({number, shown(output.name), "matched or unmatched"});
        break;
    }
  }
  table.print(out);
}

void print_left_out(std::string& out, const MergePlan& plan, const std::vector<InputProfile>& enriched) {
  Table table;
  bool any = false;
  for (std::size_t file = 0; file < plan.inputs.size(); ++file) {
    std::vector<int> columns;
    for (std::size_t i = 0; i < plan.inputs[file].targets.size(); ++i) {
      if (plan.inputs[file].targets[i] < 0) columns.push_back(static_cast<int>(i));
    }
    if (columns.empty()) continue;
    any = true;
    table.add({plan.inputs[file].name, columns_shown(enriched[file].columns, columns)});
  }
  if (!any) return;
  out += "\nLeft out\n";
  table.print(out);
}

void print_rules(std::string& out, const MergePlan& plan, const std::vector<InputProfile>& enriched) {
  Table table;
  const auto uses = [&](Strategy strategy) {
    return std::any_of(plan.columns.begin(), plan.columns.end(),
                       [&](const PlanColumn& column) { return column.strategy == strategy; });
  };
  if (plan.record_id_column) table.add({"record id", shown(plan.original_header[*plan.record_id_column])});
  if (!plan.blank_tokens.empty())
    table.add({"blank too", shown_list(plan.blank_tokens, plan.blank_tokens.size())});
  if (uses(Strategy::concat)) table.add({"separator", shown(plan.separator)});
  if (uses(Strategy::most_recent)) {
    for (std::size_t file = 0; file < plan.inputs.size(); ++file) {
      const auto& column = plan.inputs[file].recency_column;
      table.add({"recency", fmt::format("{} {}", plan.inputs[file].name,
                                        column ? shown(enriched[file].columns[*column]) : "-")});
    }
    if (plan.recency_format) table.add({"recency as", shown(*plan.recency_format)});
  }
  std::vector<std::string> outputs;
  if (plan.want_changes) outputs.push_back("changes");
  if (plan.want_provenance) outputs.push_back("provenance");
  if (plan.want_conflicts) outputs.push_back("conflicts");
  if (plan.want_unmatched) outputs.push_back("unmatched enriched");
  if (plan.dry_run) outputs = {"the report alone"};
  if (!outputs.empty()) table.add({"also writes", fmt::format("{}", fmt::join(outputs, ", "))});
  std::string rules;
  table.print(rules);
  if (!rules.empty()) out += "\nRules\n" + rules;
}

void print_lines(std::string& out, std::string_view title, const std::vector<std::string>& lines) {
  if (lines.empty()) return;
  out += fmt::format("\n{}\n", title);
  for (const std::string& line : lines) out += fmt::format("  {}\n", line);
}

}  // namespace

std::string plan_text(const MergePlan& plan, const InputProfile& original,
                      const std::vector<InputProfile>& enriched) {
  std::string out;
  print_inputs(out, original, enriched);
  print_identifiers(out, plan, enriched);
  print_columns(out, plan, enriched);
  print_left_out(out, plan, enriched);
  print_rules(out, plan, enriched);
  print_lines(out, "Decided", plan.decisions);
  print_lines(out, "Warnings", plan.warnings);
  return out;
}

}  // namespace crm
