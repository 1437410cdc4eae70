#include "http/negotiation.h"

#include <algorithm>
#include <charconv>

namespace crm {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Cuts the first item of a comma list off `list`.
std::string_view next_item(std::string_view& list, char divider = ',') {
  const std::string_view item = list.substr(0, list.find(divider));
  list.remove_prefix(std::min(list.size(), item.size() + 1));
  return trimmed(item);
}

bool same_word(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return (x >= 'A' && x <= 'Z' ? static_cast<char>(x + 32) : x) == y;
         });
}

/// True unless a `q` says 0, 0.0, 0.00 or 0.000.
bool is_wanted(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::string_view item = next_item(parameters, ';');
    if (item.size() < 3 || (item[0] != 'q' && item[0] != 'Q') || item[1] != '=') continue;
    return item.find_first_of("123456789") != std::string_view::npos;
  }
  return true;
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

bool accepts_gzip(std::string_view accept_encoding) {
  std::optional<bool> any;
  while (!accept_encoding.empty()) {
    std::string_view item = next_item(accept_encoding);
    const std::string_view coding = next_item(item, ';');
    if (same_word(coding, "gzip") || same_word(coding, "x-gzip")) return is_wanted(item);
    if (coding == "*") any = is_wanted(item);
  }
  return any.value_or(false);
}

bool matches_etag(std::string_view if_none_match, std::string_view etag) {
  const auto strong = [](std::string_view tag) { return tag.starts_with("W/") ? tag.substr(2) : tag; };
  while (!if_none_match.empty()) {
    const std::string_view item = next_item(if_none_match);
    if (item == "*" || strong(item) == strong(etag)) return true;
  }
  return false;
}

RangeVerdict parse_range(std::string_view header, std::uint64_t size, HttpRange& range) {
  header = trimmed(header);
  constexpr std::string_view kUnit = "bytes=";
  if (!header.starts_with(kUnit) || header.find(',') != std::string_view::npos) return RangeVerdict::whole;
  header.remove_prefix(kUnit.size());
  const std::size_t dash = header.find('-');
  if (dash == std::string_view::npos) return RangeVerdict::whole;
  const auto first = number(trimmed(header.substr(0, dash))), last = number(trimmed(header.substr(dash + 1)));
  const bool has_first = dash > 0, has_last = dash + 1 < header.size();
  if ((has_first && !first) || (has_last && !last) || (!has_first && !has_last)) return RangeVerdict::whole;
  if (!has_first) {
    if (*last == 0 || size == 0) return RangeVerdict::unsatisfiable;
    range = {size - std::min(size, *last), size - 1};
    return RangeVerdict::part;
  }
  if (has_last && *last < *first) return RangeVerdict::whole;
  if (*first >= size) return RangeVerdict::unsatisfiable;
  range = {*first, std::min(has_last ? *last : size - 1, size - 1)};
  return RangeVerdict::part;
}

}  // namespace crm
