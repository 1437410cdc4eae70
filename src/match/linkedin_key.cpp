#include "match/linkedin_key.h"

#include <string>

#include "base/text.h"
#include "match/cell_values.h"

namespace crm {
namespace {

char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

bool equals_ignoring_case(std::string_view text, std::string_view lower_case) {
  if (text.size() != lower_case.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (ascii_lower(text[i]) != lower_case[i]) return false;
  }
  return true;
}

bool is_linkedin_host(std::string_view host) {
  constexpr std::string_view kHost = "linkedin.com";
  host = host.substr(0, host.find(':'));  // port
  if (!host.empty() && host.back() == '.') host.remove_suffix(1);
  if (host.size() < kHost.size() || !equals_ignoring_case(host.substr(host.size() - kHost.size()), kHost)) return false;
  host.remove_suffix(kHost.size());
  return host.empty() || (host.back() == '.' && host.find('@') == std::string_view::npos);
}

/// Removes and returns the next segment that is not empty; empty at the end.
std::string_view next_segment(std::string_view& path) {
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view segment = path.substr(0, slash);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    if (!segment.empty()) return segment;
  }
  return {};
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = ascii_lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// Appends `segment` percent-decoded and in lower case; escapes that do not make UTF-8 stay as they are.
void append_decoded(std::string_view segment, std::string& out) {
  if (segment.find('%') == std::string_view::npos) return append_lower(trim(segment), out);
  std::string decoded;
  for (std::size_t i = 0; i < segment.size(); ++i) {
    const int high = i + 2 < segment.size() && segment[i] == '%' ? hex_digit(segment[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(segment[i + 2]) : -1;
    if (low < 0) {
      decoded.push_back(segment[i]);
    } else {
      decoded.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    }
  }
  append_lower(trim(is_utf8(decoded) ? std::string_view(decoded) : segment), out);
}

/// The path of a LinkedIn address, or of a value that is only a path; nothing for any other text.
std::string_view linkedin_path(std::string_view value) {
  value = trim(value);
  value = value.substr(0, value.find('?'));
  value = value.substr(0, value.find('#'));
  std::string_view rest = value;
  bool whole_url = false;
  if (const std::size_t colon = rest.find("://"); colon != std::string_view::npos && colon < rest.find('/')) {
    rest.remove_prefix(colon + 3);
    whole_url = true;
  } else if (rest.substr(0, 2) == "//") {
    rest.remove_prefix(2);
    whole_url = true;
  }
  const std::size_t slash = rest.find('/');
  if (slash != std::string_view::npos && is_linkedin_host(rest.substr(0, slash))) return rest.substr(slash + 1);
  return whole_url ? std::string_view() : value;
}

void add_linkedin_key(std::string_view value, KeyBuffer& keys) {
  std::string_view path = linkedin_path(value);
  std::string_view place = next_segment(path);
  if (equals_ignoring_case(place, "mwlite")) place = next_segment(path);  // the light site of old phones
  const bool pub = equals_ignoring_case(place, "pub");
  if (!pub && !equals_ignoring_case(place, "in") && !equals_ignoring_case(place, "company")) return;
  append_lower(place, keys.text());
  const std::size_t bare = keys.pending().size();
  // Of a profile or a company only the name counts, not the page or language behind it; an old public profile is told
  // apart by all that follows.
  for (std::string_view segment = next_segment(path); !segment.empty(); segment = next_segment(path)) {
    keys.text().push_back('/');
    append_decoded(segment, keys.text());
    if (keys.pending().back() == '/') keys.text().pop_back();  // white space only
    else if (!pub) break;
  }
  if (keys.pending().size() > bare) {
    keys.finish();
  } else {
    keys.discard();
  }
}

}  // namespace

void add_linkedin_keys(std::string_view cell, const BlankRule& blank, KeyBuffer& keys) {
  for_each_value(cell, [&](std::string_view value) {
    if (!blank.is_blank(value)) add_linkedin_key(value, keys);
  });
}

}  // namespace crm
