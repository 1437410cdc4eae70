#include <unicode/ucnv.h>
#include <unicode/utf16.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "ingest/encoding.h"
#include "ingest/scan_format.h"

namespace crm {
namespace {

void append_code_point(char32_t c, std::string& text) {
  if (c < 0x80) {
    text += static_cast<char>(c);
  } else if (c < 0x800) {
    text += static_cast<char>(0xC0 | (c >> 6));
    text += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    text += static_cast<char>(0xE0 | (c >> 12));
    text += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    text += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    text += static_cast<char>(0xF0 | (c >> 18));
    text += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
    text += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    text += static_cast<char>(0x80 | (c & 0x3F));
  }
}

void append_all_undecodable(std::string_view bytes, std::string& text) {
  for (const char c : bytes) append_undecodable(static_cast<unsigned char>(c), text);
}

class Windows1252 final : public Transcoder {
 public:
  void append(std::string_view bytes, bool, std::string& text) override {
    // Source: the WHATWG index of windows-1252, but for the five bytes that Microsoft leaves undefined (0).
    static constexpr std::array<char16_t, 32> kHigh = {
        0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
        0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
        0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};
    while (!bytes.empty()) {
      std::size_t ascii = 0;
      while (ascii < bytes.size() && static_cast<signed char>(bytes[ascii]) >= 0) ++ascii;
      text.append(bytes.substr(0, ascii));
      bytes.remove_prefix(ascii);
      if (bytes.empty()) break;
      const unsigned char byte = static_cast<unsigned char>(bytes.front());
      const char32_t c = byte < 0xA0 ? kHigh[byte - 0x80] : byte;
      c == 0 ? append_undecodable(byte, text) : append_code_point(c, text);
      bytes.remove_prefix(1);
    }
  }
};

/// UTF-16 and UTF-32. `Unit` is 2 or 4 bytes.
template <std::size_t Unit>
class WideTranscoder final : public Transcoder {
 public:
  explicit WideTranscoder(bool big_endian) : big_endian_(big_endian) {}

  void append(std::string_view bytes, bool last, std::string& text) override {
    pending_.append(bytes);
    std::string_view rest = pending_;
    while (rest.size() >= Unit) {
      const std::size_t used = one(rest, last, text);
      if (used == 0) break;
      rest.remove_prefix(used);
    }
    if (last) {
      append_all_undecodable(rest, text);
      rest = {};
    }
    pending_.erase(0, pending_.size() - rest.size());
  }

 private:
  char32_t unit(std::string_view bytes) const {
    char32_t value = 0;
    for (std::size_t i = 0; i < Unit; ++i) {
      value = (value << 8) | static_cast<unsigned char>(bytes[big_endian_ ? i : Unit - 1 - i]);
    }
    return value;
  }

  /// Bytes used; 0: the second half of a pair is not there yet.
  std::size_t one(std::string_view bytes, bool last, std::string& text) const {
    const char32_t c = unit(bytes);
    if (c > 0x10FFFF || U_IS_SURROGATE(c)) {
      if (Unit == 2 && U16_IS_LEAD(c)) {
        if (bytes.size() < 4 && !last) return 0;
        const char32_t trail = bytes.size() < 4 ? 0 : unit(bytes.substr(2));
        if (U16_IS_TRAIL(trail)) {
          append_code_point(static_cast<char32_t>(U16_GET_SUPPLEMENTARY(c, trail)), text);
          return 4;
        }
      }
      append_all_undecodable(bytes.substr(0, Unit), text);
      return Unit;
    }
    append_code_point(c, text);
    return Unit;
  }

  bool big_endian_;
  std::string pending_;  // of `append`: less than a character between calls
};

class IcuTranscoder final : public Transcoder {
 public:
  explicit IcuTranscoder(const std::string& encoding) : converter_(nullptr, &ucnv_close) {
    UErrorCode status = U_ZERO_ERROR;
    converter_.reset(ucnv_open(encoding.c_str(), &status));
    // Stop at undecodable bytes instead of putting U+FFFD in their place.
    if (U_SUCCESS(status)) ucnv_setToUCallBack(converter_.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
    if (U_FAILURE(status)) throw Error(ErrorCode::invalid_config, "unknown encoding \"" + encoding + "\"");
  }

  void append(std::string_view bytes, bool last, std::string& text) override {
    const char* source = bytes.data();
    const char* const end = source + bytes.size();
    for (;;) {
      UErrorCode status = U_ZERO_ERROR;
      UChar* target = units_.data();
      ucnv_toUnicode(converter_.get(), &target, units_.data() + units_.size(), &source, end, nullptr, last, &status);
      append_units(static_cast<std::size_t>(target - units_.data()), text);
      if (status == U_BUFFER_OVERFLOW_ERROR) continue;
      if (U_SUCCESS(status)) {
        if (last) flush_lead(text);
        return;
      }
      char bad[32];
      std::int8_t size = sizeof bad;
      UErrorCode ignored = U_ZERO_ERROR;
      ucnv_getInvalidChars(converter_.get(), bad, &size, &ignored);
      flush_lead(text);
      append_all_undecodable(std::string_view(bad, static_cast<std::size_t>(size)), text);
      if (status == U_TRUNCATED_CHAR_FOUND) return;
    }
  }

 private:
  /// Half a pair means no character: kept as undecodable, so that its record is rejected and not changed.
  static void append_half(char16_t unit, std::string& text) {
    append_undecodable(static_cast<unsigned char>(unit >> 8), text);
    append_undecodable(static_cast<unsigned char>(unit & 0xFF), text);
  }

  void flush_lead(std::string& text) {
    if (lead_ != 0) append_half(lead_, text);
    lead_ = 0;
  }

  void append_units(std::size_t count, std::string& text) {
    for (std::size_t i = 0; i < count; ++i) {
      const char16_t unit = units_[i];
      if (lead_ != 0 && U16_IS_TRAIL(unit)) {
        append_code_point(static_cast<char32_t>(U16_GET_SUPPLEMENTARY(lead_, unit)), text);
        lead_ = 0;
        continue;
      }
      flush_lead(text);
      if (U16_IS_LEAD(unit)) {
        lead_ = unit;
      } else if (U16_IS_TRAIL(unit)) {
        append_half(unit, text);
      } else {
        append_code_point(unit, text);
      }
    }
  }

  std::unique_ptr<UConverter, void (*)(UConverter*)> converter_;
  std::vector<UChar> units_ = std::vector<UChar>(16 * 1024);
  char16_t lead_ = 0;  // first half of a pair whose second is in the next piece
};

}  // namespace

std::unique_ptr<Transcoder> make_transcoder(const std::string& encoding) {
  if (encoding == "utf-8") return nullptr;
  if (encoding == "windows-1252") return std::make_unique<Windows1252>();
  if (encoding == "utf-16le") return std::make_unique<WideTranscoder<2>>(false);
  if (encoding == "utf-16be") return std::make_unique<WideTranscoder<2>>(true);
  if (encoding == "utf-32le") return std::make_unique<WideTranscoder<4>>(false);
  if (encoding == "utf-32be") return std::make_unique<WideTranscoder<4>>(true);
  return std::make_unique<IcuTranscoder>(encoding);
}

}  // namespace crm
