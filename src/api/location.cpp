#include "api/location.h"

#include <cctype>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "base/error.h"

namespace crm_merge {
namespace {

[[noreturn]] void refuse(std::string message) { throw crm::Error(crm::ErrorCode::invalid_config, std::move(message)); }

/// "s3" of "s3://bucket/key"; nothing for a path. (A scheme has two letters or more, begins with a letter.)
std::optional<std::string_view> scheme_of(std::string_view location) {
  const std::size_t colon = location.find("://");
  if (colon == std::string_view::npos || colon < 2 || !std::isalpha(static_cast<unsigned char>(location[0]))) return std::nullopt;
  const std::string_view scheme = location.substr(0, colon);
  for (const char c : scheme) {
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '+' && c != '-' && c != '.') return std::nullopt;
  }
  return scheme;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string percent_decoded(std::string_view text, const std::string& location) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    if (low < 0 || (high == 0 && low == 0)) refuse(fmt::format("{}: % must be followed by two hex digits, not 00; write %25 for a %", location));
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

}  // namespace

std::string local_path(const std::string& location) {
  if (location.empty()) refuse("a file's location is empty");
  if (location == "-") refuse("-: the library reads and writes files only; give a path");
  if (location.find('\0') != std::string::npos) refuse("a file's location holds a NUL byte");
  const std::optional<std::string_view> scheme = scheme_of(location);
  if (!scheme) return location;
  if (*scheme != "file") {
    refuse(fmt::format("{}: {}:// cannot be read or written yet; copy the file here and give its path", location, *scheme));
  }
  std::string_view rest = std::string_view(location).substr(7);
  if (rest.starts_with("localhost/")) rest.remove_prefix(9);
  if (!rest.starts_with('/')) refuse(fmt::format("{}: a file:// location needs a whole path: file:///folder/file.csv", location));
  return percent_decoded(rest, location);
}

}  // namespace crm_merge
