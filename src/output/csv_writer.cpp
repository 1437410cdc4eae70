#include "output/csv_writer.h"

#include <cstddef>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace crm {
namespace {

bool is_special(char c, char delimiter) { return c == delimiter || c == '"' || c == '\n' || c == '\r'; }

#ifdef __SSE2__

using Block = __m128i;

Block load(const char* at) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at)); }

Block specials(Block block, Block delimiter) {
  const Block quote = _mm_cmpeq_epi8(block, _mm_set1_epi8('"'));
  const Block line_feed = _mm_cmpeq_epi8(block, _mm_set1_epi8('\n'));
  const Block carriage_return = _mm_cmpeq_epi8(block, _mm_set1_epi8('\r'));
  return _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(block, delimiter), quote), _mm_or_si128(line_feed, carriage_return));
}

Block repeat(char c) { return _mm_set1_epi8(c); }
bool any(Block found) { return _mm_movemask_epi8(found) != 0; }

#else

/// Eight bytes at a time in a plain word.
using Block = std::uint64_t;

constexpr Block kOnes = 0x0101010101010101u;
constexpr Block kHighs = 0x8080808080808080u;

Block load(const char* at) {
  Block block;
  std::memcpy(&block, at, sizeof block);
  return block;
}

Block repeat(char c) { return kOnes * static_cast<unsigned char>(c); }

/// Not zero if some byte of `block` equals the repeated one.
Block equals(Block block, Block repeated) {
  const Block difference = block ^ repeated;
  return (difference - kOnes) & ~difference & kHighs;
}

Block specials(Block block, Block delimiter) {
  return equals(block, delimiter) | equals(block, repeat('"')) | equals(block, repeat('\n')) |
         equals(block, repeat('\r'));
}

bool any(Block found) { return found != 0; }

#endif

}  // namespace

bool needs_quotes(std::string_view text, char delimiter) {
  const char* at = text.data();
  std::size_t left = text.size();
  if (left < sizeof(Block)) {
    for (; left > 0; --left, ++at) {
      if (is_special(*at, delimiter)) return true;
    }
    return false;
  }
  const Block repeated = repeat(delimiter);
  for (; left > sizeof(Block); left -= sizeof(Block), at += sizeof(Block)) {
    if (any(specials(load(at), repeated))) return true;
  }
  // The last block may overlap the one before it.
  return any(specials(load(text.data() + text.size() - sizeof(Block)), repeated));
}

void append_doubling_quotes(std::string_view text, std::string& out) {
  while (true) {
    const std::size_t quote = text.find('"');
    if (quote == std::string_view::npos) break;
    out.append(text.substr(0, quote + 1));
    out.push_back('"');
    text.remove_prefix(quote + 1);
  }
  out.append(text);
}

void append_field(std::string_view text, char delimiter, std::string& out) {
  if (!needs_quotes(text, delimiter)) {
    out.append(text);
    return;
  }
  out.push_back('"');
  append_doubling_quotes(text, out);
  out.push_back('"');
}

void append_record(const std::vector<std::string_view>& fields, char delimiter, std::string& out) {
  if (fields.size() == 1 && fields.front().empty()) {
    out.append("\"\"\n");
    return;
  }
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) out.push_back(delimiter);
    append_field(fields[i], delimiter, out);
  }
  out.push_back('\n');
}

}  // namespace crm
