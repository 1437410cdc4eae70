#include "ingest/damage.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "ingest/detection.h"

// Columns that a spreadsheet has damaged: told, never repaired.
namespace crm {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// 1.4E+10: what a spreadsheet makes of a long number when it writes CSV.
bool is_scientific(std::string_view cell) {
  if (!cell.empty() && cell.front() == '-') cell.remove_prefix(1);
  const std::size_t e = cell.find('E');
  if (e == std::string_view::npos || e == 0 || cell.substr(e + 1).size() < 3 || cell[e + 1] != '+') return false;
  const std::string_view mantissa = cell.substr(0, e), exponent = cell.substr(e + 2);
  if (!is_digit(mantissa.front()) || !std::all_of(exponent.begin(), exponent.end(), is_digit)) return false;
  if (mantissa.size() == 1) return true;
  return mantissa.size() > 2 && mantissa[1] == '.' && std::all_of(mantissa.begin() + 2, mantissa.end(), is_digit);
}

bool is_all_digits(std::string_view cell, std::size_t size) {
  return cell.size() == size && std::all_of(cell.begin(), cell.end(), is_digit);
}

bool is_five_digit_zip(std::string_view cell) {
  return is_all_digits(cell, 5) || (cell.size() == 10 && cell[5] == '-' && is_all_digits(cell.substr(0, 5), 5));
}

}  // namespace

void DamageSigns::look_at(std::string_view cell) {
  cell = trim(cell);
  if (cell.empty()) return;
  ++values;
  if (!is_digit(cell.front()) && cell.front() != '-') return;
  scientific += is_scientific(cell);
  four_digits += is_all_digits(cell, 4);
  five_digits += is_five_digit_zip(cell);
}

DamageSigns& DamageSigns::operator+=(const DamageSigns& other) {
  values += other.values;
  scientific += other.scientific;
  four_digits += other.four_digits;
  five_digits += other.five_digits;
  return *this;
}

std::vector<std::string> damage_texts(const std::string& header, const DamageSigns& signs, std::string_view of_what) {
  std::vector<std::string> texts;
  if (signs.scientific > 0) {
    texts.push_back(fmt::format("{} of {} {} are numbers like 1.4E+10; a spreadsheet has cut their digits",
                                signs.scientific, signs.values, of_what));
  }
  const std::string name = fold_name(header);
  const bool zip = name.find("zip") != std::string::npos;
  const bool postal = name.find("postal") != std::string::npos || name.find("postcode") != std::string::npos;
  // Other countries have postal codes of four digits; a ZIP code has five.
  if (signs.four_digits > 0 && (zip || (postal && signs.five_digits > signs.four_digits))) {
    texts.push_back(fmt::format("{} of {} {} have four digits; a spreadsheet may have cut their leading zeros",
                                signs.four_digits, signs.values, of_what));
  }
  return texts;
}

std::vector<std::string> damage_warnings(const std::vector<std::string>& header,
                                         const std::vector<std::vector<std::string>>& sample) {
  std::vector<DamageSigns> signs(header.size());
  for (const auto& row : sample) {
    for (std::size_t i = 0; i < std::min(row.size(), signs.size()); ++i) signs[i].look_at(row[i]);
  }
  std::vector<std::string> warnings;
  for (std::size_t i = 0; i < header.size(); ++i) {
    for (const std::string& text : damage_texts(header[i], signs[i], "sampled values")) {
      warnings.push_back(fmt::format("column \"{}\": {}", header[i], text));
    }
  }
  return warnings;
}

}  // namespace crm
