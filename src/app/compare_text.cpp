#include "app/compare_text.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "report/figures.h"
#include "app/summary.h"
#include "app/summary_parts.h"
#include "base/text.h"
#include "model/rule_names.h"

namespace crm {
namespace {

constexpr int kLabelWidth = 12;
constexpr std::size_t kListedNames = 8;
constexpr int kValueWidth = 32;

std::string entry(const Display& display, std::string_view label, std::string_view text) {
  return "  " + pad(label, kLabelWidth) + "  " + wrap(text, display.width, kLabelWidth + 4) + "\n";
}

std::string heading(const Display& display, std::string_view title) {
  return "\n" + paint(display, Colour::bold, title) + "\n";
}

std::string name_of(const ComparedFile& file, int column) {
  return printable(file.profile.columns[static_cast<std::size_t>(column)]);
}

std::string listed(const ComparedFile& file, const std::vector<int>& columns) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < columns.size() && i < kListedNames; ++i) names.push_back(name_of(file, columns[i]));
  return fmt::format("{}: {}{}", columns.size(), fmt::join(names, ", "), names.size() < columns.size() ? ", …" : "");
}

std::string files_section(const Comparison& comparison, const Display& display) {
  Table table({Align::left, Align::right, Align::left, Align::left});
  table.row({"", "rows", "", ""});
  for (const ComparedFile* file : {&comparison.a, &comparison.b}) {
    table.row({file == &comparison.a ? "A" : "B", with_thousands(file->account.rows),
               shorten(printable(file_name(file->profile.path)), 32), format_text(file->profile)});
  }
  return paint(display, Colour::bold, "Files") + "\n" + table.text(display, 2);
}

std::string key_section(const Comparison& comparison, const Display& display) {
  std::vector<std::string> parts;
  for (const KeyColumn& key : comparison.columns.key) {
    parts.push_back(name_of(comparison.a, key.a) + (key.kind ? fmt::format(" as {}", kind_name(*key.kind)) : ""));
  }
  std::string text = fmt::format("{}", fmt::join(parts, ", "));
  if (comparison.columns.key_was_detected) text += " (the record id; --key names another)";
  std::string out = "\n" + entry(display, "Key", text);
  for (const ComparedFile* file : {&comparison.a, &comparison.b}) {
    const char* name = file == &comparison.a ? "A" : "B";
    if (file->repeated_keys > 0) {
      out += entry(display, "", fmt::format("{}: {} on {} rows; rows of one key are paired in their order", name,
                                            counted(file->repeated_keys, "key is", "keys are"),
                                            with_thousands(file->rows_of_repeated_keys)));
    }
    if (file->blank_keys > 0) {
      out += entry(display, "", fmt::format("{}: {} a blank key", name, counted(file->blank_keys, "row has", "rows have")));
    }
  }
  return out;
}

std::string columns_section(const Comparison& comparison, const Display& display) {
  std::vector<std::string> renamed, moved;
  for (const ColumnPair& pair : comparison.columns.pairs) {
    if (pair.renamed) renamed.push_back(fmt::format("{} → {}", name_of(comparison.a, pair.a), name_of(comparison.b, pair.b)));
    if (pair.moved) moved.push_back(fmt::format("{} from {} to {}", name_of(comparison.a, pair.a), pair.a + 1, pair.b + 1));
  }
  std::string out;
  const auto add = [&](std::string_view label, const std::string& text) {
    if (!text.empty()) out += entry(display, label, text);
  };
  const ColumnPairs& columns = comparison.columns;
  if (!columns.only_a.empty()) add("Only in A", listed(comparison.a, columns.only_a));
  if (!columns.only_b.empty()) add("Only in B", listed(comparison.b, columns.only_b));
  add("Renamed", fmt::format("{}", fmt::join(renamed, ", ")));
  add("Moved", fmt::format("{}", fmt::join(moved, ", ")));
  if (!columns.ignored.empty()) {
    std::vector<std::string> names;
    for (const std::string& name : columns.ignored) names.push_back(printable(name));
    if (names.size() > kListedNames) names.resize(kListedNames);
    add("Not compared", fmt::format("{}: {}{}", columns.ignored.size(), fmt::join(names, ", "),
                                    names.size() < columns.ignored.size() ? ", …" : ""));
  }
  return out.empty() ? "" : heading(display, "Columns") + out;
}

std::string lone_text(const ComparedFile& file) {
  std::string text = with_thousands(file.lone_rows);
  for (std::size_t i = 0; i < file.lone_examples.size(); ++i) {
    const LoneRow& row = file.lone_examples[i];
    text += fmt::format("{}{} (line {})", i == 0 ? ": " : ", ", shorten(printable(row.key), kValueWidth), with_thousands(row.line));
  }
  return file.lone_examples.size() < file.lone_rows && !file.lone_examples.empty() ? text + ", …" : text;
}

std::string rows_section(const Comparison& comparison, const Display& display) {
  std::string out = heading(display, "Rows");
  out += entry(display, "Equal", with_thousands(comparison.equal_rows));
  out += entry(display, "Changed", with_thousands(comparison.changed_rows()));
  out += entry(display, "Only in A", lone_text(comparison.a));
  out += entry(display, "Only in B", lone_text(comparison.b));
  if (comparison.paired_rows > 1) {
    out += entry(display, "Order", comparison.steps_back == 0
                                       ? "the same"
                                       : fmt::format("another: going down A, B steps back {}",
                                                     counted(comparison.steps_back, "time", "times")));
  }
  return out;
}

std::string value_text(const std::string& value, int width) {
  return is_white(value) ? "(blank)" : shorten(printable(value), width);
}

std::string cells_section(const Comparison& comparison, const Display& display) {
  std::vector<std::size_t> differing;
  for (std::size_t i = 0; i < comparison.by_column.size(); ++i) {
    if (comparison.by_column[i].cells > 0) differing.push_back(i);
  }
  if (differing.empty()) return "";
  std::stable_sort(differing.begin(), differing.end(), [&](std::size_t x, std::size_t y) {
    return comparison.by_column[x].cells > comparison.by_column[y].cells;
  });
  Table table({Align::left, Align::right, Align::right, Align::right, Align::left});
  table.row({"", "cells", "blank in B", "blank in A", "A → B"});
  for (const std::size_t i : differing) {
    const ColumnDifferences& column = comparison.by_column[i];
    std::string label = shorten(name_of(comparison.a, comparison.columns.pairs[i].a), 28);
    std::vector<std::string> figures = {with_thousands(column.cells), with_thousands(column.only_in_a), with_thousands(column.only_in_b)};
    for (const CellExample& example : column.examples) {
      const int room = std::clamp((display.width - 50) / 2, 10, kValueWidth);
      table.row({label, figures[0], figures[1], figures[2],
                 fmt::format("{} → {}  (line {})", value_text(example.a, room), value_text(example.b, room),
                             with_thousands(example.line_a))});
      label.clear();
      figures.assign(3, "");
    }
  }
  return heading(display, fmt::format("Cells that differ: {}", with_thousands(comparison.differing_cells))) +
         table.text(display, 2);
}

}  // namespace

std::string comparison_text(const Comparison& comparison, const CompareClosing& closing, const Display& display) {
  std::string out = files_section(comparison, display);
  out += key_section(comparison, display);
  out += columns_section(comparison, display);
  out += rows_section(comparison, display);
  out += cells_section(comparison, display);
  out += "\n" + (closing.equal ? paint(display, Colour::green, "The files are equal")
                               : paint(display, Colour::yellow, "The files differ"));
  if (!closing.differences_path.empty()) out += "; see " + printable(closing.differences_path);
  std::string figures = fmt::format("{}, {} of memory at most", short_time(closing.seconds), short_bytes(closing.peak_bytes));
  if (comparison.spilled_bytes > 0) figures += fmt::format(", {} of temporary files", short_bytes(comparison.spilled_bytes));
  return out + "\n" + paint(display, Colour::dim, figures) + "\n";
}

}  // namespace crm
