#include "compare/differences.h"

#include "base/text.h"
#include "output/csv_writer.h"

namespace crm {
namespace {

std::uint64_t line_of(const RecordBatch& batch, std::size_t row) { return batch.first_line + batch.line_offset(row); }

std::vector<std::string> key_of(const RecordBatch& batch, std::size_t row, const std::vector<std::size_t>& key_at) {
  std::vector<std::string> key;
  std::string scratch;
  for (const std::size_t column : key_at) key.emplace_back(batch.cell(row, column, scratch));
  return key;
}

}  // namespace

std::string example_text(std::string_view text) {
  return std::string(text.substr(0, utf8_prefix(text.substr(0, kKeptExampleBytes))));
}

std::string key_text(const std::vector<std::string>& key) {
  std::string text;
  for (const std::string& cell : key) {
    if (!text.empty()) text += " / ";
    text += example_text(cell);
  }
  return text;
}

std::string DifferenceWriter::header() const {
  std::vector<std::string_view> fields = {"kind", "line_a", "line_b"};
  for (const int column : columns_->key) fields.push_back((*options_.header_a)[static_cast<std::size_t>(column)]);
  fields.insert(fields.end(), {"column", "a", "b"});
  std::string csv;
  append_record(fields, options_.delimiter, csv);
  return csv;
}

void DifferenceWriter::append_line(std::string_view kind, std::string_view line_a, std::string_view line_b,
                                   const std::vector<std::string>& key, const Cell& cell, std::string& csv) const {
  std::vector<std::string_view> fields = {kind, line_a, line_b};
  fields.insert(fields.end(), key.begin(), key.end());
  fields.insert(fields.end(), {cell.column, cell.a, cell.b});
  append_record(fields, options_.delimiter, csv);
}

void DifferenceWriter::compare(const RecordBatch& batch, std::size_t row, FetchedRow partner,
                               FoundDifferences& found) const {
  std::string scratch;
  std::vector<std::string> key;
  const std::uint64_t line_a = line_of(batch, row), line_b = partner.line();
  for (std::size_t i = 0; i < columns_->compared.size(); ++i) {
    const std::string_view a = batch.cell(row, columns_->compared_at[i], scratch), b = partner.next_cell();
    if (a == b) continue;
    if (key.empty()) key = key_of(batch, row, columns_->key_at);
    ColumnDifferences& column = found.columns[i];
    ++column.cells;
    column.only_in_a += options_.blank.is_blank(b);
    column.only_in_b += options_.blank.is_blank(a);
    if (column.examples.size() < kShownExamples) {
      column.examples.push_back({key_text(key), line_a, line_b, example_text(a), example_text(b)});
    }
    if (!options_.lists) continue;
    const std::string& name = (*options_.header_a)[static_cast<std::size_t>(columns_->compared[i])];
    append_line("changed", std::to_string(line_a), std::to_string(line_b), key, {name, a, b}, found.csv);
  }
}

void DifferenceWriter::add_lone(Side side, const RecordBatch& batch, std::size_t row,
                                const std::vector<std::size_t>& key_at, FoundDifferences& found) const {
  const std::vector<std::string> key = key_of(batch, row, key_at);
  const std::uint64_t line = line_of(batch, row);
  if (found.lone.size() < kShownExamples) found.lone.push_back({key_text(key), line});
  if (!options_.lists) return;
  const std::string number = std::to_string(line);
  if (side == Side::a) append_line("only_a", number, "", key, {}, found.csv);
  else append_line("only_b", "", number, key, {}, found.csv);
}

}  // namespace crm
