#include "http/url.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace crm {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; });
}

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
    if (high < 0 || low < 0 || high + low == 0) return std::nullopt;
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  if (!is_utf8(decoded)) return std::nullopt;
  return decoded;
}

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain)
      encoded += c;
    else
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

std::optional<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parsed;
  while (!query.empty()) {
    const std::string_view item = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), item.size() + 1));
    if (item.empty()) continue;
    const std::size_t equals = item.find('=');
    std::string name(item.substr(0, equals));
    std::string value(equals == std::string_view::npos ? std::string_view() : item.substr(equals + 1));
    std::replace(name.begin(), name.end(), '+', ' ');
    std::replace(value.begin(), value.end(), '+', ' ');
    auto decoded_name = percent_decoded(name), decoded_value = percent_decoded(value);
    if (!decoded_name || !decoded_value) return std::nullopt;
    parsed.emplace_back(*std::move(decoded_name), *std::move(decoded_value));
  }
  return parsed;
}

std::optional<std::vector<std::string>> path_components(std::string_view path) {
  if (path.empty() || path.front() != '/') return std::nullopt;
  std::vector<std::string> components;
  path.remove_prefix(1);
  if (path.empty()) return components;
  while (true) {
    const std::size_t slash = path.find('/');
    auto component = percent_decoded(path.substr(0, slash));
    if (!component || component->empty() || *component == "." || *component == ".." ||
        has_control(*component) || component->find('/') != std::string::npos ||
        component->find('\\') != std::string::npos) {
      return std::nullopt;
    }
    components.push_back(*std::move(component));
    if (slash == std::string_view::npos) return components;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace crm
