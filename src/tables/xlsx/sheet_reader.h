#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tables/row_sink.h"
#include "tables/xlsx/number_format.h"
#include "tables/xlsx/shared_strings.h"
#include "tables/xlsx/workbook.h"
#include "tables/xlsx/xlsx_rows.h"
#include "tables/xlsx/xml_reader.h"

namespace crm {

/// The text of elements of a rich string: `t` counts, within `rPh` (how to pronounce it) it does not.
class RichText {
 public:
  explicit RichText(std::uint64_t max_bytes) : max_bytes_(max_bytes) {}
  void start(std::string_view name);
  void end(std::string_view name);
  void text(std::string_view text);
  void clear();
  /// The text so far, `_xHHHH_` made the characters that XML cannot hold. Once.
  std::string take();

 private:
  std::uint64_t max_bytes_;
  std::string text_;
  int phonetic_ = 0;
  bool within_text_ = false;
};

/// Fills the table of shared texts.
class SharedStringsHandler final : public XmlHandler {
 public:
  SharedStringsHandler(SharedStrings& strings, std::uint64_t max_bytes) : strings_(strings), text_(max_bytes) {}
  void start(std::string_view name, const XmlAttributes& attributes) override;
  void end(std::string_view name) override;
  void text(std::string_view text) override { text_.text(text); }

 private:
  SharedStrings& strings_;
  RichText text_;
};

/// Makes rows of a sheet's cells.
class SheetHandler final : public XmlHandler {
 public:
  SheetHandler(const Workbook& workbook, SharedStrings& strings, const XlsxOptions& options, RowSink& sink);

  void start(std::string_view name, const XmlAttributes& attributes) override;
  void end(std::string_view name) override;
  void text(std::string_view text) override;

  std::size_t columns() const { return columns_; }
  /// What could not be shown as it is displayed, and what a reader should know.
  std::vector<std::string> warnings() const;

 private:
  /// What `t` of a cell says of its value.
  enum class CellType { number, shared, inline_text, formula_text, boolean, error, date };

  void start_row(const XmlAttributes& attributes);
  void start_cell(const XmlAttributes& attributes);
  void end_cell();
  void end_row();
  std::string cell_text();
  std::string number_text();
  const NumberFormat& format_of(std::size_t style);
  [[noreturn]] void throw_damaged(const std::string& details) const;

  const Workbook& workbook_;
  SharedStrings& strings_;
  const XlsxOptions& options_;
  RowSink& sink_;
  std::vector<std::unique_ptr<NumberFormat>> formats_;  // of each style, when it is first met

  std::uint64_t rows_ = 0;               // of the sheet, handed on or skipped
  std::uint64_t row_ = 0;                // 1-based number of the row at hand
  std::vector<std::string> cells_;       // of the row, reused
  std::vector<std::string_view> views_;
  std::size_t used_ = 0;                 // cells of the row up to the last that is not empty
  std::uint64_t row_bytes_ = 0;
  std::size_t next_column_ = 0;
  std::size_t columns_ = 0;

  CellType type_ = CellType::number;
  std::size_t column_ = 0, style_ = 0;
  bool in_row_ = false, in_cell_ = false, in_value_ = false, has_value_ = false, has_formula_ = false;
  std::string value_;
  RichText rich_;

  std::map<std::string, std::uint64_t> not_shown_;  // format code → cells
  std::uint64_t formulas_without_value_ = 0, hidden_rows_ = 0;
};

}  // namespace crm
