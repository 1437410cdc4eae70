#include "report/plain_text.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace crm {
namespace {

/// The next code point of valid UTF-8 and its length in bytes.
char32_t next_code_point(std::string_view text, std::size_t& size) {
  const unsigned char b = static_cast<unsigned char>(text[0]);
  size = b < 0x80 ? 1 : b < 0xE0 ? 2 : b < 0xF0 ? 3 : 4;
  if (size > text.size()) size = 1;
  if (size == 1) return b;
  char32_t c = b & (0xFF >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) c = (c << 6) | (static_cast<unsigned char>(text[i]) & 0x3F);
  return c;
}

int code_point_width(char32_t c) {
  if (c < 0x20 || (c >= 0x7F && c < 0xA0)) return 0;
  if ((c >= 0x300 && c <= 0x36F) || (c >= 0x200B && c <= 0x200F) || (c >= 0xFE00 && c <= 0xFE0F)) return 0;
  const bool wide = (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) || (c >= 0xAC00 && c <= 0xD7A3) ||
                    (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
                    (c >= 0xFFE0 && c <= 0xFFE6) || (c >= 0x1F300 && c <= 0x1FAFF) || (c >= 0x20000 && c <= 0x3FFFD);
  return wide ? 2 : 1;
}

}  // namespace

int display_width(std::string_view text) {
  int width = 0;
  while (!text.empty()) {
    std::size_t size = 1;
    width += code_point_width(next_code_point(text, size));
    text.remove_prefix(size);
  }
  return width;
}

std::string shorten(std::string_view text, int width) {
  if (display_width(text) <= width) return std::string(text);
  std::string out;
  int used = 1;  // the ellipsis
  while (!text.empty()) {
    std::size_t size = 1;
    const int w = code_point_width(next_code_point(text, size));
    if (used + w > width) break;
    used += w;
    out += text.substr(0, size);
    text.remove_prefix(size);
  }
  return out + "…";
}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t valid = utf8_prefix(text.substr(0, std::min<std::size_t>(text.size(), 4)));
    const unsigned char b = static_cast<unsigned char>(text[0]);
    if (b < 0x20 || b == 0x7F) {
      if (b == '\n') out += "\\n";
      else if (b == '\r') out += "\\r";
      else if (b == '\t') out += "\\t";
      else out += fmt::format("\\x{:02X}", b);
      text.remove_prefix(1);
    } else if (valid == 0) {
      out += fmt::format("\\x{:02X}", b);
      text.remove_prefix(1);
    } else {
      std::size_t size = 1;
      const char32_t c = next_code_point(text, size);
      // C1 controls, line separators and the marks that turn text around are shown by number.
      const bool steers = (c >= 0x80 && c < 0xA0) || c == 0x2028 || c == 0x2029 || (c >= 0x202A && c <= 0x202E) ||
                          (c >= 0x2066 && c <= 0x2069);
      if (steers) out += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
      else out += text.substr(0, size);
      text.remove_prefix(size);
    }
  }
  return out;
}

}  // namespace crm
