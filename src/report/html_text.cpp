#include "report/html_text.h"

#include <fmt/format.h>

#include "base/text.h"
#include "report/figures.h"

namespace crm {
namespace {

std::string_view reference(char c) {
  switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return {};
  }
}

void append_valid(std::string_view text, std::string& out) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const std::string_view safe = reference(c);
    if (!safe.empty()) out += safe;
    else if (byte < 0x20 && c != '\n' && c != '\t') out += {'\xE2', '\x90', static_cast<char>(0x80 + byte)};  // U+2400 on
    else if (byte == 0x7F) out += "\xE2\x90\xA1";
    else out += c;
  }
}

}  // namespace

std::string html_escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (true) {
    const std::size_t valid = utf8_prefix(text);
    append_valid(text.substr(0, valid), out);
    if (valid == text.size()) return out;
    out += "\xEF\xBF\xBD";
    text.remove_prefix(valid + 1);
  }
}

std::string html_name(std::string_view name) {
  if (is_white(name)) return "<i class=\"dim\">blank name</i>";
  return fmt::format("<bdi>{}</bdi>", html_escaped(name));
}

std::string html_figure(std::string_view figure, std::uint64_t value) {
  return fmt::format("<data value=\"{}\" data-figure=\"{}\">{}</data>", value, figure, with_thousands(value));
}

}  // namespace crm
