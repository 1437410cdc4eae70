#include "ingest/encoding.h"

#include <fmt/format.h>
#include <unicode/ucnv.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "base/error.h"
#include "ingest/special_bytes.h"

namespace crm {
namespace {

struct Bom {
  std::string_view bytes;
  const char* name;
};
// The longer first: a UTF-32LE BOM begins with that of UTF-16LE.
constexpr Bom kBoms[] = {{"\xEF\xBB\xBF", "utf-8"},
                         {std::string_view("\xFF\xFE\0\0", 4), "utf-32le"},
                         {std::string_view("\0\0\xFE\xFF", 4), "utf-32be"},
                         {"\xFF\xFE", "utf-16le"},
                         {"\xFE\xFF", "utf-16be"}};

const Bom* find_bom(std::string_view head) {
  for (const Bom& bom : kBoms) {
    // FF FE 00 00 may also be UTF-16 with a NUL in front; only whole units of four are UTF-32.
    if (head.starts_with(bom.bytes) && (bom.bytes.size() != 4 || head.size() % 4 == 0)) return &bom;
  }
  return nullptr;
}

std::string folded(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c != '-' && c != '_' && c != ' ') out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return out;
}

/// Names that we decode ourselves; anything else is ICU's. Null: not one of them.
const char* own_name(std::string_view given) {
  static constexpr std::pair<std::string_view, const char*> kNames[] = {
      {"utf8", "utf-8"},          {"utf8sig", "utf-8"},       {"ascii", "utf-8"},        {"usascii", "utf-8"},
      {"utf16le", "utf-16le"},    {"utf16be", "utf-16be"},    {"utf32le", "utf-32le"},   {"utf32be", "utf-32be"},
      {"ucs2le", "utf-16le"},     {"ucs2be", "utf-16be"},     {"windows1252", "windows-1252"},
      {"cp1252", "windows-1252"}, {"ansi", "windows-1252"},   {"win1252", "windows-1252"}};
  const std::string name = folded(given);
  for (const auto& [spelling, own] : kNames) {
    if (name == spelling) return own;
  }
  return nullptr;
}

struct NulShares {
  std::size_t units = 0;
  std::array<std::size_t, 4> at = {};  // NULs at byte 0, 1, 2, 3 of each four
};

NulShares count_nuls(std::string_view head) {
  NulShares shares;
  shares.units = head.size() / 4;
  for (std::size_t i = 0; i < shares.units * 4; ++i) shares.at[i % 4] += head[i] == '\0';
  return shares;
}

/// True if nearly all bytes LF stand for a line feed of UTF-16: at the right side of a NUL, in step.
bool line_feeds_are_wide(std::string_view head, bool big_endian) {
  std::size_t wide = 0, other = 0;
  for (std::size_t i = 0; i + 1 < head.size(); i += 2) {
    const char low = head[big_endian ? i + 1 : i], high = head[big_endian ? i : i + 1];
    wide += low == '\n' && high == '\0';
    other += (low == '\n' && high != '\0') || high == '\n';
  }
  return wide > 0 && other * 10 <= wide;
}

/// Latin text in UTF-16 has a NUL in every other byte, text of other scripts in its delimiters and line ends. A file of
/// bytes that happens to hold NULs has them on both sides, or its line feeds do not go with them.
std::optional<std::string> wide_by_nuls(std::string_view head, bool whole) {
  if (head.size() < 4 || (whole && head.size() % 2 != 0)) return std::nullopt;
  const NulShares nuls = count_nuls(head);
  const auto most = [&](std::size_t count) { return count * 10 >= nuls.units * 9; };
  const auto few = [&](std::size_t count) { return count * 50 <= nuls.units; };
  if (!whole || head.size() % 4 == 0) {
    if (few(nuls.at[0]) && most(nuls.at[2]) && most(nuls.at[3])) return "utf-32le";
    if (most(nuls.at[0]) && most(nuls.at[1]) && few(nuls.at[3])) return "utf-32be";
  }
  const std::size_t even = nuls.at[0] + nuls.at[2], odd = nuls.at[1] + nuls.at[3];
  const std::size_t pairs = 2 * nuls.units;
  const auto likely = [&](std::size_t count, std::size_t other, bool big_endian) {
    if (count * 20 < pairs || other * 20 > count) return false;
    return count * 10 >= pairs * 7 || line_feeds_are_wide(head, big_endian);
  };
  if (likely(odd, even, false)) return "utf-16le";
  if (likely(even, odd, true)) return "utf-16be";
  return std::nullopt;
}

EncodingFinding given_encoding(std::string_view head, bool whole, const std::string& given) {
  EncodingFinding finding;
  finding.certainty = {1.0, true, "--encoding"};
  const Bom* bom = find_bom(head);
  const std::string name = folded(given);
  if (name == "utf16" || name == "utf32") {
    // The byte order is the file's to tell.
    const std::string_view prefix = name == "utf16" ? "utf-16" : "utf-32";
    if (bom != nullptr && std::string_view(bom->name).starts_with(prefix)) {
      finding.name = bom->name;
    } else {
      const auto wide = wide_by_nuls(head, whole);
      finding.name = wide && wide->starts_with(prefix) ? *wide : fmt::format("{}le", prefix);
    }
  } else if (const char* own = own_name(given)) {
    finding.name = own;
  } else {
    UErrorCode status = U_ZERO_ERROR;
    UConverter* converter = ucnv_open(given.c_str(), &status);
    ucnv_close(converter);
    if (given.empty() || U_FAILURE(status)) {
      throw Error(ErrorCode::invalid_config, "--encoding: unknown encoding \"" + given +
                                                 "\"; examples: utf-8, utf-16le, windows-1252, iso-8859-2, shift_jis");
    }
    finding.name = given;
  }
  for (const Bom& candidate : kBoms) {
    if (candidate.name == finding.name && head.starts_with(candidate.bytes)) finding.bom_bytes = candidate.bytes.size();
  }
  return finding;
}

}  // namespace

EncodingFinding detect_encoding(std::string_view head, bool whole, const std::optional<std::string>& given) {
  if (given) return given_encoding(head, whole, *given);
  if (const Bom* bom = find_bom(head)) {
    return {bom->name, bom->bytes.size(), {1.0, true, "byte order mark"}};
  }
  if (const auto wide = wide_by_nuls(head, whole)) {
    return {*wide, 0, {0.95, false, "NULs in every other byte"}};
  }
  const std::size_t valid = valid_utf8_prefix(head.data(), head.size());
  // A character may be cut at the end of the sample.
  if (valid == head.size() || (!whole && head.size() - valid < 4)) {
    const bool ascii = std::all_of(head.begin(), head.end(), [](char c) { return static_cast<signed char>(c) >= 0; });
    const char* reason = ascii ? "only ASCII" : "valid UTF-8";
    return {"utf-8", 0, {whole ? 1.0 : 0.99, false, whole ? reason : fmt::format("{} in the first MiB", reason)}};
  }
  const bool undefined = std::any_of(head.begin(), head.end(), [](char c) {
    return c == '\x81' || c == '\x8D' || c == '\x8F' || c == '\x90' || c == '\x9D';
  });
  return {"windows-1252",
          0,
          {undefined ? 0.3 : 0.7, false,
           undefined ? "not valid UTF-8, but not wholly Windows-1252 either" : "not valid UTF-8"}};
}

}  // namespace crm
