#include "plan/column_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace crm {
namespace {

constexpr std::size_t kShownCodePoints = 60;
constexpr std::size_t kListedCandidates = 12;

/// The number of `text` if it is digits only.
std::optional<std::size_t> whole_number(std::string_view text) {
  std::size_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<int> position(std::string_view typed, std::size_t count) {
  if (typed.size() < 2 || typed.front() != '#') return std::nullopt;
  const auto number = whole_number(typed.substr(1));
  if (!number || *number < 1 || *number > count) return std::nullopt;
  return static_cast<int>(*number - 1);
}

std::vector<std::string> positions_shown(const std::vector<std::string>& names,
                                         const std::vector<int>& found) {
  std::vector<std::string> lines;
  for (int column : found) lines.push_back(fmt::format("#{} {}", column + 1, shown(names[column])));
  return lines;
}

}  // namespace

std::string shown(std::string_view name) {
  std::string out = "\"";
  std::size_t points = 0;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const unsigned char byte = static_cast<unsigned char>(name[i]);
    const bool begins_code_point = (byte & 0xC0) != 0x80;
    if (begins_code_point && points++ == kShownCodePoints) {
      out += "…";
      break;
    }
    if (byte == '\n') {
      out += "\\n";
    } else if (byte == '\r') {
      out += "\\r";
    } else if (byte == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7F) {
      out += fmt::format("\\x{:02X}", byte);
    } else {
      out += name[i];
    }
  }
  out += '"';
  return out;
}

std::string shown_list(const std::vector<std::string>& names, std::size_t limit) {
  if (names.empty()) return "none";
  std::string out;
  const std::size_t listed = names.size() > limit ? limit : names.size();
  for (std::size_t i = 0; i < listed; ++i) {
    if (i > 0) out += ", ";
    out += shown(names[i]);
  }
  if (listed < names.size()) out += fmt::format(" and {} more", names.size() - listed);
  return out;
}

std::string name_key(std::string_view name) {
  const std::string folded = fold_name(name);
  std::string key(
      1, folded.empty() ? '=' : '~');  // keeps what folds to nothing apart from what folds to something
  key += folded.empty() ? name : std::string_view(folded);
  return key;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // Three rows of the Damerau-Levenshtein table (optimal string alignment); names are short.
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replace, last[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

std::vector<std::string> nearest_first(std::string_view typed, std::vector<std::string> names) {
  const std::string wanted = fold_name(typed);
  std::vector<std::pair<std::size_t, std::size_t>> order;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string folded = fold_name(names[i]);
    // A name that holds the other one ("Phone" in "Phone Number") is near, however long the rest is.
    const bool holds = !wanted.empty() && !folded.empty() &&
                       (folded.find(wanted) != std::string::npos || wanted.find(folded) != std::string::npos);
    const std::size_t distance = edit_distance(wanted, folded);
    order.emplace_back(holds ? std::min<std::size_t>(distance, 2) : distance, i);
  }
  std::stable_sort(order.begin(), order.end());
  std::vector<std::string> sorted;
  for (const auto& [distance, index] : order) sorted.push_back(std::move(names[index]));
  return sorted;
}

std::optional<std::string> probably_meant(std::string_view typed, const std::vector<std::string>& names) {
  const std::string wanted = fold_name(typed);
  std::optional<std::string> best;
  std::size_t best_distance = 0;
  for (const std::string& name : names) {
    const std::string folded = fold_name(name);
    const std::size_t allowed = std::max<std::size_t>(1, std::min(wanted.size(), folded.size()) / 4);
    const std::size_t distance = edit_distance(wanted, folded);
    if (distance > allowed || wanted.size() < 3) continue;
    if (!best || distance < best_distance) {
      best = name;
      best_distance = distance;
    }
  }
  return best;
}

std::vector<int> find_columns(const std::vector<std::string>& names, std::string_view typed) {
  std::vector<int> found;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == typed) found.push_back(static_cast<int>(i));
  }
  if (!found.empty()) return found;
  if (const auto at = position(typed, names.size())) return {*at};
  const std::string wanted = name_key(typed);
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (name_key(names[i]) == wanted) found.push_back(static_cast<int>(i));
  }
  return found;
}

void throw_unknown_column(const std::vector<std::string>& names, std::string_view typed,
                          const NameContext& context) {
  const std::string hint = context.hint.empty() ? "" : fmt::format(" {}", context.hint);
  const std::string candidates =
      names.empty() ? "There are none"
                    : "Its columns: " + shown_list(nearest_first(typed, names), kListedCandidates);
  throw Error(ErrorCode::invalid_config, fmt::format("{}: there is no column {} in {}.{} {}", context.option,
                                                     shown(typed), context.place, hint, candidates));
}

void throw_ambiguous_column(const std::vector<std::string>& names, const std::vector<int>& found,
                            std::string_view typed, const NameContext& context) {
  throw Error(ErrorCode::invalid_config,
              fmt::format("{}: {} is ambiguous in {}: {}; write the exact name, or the position ({})",
                          context.option, shown(typed), context.place,
                          fmt::join(positions_shown(names, found), ", "), fmt::format("#{}", found[0] + 1)));
}

int resolve_column(const std::vector<std::string>& names, std::string_view typed,
                   const NameContext& context) {
  const std::vector<int> found = find_columns(names, typed);
  if (found.empty()) throw_unknown_column(names, typed, context);
  if (found.size() > 1) throw_ambiguous_column(names, found, typed, context);
  return found[0];
}

std::optional<int> find_input(const std::vector<std::string>& names, std::string_view typed) {
  const auto exact = std::find(names.begin(), names.end(), typed);
  if (exact != names.end()) return static_cast<int>(exact - names.begin());
  if (const auto rank = whole_number(typed); rank && *rank >= 1 && *rank <= names.size()) {
    return static_cast<int>(*rank - 1);
  }
  std::optional<int> found;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!same_name(names[i], typed)) continue;
    if (found) return std::nullopt;  // two files fold alike: the exact name is needed
    found = static_cast<int>(i);
  }
  return found;
}

int resolve_input(const std::vector<std::string>& names, std::string_view typed, std::string_view option) {
  if (const auto found = find_input(names, typed)) return *found;
  throw Error(
      ErrorCode::invalid_config,
      fmt::format("{}: no enriched file is called {}; they are: {} (or the rank, 1 to {})", option,
                  shown(typed), shown_list(nearest_first(typed, names), kListedCandidates), names.size()));
}

}  // namespace crm
