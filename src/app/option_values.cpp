#include "app/option_values.h"

#include <algorithm>

#include "model/rule_names.h"

namespace crm {
namespace {

using Source = OptionValues::Source;

bool is_placeholder(std::string_view word) {
  return std::any_of(word.begin(), word.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

/// "stream|sql" as two words; what stands for a text of the user's ("NAME|none") is left out.
std::vector<std::string> alternatives(std::string_view value) {
  std::vector<std::string> words;
  while (!value.empty()) {
    const std::size_t end = std::min(value.find('|'), value.size());
    if (!is_placeholder(value.substr(0, end))) words.emplace_back(value.substr(0, end));
    value.remove_prefix(std::min(end + 1, value.size()));
  }
  return words;
}

std::vector<std::string> with_equals(std::vector<std::string> words) {
  for (std::string& word : words) word += '=';
  return words;
}

}  // namespace

OptionValues values_of(const OptionRow& row) {
  const std::string_view value = row.value;
  const auto words = [&](std::vector<std::string> of) { return OptionValues{Source::words, std::move(of), false, false}; };
  if (value.starts_with("FILE")) return {Source::files, {}, false, false};
  if (value == "FOLDER") return {Source::folders, {}, false, false};
  if (value == "S") return words(strategy_names());
  if (value == "POLICY") return words(policy_names());
  if (value == "MODE") return words({"auto", "plain", "json", "none"});
  if (row.name == "--on") return {Source::words, kind_names(), true, false};
  if (row.name == "--columns-for") return {Source::words, {"domain=", "linkedin="}, false, true};
  if (value.starts_with("KIND=")) return {Source::words, with_equals(kind_names()), false, true};
  if (value.find('|') != std::string_view::npos) return words(alternatives(value));
  return {};
}

bool takes_argument(const OptionRow& row) {
  return row.takes != OptionTakes::nothing && row.takes != OptionTakes::value_or_none;
}

}  // namespace crm
