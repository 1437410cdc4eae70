#include "plan/spec_parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "model/rule_names.h"
#include "plan/column_names.h"

namespace crm {
namespace {

[[noreturn]] void fail(std::string_view option, const std::string& what) {
  throw Error(ErrorCode::invalid_config, fmt::format("{}: {}", option, what));
}

[[noreturn]] void fail_word(std::string_view option, std::string_view what, std::string_view typed,
                            const std::vector<std::string>& words) {
  const auto meant = probably_meant(typed, words);
  fail(option, fmt::format("{} is no {}{}; choose one of: {}", shown(typed), what,
                           meant ? fmt::format(" (did you mean {}?)", *meant) : "", fmt::join(words, ", ")));
}

/// Reads the items of one CSV record; `item` gets each, and whether it was in quotes.
template <typename Item>
void each_item(std::string_view option, std::string_view text, Item item) {
  std::size_t at = 0;
  while (true) {
    std::size_t start = at;
    while (start < text.size() && (text[start] == ' ' || text[start] == '\t')) ++start;
    if (start < text.size() && text[start] == '"') {
      std::string value;
      std::size_t i = start + 1;
      for (;; ++i) {
        if (i >= text.size()) fail(option, "a quote is never closed in " + shown(text));
        if (text[i] != '"') {
          value += text[i];
        } else if (i + 1 < text.size() && text[i + 1] == '"') {
          value += text[i++];
        } else {
          break;
        }
      }
      at = text.find(',', i);
      const std::string_view rest = text.substr(i + 1, at == std::string_view::npos ? at : at - i - 1);
      if (!is_white(rest))
        fail(option, "text after a closing quote in " + shown(text) + "; put the whole item in quotes");
      item(std::move(value), true);
    } else {
      at = text.find(',', at);
      item(std::string(trim(text.substr(start, at == std::string_view::npos ? at : at - start))), false);
    }
    if (at == std::string_view::npos) return;
    ++at;
  }
}

std::vector<std::string> split_columns(std::string_view option, std::string_view item,
                                       std::string_view text) {
  std::vector<std::string> columns;
  std::size_t at = 0;
  while (true) {
    const std::size_t bar = text.find('|', at);
    const std::string_view column = trim(text.substr(at, bar == std::string_view::npos ? bar : bar - at));
    if (column.empty()) fail(option, "a column's name is missing in " + shown(item));
    columns.emplace_back(column);
    if (bar == std::string_view::npos) return columns;
    at = bar + 1;
  }
}

/// The bytes of a unit: "" and "B", then KB (10^3) and KiB (2^10), and so on.
std::optional<double> unit_bytes(std::string_view unit) {
  const std::string name = lower(unit);
  if (name.empty() || name == "b") return 1.0;
  constexpr std::string_view kLetters = "kmgt";
  const std::size_t power = kLetters.find(name[0]);
  if (power == std::string_view::npos) return std::nullopt;
  const std::string_view rest = std::string_view(name).substr(1);
  const double step = rest == "ib" ? 1024.0 : 1000.0;
  if (!rest.empty() && rest != "b" && rest != "ib") return std::nullopt;
  double bytes = 1;
  for (std::size_t i = 0; i <= power; ++i) bytes *= step;
  return bytes;
}

bool is_input_name(const std::vector<std::string>& input_names, std::string_view name) {
  return !is_white(name) && find_input(input_names, name).has_value();
}

}  // namespace

std::vector<std::string> parse_list(std::string_view option, std::string_view text) {
  std::vector<std::string> items;
  if (is_white(text)) return items;
  each_item(option, text, [&](std::string item, bool quoted) {
    if (!quoted && item.empty()) fail(option, "an item is missing in the list " + shown(text));
    items.push_back(std::move(item));
  });
  return items;
}

std::vector<std::string> parse_blank_list(std::string_view option, std::string_view text) {
  std::vector<std::string> tokens;
  each_item(option, text, [&](std::string item, bool) {
    const std::string_view token = trim(item);
    if (!token.empty()) tokens.emplace_back(token);
  });
  return tokens;
}

OnItem parse_on_item(std::string_view option, std::string_view text) {
  OnItem item;
  item.text = text;
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) {
    const auto kind = kind_of_name(text);
    if (!kind) {
      const auto meant = probably_meant(text, kind_names());
      fail(option, fmt::format("{0} is no kind of identifier ({1}); {2}for a column write \"{3}:KIND\"",
                               shown(text), fmt::join(kind_names(), ", "),
                               meant ? fmt::format("did you mean {}? ", *meant) : "", text));
    }
    item.kind = *kind;
    return item;
  }
  const std::string_view name = trim(text.substr(colon + 1));
  const auto kind = kind_of_name(name);
  if (!kind) fail_word(option, "kind of identifier", name, kind_names());
  item.kind = *kind;
  item.columns = split_columns(option, text, text.substr(0, colon));
  return item;
}

std::vector<OnItem> parse_on(std::string_view option, std::string_view text) {
  std::vector<OnItem> items;
  for (const std::string& item : parse_list(option, text)) items.push_back(parse_on_item(option, item));
  if (items.empty()) fail(option, "name at least one identifier, such as email");
  return items;
}

std::pair<std::string, std::string> parse_assignment(std::string_view option, std::string_view text,
                                                     std::string_view form) {
  const std::size_t equals = text.rfind('=');
  if (equals == std::string_view::npos) fail(option, fmt::format("{} has no =; write {}", shown(text), form));
  const std::string_view left = text.substr(0, equals), right = text.substr(equals + 1);
  if (is_white(left)) fail(option, fmt::format("nothing before the = in {}; write {}", shown(text), form));
  if (is_white(right)) fail(option, fmt::format("nothing after the = in {}; write {}", shown(text), form));
  return {std::string(left), std::string(right)};
}

MapRule parse_map(std::string_view option, std::string_view text,
                  const std::vector<std::string>& input_names) {
  auto [left, right] = parse_assignment(option, text, "[NAME:]THEIRS=OURS");
  MapRule rule;
  rule.ours = std::move(right);
  // A file's name may have colons too: the longest prefix that is a name wins.
  for (std::size_t colon = left.rfind(':'); colon != std::string::npos && colon > 0;
       colon = left.rfind(':', colon - 1)) {
    const std::string_view name = std::string_view(left).substr(0, colon);
    if (!is_input_name(input_names, name)) continue;
    rule.input = std::string(name);
    left.erase(0, colon + 1);
    break;
  }
  if (is_white(left))
    fail(option, fmt::format("nothing between : and = in {}; write [NAME:]THEIRS=OURS", shown(text)));
  rule.theirs = std::move(left);
  return rule;
}

Kind parse_kind(std::string_view option, std::string_view text) {
  if (const auto kind = kind_of_name(text)) return *kind;
  fail_word(option, "kind of identifier", text, kind_names());
}

Strategy parse_strategy(std::string_view option, std::string_view text) {
  if (const auto strategy = strategy_of_name(text)) return *strategy;
  fail_word(option, "strategy", text, strategy_names());
}

ConflictPolicy parse_policy(std::string_view option, std::string_view text) {
  if (const auto policy = policy_of_name(text)) return *policy;
  fail_word(option, "conflict policy", text, policy_names());
}

MatchMode parse_match_mode(std::string_view option, std::string_view text) {
  if (const auto mode = match_mode_of_name(text)) return *mode;
  fail_word(option, "match mode", text, {"any", "all"});
}

std::pair<std::string, Strategy> parse_strategy_for(std::string_view option, std::string_view text) {
  auto [column, value] = parse_assignment(option, text, "COLUMN=STRATEGY");
  return {std::move(column), parse_strategy(option, trim(value))};
}

std::pair<std::string, ConflictPolicy> parse_policy_for(std::string_view option, std::string_view text) {
  auto [column, value] = parse_assignment(option, text, "COLUMN=POLICY");
  return {std::move(column), parse_policy(option, trim(value))};
}

std::pair<std::string, std::vector<std::string>> parse_prefer(std::string_view option,
                                                              std::string_view text) {
  auto [column, value] = parse_assignment(option, text, "COLUMN=NAME,NAME");
  return {std::move(column), parse_list(option, value)};
}

std::pair<std::string, std::vector<std::string>> parse_columns_for(std::string_view option,
                                                                   std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) {
    fail(option, shown(text) + " has no =; write domain=COLUMN,COLUMN or linkedin=COLUMN,COLUMN");
  }
  const Kind kind = parse_kind(option, trim(text.substr(0, equals)));
  if (kind != Kind::domain && kind != Kind::linkedin) {
    fail(option, fmt::format("{} is of a person; only domain and linkedin match a company", kind_name(kind)));
  }
  return {std::string(kind_name(kind)), parse_list(option, text.substr(equals + 1))};
}

std::pair<Kind, std::uint64_t> parse_max_shared(std::string_view option, std::string_view text) {
  const auto [kind, number] = parse_assignment(option, text, "KIND=N");
  const Kind which = parse_kind(option, trim(kind));
  if (lower(trim(number)) == "off") return {which, 0};
  return {which, parse_count(option, trim(number))};
}

std::uint64_t parse_count(std::string_view option, std::string_view text) {
  std::uint64_t count = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (text.empty() || end != text.data() + text.size() || fault == std::errc::invalid_argument) {
    fail(option, shown(text) + " is no whole number");
  }
  if (fault == std::errc::result_out_of_range) fail(option, shown(text) + " is too large");
  return count;
}

std::string parse_region(std::string_view option, std::string_view text) {
  std::string region(text);
  std::transform(region.begin(), region.end(), region.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  const bool two_letters =
      region.size() == 2 && std::all_of(region.begin(), region.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (!two_letters) fail(option, shown(text) + " is no country; give its two letters, such as US or DE");
  return region;
}

std::uint64_t parse_size(std::string_view option, std::string_view text) {
  const std::string_view size = trim(text);
  const std::size_t digits = std::min(size.find_first_not_of("0123456789."), size.size());
  const std::string_view number = size.substr(0, digits);
  const auto unit = unit_bytes(trim(size.substr(digits)));
  const bool is_number = !number.empty() && number.front() != '.' && number.back() != '.' &&
                         std::count(number.begin(), number.end(), '.') <= 1;
  if (!is_number || !unit) {
    fail(option, shown(text) + " is no size; write it like 512MB (10^6 bytes), 512MiB or 1.5GB");
  }
  // Whole numbers are exact; a fraction only scales its unit.
  double value = 0;
  const auto [end, fault] = std::from_chars(number.data(), number.data() + number.size(), value);
  constexpr double kTooLarge = 9e18;
  if (fault != std::errc{} || value * *unit >= kTooLarge) fail(option, shown(text) + " is too large");
  if (number.find('.') != std::string_view::npos) return static_cast<std::uint64_t>(value * *unit);
  return parse_count(option, number) * static_cast<std::uint64_t>(*unit);
}

InputRef parse_input(std::string_view text) {
  InputRef input;
  const std::size_t equals = text.find('=');
  const std::size_t slash = text.find('/');
  // `NAME=PATH`; an equals sign after a slash belongs to the path (`data/year=2024/a.csv`).
  if (equals != std::string_view::npos && equals > 0 && (slash == std::string_view::npos || equals < slash)) {
    input.name = std::string(trim(text.substr(0, equals)));
    input.path = std::string(text.substr(equals + 1));
    input.name_given = true;
    if (input.path.empty())
      fail("NAME=PATH", fmt::format("nothing after the = in {}; write NAME=PATH", shown(text)));
    if (input.name.empty())
      fail("NAME=PATH", fmt::format("nothing before the = in {}; write NAME=PATH", shown(text)));
    return input;
  }
  input.path = std::string(text);
  if (text.empty()) fail("NAME=PATH", "a file's name is empty");
  std::string_view stem = text.substr(text.find_last_of('/') + 1);  // npos + 1 is 0
  for (std::string_view suffix : {".gz", ".zst", ".csv", ".tsv", ".txt", ".tab", ".jsonl", ".ndjson", ".json", ".parquet", ".xlsx",
                                  ".xlsm"}) {
    if (stem.size() <= suffix.size()) continue;
    if (lower(stem.substr(stem.size() - suffix.size())) == suffix) stem.remove_suffix(suffix.size());
  }
  input.name = text == "-" ? "stdin" : std::string(stem);
  if (is_white(input.name)) input.name = "input";
  return input;
}

void make_names_unique(std::vector<InputRef>& enriched) {
  std::set<std::string> taken = {"original"};
  for (const InputRef& input : enriched) {
    if (!input.name_given) continue;
    if (input.name == "original")
      fail("NAME=PATH", "the name original is the first file's; give the enriched file another");
    if (!taken.insert(input.name).second)
      fail("NAME=PATH", "two enriched files are called " + shown(input.name) + "; names must differ");
  }
  for (InputRef& input : enriched) {
    if (input.name_given) continue;
    std::string name = input.name;
    for (int number = 2; !taken.insert(name).second; ++number)
      name = fmt::format("{}_{}", input.name, number);
    input.name = std::move(name);
  }
}

}  // namespace crm
