#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/summary.h"
#include "app/terminal.h"

// The words of the summary, one function for each thing it tells; "" where there is nothing to tell.
namespace crm {

enum class Align { left, right };

/// Rows of cells as text in columns; the first row is the head.
class Table {
 public:
  explicit Table(std::vector<Align> columns) : columns_(std::move(columns)) {}
  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  /// Each line begins with `indent` spaces and is cut at the display's width.
  std::string text(const Display& display, int indent) const;

 private:
  std::vector<Align> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// A column of the original that holds more after the merge than before.
struct FilledColumn {
  std::string name;
  std::uint64_t before = 0, after = 0;
};

/// Columns of the original that were filled, those with the most cells filled first; ties in the plan's order.
std::vector<FilledColumn> most_filled_columns(const SummaryFacts& facts);

/// What was there, what came, what is missing, in `width` columns.
std::string fill_bar(const FilledColumn& column, std::uint64_t rows, int width);

/// "UTF-8 with BOM", "semicolon": how encodings and delimiters are called.
std::string encoding_text(const InputProfile& profile);
/// "CSV", "Parquet", "Excel sheet Contacts".
std::string table_kind_text(const InputProfile& profile);
std::string delimiter_text(char delimiter);

std::string file_name(const std::string& path);
std::string identifier_columns(const SummaryFacts& facts, const PlanIdentifier& identifier);
std::string conflicts_text(const SummaryFacts& facts);
std::string protected_text(const SummaryFacts& facts);
std::string new_columns_text(const SummaryFacts& facts);
/// A text for each file with columns that a synonym led to a column of the original.
std::vector<std::string> mapped_texts(const SummaryFacts& facts);
std::string shared_keys_text(const SummaryFacts& facts);
std::string net_new_text(const SummaryFacts& facts);
std::string repaired_text(const SummaryFacts& facts);
std::string rejected_text(const SummaryFacts& facts);
std::string written_text(const SummaryFacts& facts);

}  // namespace crm
