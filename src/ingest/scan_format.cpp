#include "ingest/scan_format.h"

#include <fmt/format.h>

#include <cctype>

#include "ingest/special_bytes.h"

namespace crm {
namespace {

// FE is no byte of UTF-8; the value follows in the low halves of two continuation bytes.
constexpr unsigned char kUndecodableMark = 0xFE;

bool is_mark(std::string_view text) {
  return text.size() >= 3 && static_cast<unsigned char>(text[0]) == kUndecodableMark &&
         (static_cast<unsigned char>(text[1]) & 0xF0) == 0x80 && (static_cast<unsigned char>(text[2]) & 0xF0) == 0x80;
}

void append_hex(unsigned char byte, std::string& out) { out += fmt::format("\\x{:02X}", byte); }

void append_escaped(std::string_view text, std::string& out) {
  for (const char c : text) {
    if (c == '\\') out += '\\';
    out += c;
  }
}

}  // namespace

std::string encoding_title(std::string_view name) {
  if (name == "windows-1252") return "Windows-1252";
  std::string title(name);
  for (char& c : title) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return title;
}

std::string reject_reason_text(RejectReason reason, const ScanFormat& format, std::size_t fields) {
  switch (reason) {
    case RejectReason::none:
      return {};
    case RejectReason::too_many_fields:
      return fmt::format("too many fields (expected {}, found {})", format.columns, fields);
    case RejectReason::text_after_quote:
      return "text after a closing quote";
    case RejectReason::open_quote:
      return "quote is never closed";
    case RejectReason::undecodable:
      return "bytes that are not " + encoding_title(format.encoding);
    case RejectReason::too_long:
      return "record is longer than --max-record-bytes";
    case RejectReason::stated:
      return {};  // ingest/table_text.h has its words
  }
  return {};
}

void append_undecodable(unsigned char byte, std::string& text) {
  text += static_cast<char>(kUndecodableMark);
  text += static_cast<char>(0x80 | (byte >> 4));
  text += static_cast<char>(0x80 | (byte & 0x0F));
}

std::string reject_text(std::string_view raw, const ScanFormat& format) {
  const bool transcoded = format.encoding != "utf-8";
  std::string out;
  out.reserve(raw.size());
  while (!raw.empty()) {
    const std::size_t valid = valid_utf8_prefix(raw.data(), raw.size());
    append_escaped(raw.substr(0, valid), out);
    raw.remove_prefix(valid);
    if (raw.empty()) break;
    if (transcoded && is_mark(raw)) {
      append_hex(static_cast<unsigned char>((raw[1] << 4) | (raw[2] & 0x0F)), out);
      raw.remove_prefix(3);
    } else {
      append_hex(static_cast<unsigned char>(raw[0]), out);
      raw.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace crm
