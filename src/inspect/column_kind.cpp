#include "inspect/column_kind.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/text.h"
#include "model/rule_names.h"
#include "plan/header_meaning.h"
#include "plan/identifier_detection.h"
#include "plan/synonyms.h"

namespace crm {
namespace {

constexpr std::size_t kValuesLookedAt = 1000;

/// Not so with a leading zero, which a number does not keep: 02134 is a text.
bool is_number(std::string_view text) {
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  if (text.size() > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9') return false;
  bool digit = false;
  for (const char c : text) {
    const bool is_digit = c >= '0' && c <= '9';
    if (!is_digit && c != '.' && c != ',') return false;
    digit = digit || is_digit;
  }
  return digit;
}

bool is_yes_or_no(std::string_view text) {
  static constexpr std::array<std::string_view, 8> kWords = {"yes", "no", "true", "false", "y", "n", "t", "f"};
  const std::string lowered = lower(text);
  return std::find(kWords.begin(), kWords.end(), lowered) != kWords.end();
}

/// 95 % of `count`.
bool nearly_all(std::size_t part, std::size_t count) { return part * 20 >= count * 19; }

std::string by_header(const std::string& header) {
  const auto meaning = meaning_of_header(header);
  if (meaning && meaning->kind != Kind::id) {
    return std::string(kind_name(meaning->kind)) + (meaning->identifies ? "" : ", not the person's");
  }
  if (is_company_id_name(header)) return "company id";
  return std::string(protection_of_header(header));
}

}  // namespace

std::string_view kind_of_values(const InputProfile& file, std::size_t column, const BlankRule& blank) {
  std::size_t values = 0, dates = 0, numbers = 0, words = 0;
  for (const auto& row : file.sample) {
    if (values == kValuesLookedAt) break;
    const std::string_view cell = row[column];
    if (blank.is_blank(cell)) continue;
    ++values;
    const std::string_view text = trim(cell);
    if (is_number(text)) ++numbers;
    else if (parse_recency(text, std::nullopt)) ++dates;
    else words += is_yes_or_no(text);
  }
  if (values == 0) return "empty";
  if (nearly_all(dates, values)) return "date";
  if (nearly_all(numbers, values)) return "number";
  return nearly_all(words, values) ? "yes/no" : "text";
}

std::vector<ColumnKind> column_kinds(const InputProfile& file, KeyMaker& keys, const BlankRule& blank) {
  std::vector<ColumnKind> kinds(file.columns.size());
  if (const auto id = detect_record_id(file.columns)) kinds[static_cast<std::size_t>(*id)].name = "record id";
  for (const Kind kind : {Kind::email, Kind::linkedin, Kind::phone, Kind::domain}) {
    for (const int column : detect_columns(file, kind, keys, blank).columns) {
      std::string& name = kinds[static_cast<std::size_t>(column)].name;
      if (name.empty()) name = kind_name(kind);
    }
  }
  for (std::size_t column = 0; column < kinds.size(); ++column) {
    std::string& name = kinds[column].name;
    if (name.empty()) name = by_header(file.columns[column]);
    if (name.empty()) name = kind_of_values(file, column, blank);
    if (const auto synonym = synonym_of(file.columns[column])) kinds[column].field = synonym->field;
  }
  return kinds;
}

}  // namespace crm
