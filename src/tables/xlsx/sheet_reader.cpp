#include "tables/xlsx/sheet_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "base/error.h"

namespace crm {
namespace {

constexpr std::size_t kMostNamedFormats = 3;
constexpr std::size_t kMostKeptFormats = 100;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

/// The character of `_xHHHH_` at the beginning of `text`, or -1.
int escaped_unit(std::string_view text) {
  if (text.size() < 7 || text[0] != '_' || text[1] != 'x' || text[6] != '_') return -1;
  int unit = 0;
  for (std::size_t i = 2; i < 6; ++i) {
    const int digit = hex_digit(text[i]);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  // Half of a surrogate pair is no character of its own.
  return unit >= 0xD800 && unit <= 0xDFFF ? -1 : unit;
}

void append_character(int c, std::string& text) {
  if (c < 0x80) {
    text += static_cast<char>(c);
  } else if (c < 0x800) {
    text += static_cast<char>(0xC0 | (c >> 6));
    text += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    text += static_cast<char>(0xE0 | (c >> 12));
    text += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    text += static_cast<char>(0x80 | (c & 0x3F));
  }
}

/// Source: ECMA-376 part 1, section 22.9.2.19 (ST_Xstring).
std::string unescaped(std::string text) {
  if (text.find("_x") == std::string::npos) return text;
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const int unit = escaped_unit(std::string_view(text).substr(at));
    if (unit < 0) {
      result += text[at++];
    } else {
      append_character(unit, result);
      at += 7;
    }
  }
  return result;
}

/// 0-based column of "AB12"; kMaxSheetColumns and more: none.
std::size_t column_of(std::string_view reference) {
  std::size_t column = 0;
  for (const char c : reference) {
    if (c < 'A' || c > 'Z' || column > kMaxSheetColumns) break;
    column = column * 26 + static_cast<std::size_t>(c - 'A' + 1);
  }
  return column - 1;  // without letters: far beyond every column
}

std::uint64_t number_of(std::string_view text, std::uint64_t otherwise) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : otherwise;
}

}  // namespace

void RichText::start(std::string_view name) {
  phonetic_ += name == "rPh";
  within_text_ = name == "t" && phonetic_ == 0;
}

void RichText::end(std::string_view name) {
  phonetic_ -= name == "rPh";
  within_text_ = false;
}

void RichText::text(std::string_view text) {
  // One byte more than a record may have is enough to see that it is too long.
  if (within_text_ && text_.size() <= max_bytes_) text_ += text;
}

void RichText::clear() {
  text_.clear();
  phonetic_ = 0;
  within_text_ = false;
}

std::string RichText::take() {
  std::string text = unescaped(std::move(text_));
  clear();
  return text;
}

void SharedStringsHandler::start(std::string_view name, const XmlAttributes&) {
  if (name == "si") text_.clear();
  text_.start(name);
}

void SharedStringsHandler::end(std::string_view name) {
  text_.end(name);
  if (name == "si") strings_.add(text_.take());
}

SheetHandler::SheetHandler(const Workbook& workbook, SharedStrings& strings, const XlsxOptions& options, RowSink& sink)
    : workbook_(workbook), strings_(strings), options_(options), sink_(sink), rich_(options.max_record_bytes) {
  formats_.resize(std::max<std::size_t>(workbook.format_codes.size(), 1));
}

void SheetHandler::throw_damaged(const std::string& details) const {
  throw Error(ErrorCode::invalid_input,
              fmt::format("cannot read {}: it is a damaged workbook; get the file again, or save it anew", options_.name),
              fmt::format("row {} of the sheet: {}", row_, details));
}

void SheetHandler::start(std::string_view name, const XmlAttributes& attributes) {
  if (name == "row") return start_row(attributes);
  if (!in_row_) return;
  if (name == "c") return start_cell(attributes);
  if (!in_cell_) return;
  if (name == "v") in_value_ = has_value_ = true;
  if (name == "f") has_formula_ = true;
  rich_.start(name);
}

void SheetHandler::text(std::string_view text) {
  if (in_value_) {
    if (value_.size() <= options_.max_record_bytes) value_ += text;
  } else if (in_cell_) {
    rich_.text(text);
  }
}

void SheetHandler::end(std::string_view name) {
  if (!in_row_) return;
  if (name == "row") return end_row();
  if (!in_cell_) return;
  if (name == "c") return end_cell();
  if (name == "v") in_value_ = false;
  rich_.end(name);
}

void SheetHandler::start_row(const XmlAttributes& attributes) {
  row_ = number_of(attributes.get("r"), row_ + 1);
  if (row_ > kMaxSheetRows) throw_damaged("a sheet has no such row");
  if (row_ <= rows_) throw_damaged("rows are not in order");
  hidden_rows_ += attributes.is_set("hidden");
  in_row_ = true;
  used_ = 0;
  row_bytes_ = 0;
  next_column_ = 0;
}

void SheetHandler::start_cell(const XmlAttributes& attributes) {
  const auto reference = attributes.find("r");
  column_ = reference ? column_of(*reference) : next_column_;
  if (column_ >= kMaxSheetColumns) throw_damaged("a sheet has no such column");
  next_column_ = column_ + 1;
  style_ = static_cast<std::size_t>(number_of(attributes.get("s"), 0));
  const std::string_view type = attributes.get("t");
  type_ = type == "s"           ? CellType::shared
          : type == "inlineStr" ? CellType::inline_text
          : type == "str"       ? CellType::formula_text
          : type == "b"         ? CellType::boolean
          : type == "e"         ? CellType::error
          : type == "d"         ? CellType::date
                                : CellType::number;
  value_.clear();
  rich_.clear();
  in_cell_ = true;
  in_value_ = has_value_ = has_formula_ = false;
}

void SheetHandler::end_cell() {
  in_cell_ = false;
  formulas_without_value_ += has_formula_ && !has_value_;
  std::string text = cell_text();
  if (text.empty()) return;
  if (cells_.size() <= column_) cells_.resize(column_ + 1);
  for (; used_ <= column_; ++used_) cells_[used_].clear();
  row_bytes_ += text.size();
  // Of a row that is too long, only so much is kept.
  if (row_bytes_ <= 2 * options_.max_record_bytes) cells_[column_] = std::move(text);
}

std::string SheetHandler::cell_text() {
  switch (type_) {
    case CellType::shared: {
      if (value_.empty()) return {};
      const std::uint64_t number = number_of(value_, strings_.count());
      if (number >= strings_.count()) throw_damaged("a cell refers to a text that is not there");
      return format_of(style_).show_text(strings_.get(number));
    }
    case CellType::inline_text:
      return format_of(style_).show_text(rich_.take());
    case CellType::formula_text:
      return format_of(style_).show_text(unescaped(std::move(value_)));
    case CellType::boolean:
      return value_ == "1" || value_ == "true" ? "TRUE" : value_.empty() ? "" : "FALSE";
    case CellType::error:
    case CellType::date:
      return std::move(value_);
    case CellType::number:
      return value_.empty() ? std::string() : number_text();
  }
  return {};
}

std::string SheetHandler::number_text() {
  char* end = nullptr;
  const double value = std::strtod(value_.c_str(), &end);
  if (end != value_.c_str() + value_.size()) return std::move(value_);  // no number: as it is
  if (auto shown = format_of(style_).show(value, value_, workbook_.from_1904)) return std::move(*shown);
  const std::string& code = style_ < workbook_.format_codes.size() ? workbook_.format_codes[style_] : "General";
  if (not_shown_.size() < kMostKeptFormats || not_shown_.contains(code)) ++not_shown_[code];
  return general_text(value_, value);
}

const NumberFormat& SheetHandler::format_of(std::size_t style) {
  if (style >= formats_.size()) style = 0;
  std::unique_ptr<NumberFormat>& format = formats_[style];
  if (!format) {
    format = std::make_unique<NumberFormat>(style < workbook_.format_codes.size() ? workbook_.format_codes[style] : "General");
  }
  return *format;
}

void SheetHandler::end_row() {
  in_row_ = false;
  if (used_ == 0) return;  // skipped when a row follows
  sink_.skip(row_ - rows_ - 1);
  rows_ = row_;
  views_.assign(cells_.begin(), cells_.begin() + static_cast<std::ptrdiff_t>(used_));
  columns_ = std::max(columns_, used_);
  if (row_bytes_ > options_.max_record_bytes) {
    sink_.reject(RowProblem::too_long, views_.front());
  } else {
    sink_.row(views_);
  }
}

std::vector<std::string> SheetHandler::warnings() const {
  std::vector<std::string> lines;
  std::uint64_t cells = 0;
  std::string codes;
  std::size_t named = 0;
  for (const auto& [code, count] : not_shown_) {
    cells += count;
    if (++named <= kMostNamedFormats) codes += (codes.empty() ? "" : ", ") + code;
  }
  if (named > kMostNamedFormats) codes += ", …";
  if (cells > 0) {
    lines.push_back(fmt::format("{}: {} a format that cannot be rendered ({}): {}", options_.name,
                                cells == 1 ? "1 cell has" : fmt::format("{} cells have", cells), codes,
                                cells == 1 ? "its plain number is taken" : "their plain numbers are taken"));
  }
  if (formulas_without_value_ > 0) {
    lines.push_back(fmt::format("{}: {} formula{} without a stored value: empty here; open the workbook in a spreadsheet, "
                                "save it and give that file",
                                options_.name, formulas_without_value_, formulas_without_value_ == 1 ? " is" : "s are"));
  }
  if (hidden_rows_ > 0) {
    lines.push_back(fmt::format("{}: {} hidden row{} read like the others", options_.name, hidden_rows_,
                                hidden_rows_ == 1 ? " is" : "s are"));
  }
  return lines;
}

}  // namespace crm
