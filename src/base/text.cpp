#include "base/text.h"

#include <unicode/bytestream.h>
#include <unicode/casemap.h>

#include <cstdint>
#include <cstring>

#include "base/error.h"

namespace crm {
namespace {

using Byte = unsigned char;

constexpr std::uint64_t kHighBits = 0x8080808080808080u;

std::uint64_t load8(const char* at) {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

bool is_ascii(std::string_view text) {
  const char* at = text.data();
  std::size_t left = text.size();
  std::uint64_t seen = 0;
  for (; left >= 32; left -= 32, at += 32) {
    seen |= load8(at) | load8(at + 8) | load8(at + 16) | load8(at + 24);
    if (seen & kHighBits) return false;
  }
  for (; left >= 8; left -= 8, at += 8) seen |= load8(at);
  for (; left > 0; --left, ++at) seen |= static_cast<Byte>(*at);
  return (seen & kHighBits) == 0;
}

bool is_ascii_space(Byte c) { return c == 0x20 || (c >= 0x09 && c <= 0x0D); }

/// Size of the white-space character that `at` begins with, 0 if it is none. White_Space has 6 ASCII, 2 two-byte and
/// 17 three-byte characters, so their bytes are compared and nothing needs decoding.
std::size_t white_space_at(const char* at, std::size_t left) {
  const auto byte = [at](std::size_t i) { return static_cast<Byte>(at[i]); };
  if (left == 0) return 0;
  if (byte(0) < 0x80) return is_ascii_space(byte(0)) ? 1 : 0;
  if (left >= 2 && byte(0) == 0xC2) return byte(1) == 0x85 || byte(1) == 0xA0 ? 2 : 0;
  if (left < 3 || byte(0) < 0xE1 || byte(0) > 0xE3) return 0;
  const char32_t low = (static_cast<char32_t>(byte(1)) << 8) | byte(2);
  switch (byte(0)) {
    case 0xE1: return low == 0x9A80 ? 3 : 0;                                                   // U+1680
    case 0xE2:
      return (low >= 0x8080 && low <= 0x808A) || low == 0x80A8 || low == 0x80A9 || low == 0x80AF || low == 0x819F
                 ? 3 : 0;  // U+2000..200A, 2028, 2029, 202F, 205F
    default: return low == 0x8080 ? 3 : 0;                                                     // U+3000
  }
}

std::size_t white_space_before(std::string_view text) {
  if (text.empty()) return 0;
  const Byte last = static_cast<Byte>(text.back());
  if (last < 0x80) return is_ascii_space(last) ? 1 : 0;
  if (text.size() >= 2 && white_space_at(text.data() + text.size() - 2, 2) == 2) return 2;
  if (text.size() >= 3 && white_space_at(text.data() + text.size() - 3, 3) == 3) return 3;
  return 0;
}

/// Appends ASCII `text` in lower case.
void append_ascii_lower(std::string_view text, std::string& out) {
  const std::size_t start = out.size();
  out.append(text);
  char* at = out.data() + start;
  for (std::size_t i = 0; i < text.size(); ++i) {  // no branch, so that the compiler vectorizes it
    const Byte c = static_cast<Byte>(at[i]);
    at[i] = static_cast<char>(c | (static_cast<Byte>(c - 'A') < 26 ? 0x20 : 0));
  }
}

/// Appends what ICU makes of valid UTF-8.
void append_icu_lower(std::string_view text, std::string& out) {
  UErrorCode status = U_ZERO_ERROR;
  icu::StringByteSink<std::string> sink(&out);
  icu::CaseMap::utf8ToLower("", 0, icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())), sink,
                            nullptr, status);
  if (U_FAILURE(status)) {
    throw Error(ErrorCode::internal, "ICU could not lower-case a text; is its data file installed?",
                u_errorName(status));
  }
}

/// Bytes of the valid UTF-8 sequence at `at`, 0 if there is none (Unicode, table 3-7).
std::size_t sequence_at(const char* at, std::size_t left) {
  const auto byte = [at](std::size_t i) { return static_cast<Byte>(at[i]); };
  const auto continues = [&](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const Byte lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead < 0xC2) return 0;
  if (lead < 0xE0) return left >= 2 && continues(1) ? 2 : 0;
  if (lead < 0xF0) {
    if (left < 3 || !continues(1) || !continues(2)) return 0;
    if (lead == 0xE0 && byte(1) < 0xA0) return 0;   // overlong
    if (lead == 0xED && byte(1) >= 0xA0) return 0;  // surrogates
    return 3;
  }
  if (lead > 0xF4 || left < 4 || !continues(1) || !continues(2) || !continues(3)) return 0;
  if (lead == 0xF0 && byte(1) < 0x90) return 0;   // overlong
  if (lead == 0xF4 && byte(1) >= 0x90) return 0;  // above U+10FFFF
  return 4;
}

}  // namespace

bool is_white_space(char32_t c) {
  if (c < 0x80) return is_ascii_space(static_cast<Byte>(c));
  return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 ||
         c == 0x202F || c == 0x205F || c == 0x3000;
}

std::string_view trim_white(std::string_view text) {
  while (const std::size_t size = white_space_at(text.data(), text.size())) text.remove_prefix(size);
  while (const std::size_t size = white_space_before(text)) text.remove_suffix(size);
  return text;
}

bool is_white(std::string_view text) {
  while (const std::size_t size = white_space_at(text.data(), text.size())) text.remove_prefix(size);
  return text.empty();
}

void append_lower(std::string_view text, std::string& out) {
  if (is_ascii(text)) return append_ascii_lower(text, out);
  // ICU counts in 32 bits and replaces bytes that are not UTF-8, so it gets valid pieces of bounded size; only the
  // context of a final sigma could notice the border of a piece.
  constexpr std::size_t kMaxPiece = 1u << 30;
  while (!text.empty()) {
    std::size_t valid = utf8_prefix(text.substr(0, kMaxPiece));
    append_icu_lower(text.substr(0, valid), out);
    text.remove_prefix(valid);
    if (text.empty()) break;
    if (sequence_at(text.data(), text.size()) != 0) continue;  // cut by the bound, not by a bad byte
    out.push_back(text.front());
    text.remove_prefix(1);
  }
}

std::string lower(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  append_lower(text, out);
  return out;
}

std::size_t code_points(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<Byte>(c) & 0xC0) != 0x80;
  return count;
}

std::size_t utf8_prefix(std::string_view text) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const char* at = begin;
  while (at != end) {
    if (static_cast<Byte>(*at) < 0x80) {
      while (end - at >= 32 &&
             ((load8(at) | load8(at + 8) | load8(at + 16) | load8(at + 24)) & kHighBits) == 0) {
        at += 32;
      }
      while (at != end && static_cast<Byte>(*at) < 0x80) ++at;
      continue;
    }
    const std::size_t size = sequence_at(at, static_cast<std::size_t>(end - at));
    if (size == 0) break;
    at += size;
  }
  return static_cast<std::size_t>(at - begin);
}

bool is_utf8(std::string_view text) { return utf8_prefix(text) == text.size(); }

std::string fold_name(std::string_view name) {
  std::string folded = lower(trim(name));
  std::erase_if(folded, [](char c) { return c == ' ' || c == '_' || c == '-' || c == '.'; });
  return folded;
}

bool same_name(std::string_view a, std::string_view b) {
  if (a == b) return true;
  const std::string folded = fold_name(a);
  return !folded.empty() && folded == fold_name(b);
}

}  // namespace crm
