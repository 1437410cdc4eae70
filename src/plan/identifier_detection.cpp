#include "plan/identifier_detection.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "base/text.h"
#include "model/rule_names.h"
#include "plan/column_names.h"
#include "plan/header_meaning.h"

namespace crm {
namespace {

constexpr std::size_t kValuesLookedAt = 1000;
constexpr double kShareNeeded = 0.8;

/// Digits alone make a phone key, so a date or an id would have one: by content, only an international number
/// counts.
bool is_key_of_content(Kind kind, std::string_view cell, const std::vector<std::string>& keys) {
  if (keys.empty()) return false;
  if (kind == Kind::linkedin) return !is_company_key(kind, keys.front());
  if (kind != Kind::phone) return true;
  const bool is_date = parse_recency(cell, std::nullopt).has_value() ||
                       cell.find(':') != std::string_view::npos ||
                       std::count(cell.begin(), cell.end(), '/') >= 2;
  return keys.front().starts_with('+') && !is_date;
}

bool may_hold(std::string_view header, Kind kind) {
  const auto meaning = meaning_of_header(header);
  if (meaning) {
    // An address has a domain too; anything else that is named as another kind, or as a company's, is what it
    // says.
    if (meaning->kind == kind) return meaning->identifies;
    return kind == Kind::domain && meaning->kind == Kind::email && meaning->identifies;
  }
  if (!protection_of_header(header).empty()) return false;
  const std::string name = bare_name(header);
  const auto names = [&](std::string_view word) { return name.find(word) != std::string::npos; };
  switch (kind) {
    case Kind::phone:
      return !name.ends_with("id") && !names("date") && !names("revenue") && !names("amount") &&
             !names("zip") && !names("postal") && !names("employees") && !names("company") &&
             !names("corporate");
    case Kind::linkedin:
      return !names("company") && !names("organization");
    case Kind::domain:
      return !names("linkedin") && !names("facebook") && !names("twitter") && !names("instagram") &&
             !names("xing") && !names("github") && !names("profile");
    case Kind::email:
      return !names("owner") && !names("manager") && !names("assistant");
    default:
      return false;
  }
}

bool is_filled_with(const InputProfile& file, int column, Kind kind, KeyMaker& keys, const BlankRule& blank) {
  std::size_t values = 0, with_key = 0;
  const double most_values = static_cast<double>(std::min(kValuesLookedAt, file.sample.size()));
  std::vector<std::string> found;
  for (const auto& row : file.sample) {
    if (values == kValuesLookedAt) break;
    const std::string& cell = row[column];
    if (blank.is_blank(cell)) continue;
    ++values;
    found.clear();
    keys.append_keys(kind, cell, found);
    if (is_key_of_content(kind, cell, found)) ++with_key;
    // Keys of phones are dear: stop where the share is out of reach.
    if (static_cast<double>(values - with_key) > (1 - kShareNeeded) * most_values + 1) return false;
  }
  return values > 0 && static_cast<double>(with_key) >= kShareNeeded * static_cast<double>(values);
}

}  // namespace

std::vector<int> columns_named_for(const InputProfile& file, Kind kind) {
  std::vector<int> columns;
  if (kind == Kind::id) {
    if (const auto record_id = detect_record_id(file.columns)) columns.push_back(*record_id);
    return columns;
  }
  for (std::size_t i = 0; i < file.columns.size(); ++i) {
    const auto meaning = meaning_of_header(file.columns[i]);
    if (meaning && meaning->identifies && meaning->kind == kind) columns.push_back(static_cast<int>(i));
  }
  return columns;
}

std::vector<int> columns_filled_with(const InputProfile& file, Kind kind, KeyMaker& keys,
                                     const BlankRule& blank) {
  std::vector<int> columns;
  if (kind == Kind::id || kind == Kind::exact) return columns;
  for (std::size_t i = 0; i < file.columns.size(); ++i) {
    const int column = static_cast<int>(i);
    if (!may_hold(file.columns[i], kind) || !is_filled_with(file, column, kind, keys, blank)) continue;
    // Every profile's URL has the domain of its network, which is no company's.
    if (kind == Kind::domain && is_filled_with(file, column, Kind::linkedin, keys, blank)) continue;
    columns.push_back(column);
  }
  return columns;
}

DetectedColumns detect_columns(const InputProfile& file, Kind kind, KeyMaker& keys, const BlankRule& blank) {
  DetectedColumns detected{columns_named_for(file, kind), false};
  if (!detected.columns.empty()) return detected;
  detected.columns = columns_filled_with(file, kind, keys, blank);
  detected.by_content = !detected.columns.empty();
  return detected;
}

std::vector<std::string> usable_columns(const InputProfile& file, KeyMaker& keys, const BlankRule& blank) {
  std::map<int, std::string> lines;
  for (Kind kind : {Kind::id, Kind::email, Kind::linkedin, Kind::phone, Kind::domain}) {
    for (int column : detect_columns(file, kind, keys, blank).columns) {
      lines.emplace(column, fmt::format("{} ({})", shown(file.columns[column]), kind_name(kind)));
    }
  }
  std::vector<std::string> usable;
  for (auto& [column, line] : lines) usable.push_back(std::move(line));
  return usable;
}

}  // namespace crm
