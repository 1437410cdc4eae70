#include "ingest/special_bytes.h"

#include <bit>
#include <cstring>
#include <string_view>

#include "base/text.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace crm {
namespace internal {

std::size_t index_special_bytes_portable(const char* text, std::size_t size, std::uint32_t base, char delimiter,
                                         std::uint32_t* out) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const char c = text[i];
    out[count] = base + static_cast<std::uint32_t>(i);
    count += (c == delimiter) | (c == '"') | (c == '\n') | (c == '\r');
  }
  return count;
}

std::size_t valid_utf8_prefix_portable(const char* text, std::size_t size) {
  return utf8_prefix(std::string_view(text, size));
}

}  // namespace internal

#if defined(__x86_64__)
namespace {

#define CRM_AVX2 __attribute__((target("avx2,bmi,popcnt")))

CRM_AVX2 inline std::uint64_t special_mask(const char* text, __m256i delimiter) {
  const __m256i quote = _mm256_set1_epi8('"'), lf = _mm256_set1_epi8('\n'), cr = _mm256_set1_epi8('\r');
  std::uint64_t masks[2];
  for (int half = 0; half < 2; ++half) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text + 32 * half));
    const __m256i found = _mm256_or_si256(
        _mm256_or_si256(_mm256_cmpeq_epi8(bytes, delimiter), _mm256_cmpeq_epi8(bytes, quote)),
        _mm256_or_si256(_mm256_cmpeq_epi8(bytes, lf), _mm256_cmpeq_epi8(bytes, cr)));
    masks[half] = static_cast<std::uint32_t>(_mm256_movemask_epi8(found));
  }
  return masks[0] | (masks[1] << 32);
}

// Writes eight positions at a time whether or not there are so many: no branch per bit (Langdale, Lemire: simdjson).
CRM_AVX2 inline std::uint32_t* write_positions(std::uint64_t mask, std::uint32_t base, std::uint32_t* out) {
  const int count = std::popcount(mask);
  for (int written = 0; written < count; written += 8) {
    for (int i = 0; i < 8; ++i) {
      out[written + i] = base + static_cast<std::uint32_t>(std::countr_zero(mask));
      mask &= mask - 1;
    }
  }
  return out + count;
}

CRM_AVX2 std::size_t index_special_bytes_avx2(const char* text, std::size_t size, std::uint32_t base,
                                              char delimiter, std::uint32_t* out) {
  const __m256i wanted = _mm256_set1_epi8(delimiter);
  std::uint32_t* next = out;
  std::size_t i = 0;
  for (; i + 64 <= size; i += 64) {
    next = write_positions(special_mask(text + i, wanted), base + static_cast<std::uint32_t>(i), next);
  }
  if (i < size) {
    char tail[64] = {};  // NUL is never special
    std::memcpy(tail, text + i, size - i);
    std::uint64_t mask = special_mask(tail, wanted);
    if (delimiter == '\0') mask &= (std::uint64_t{1} << (size - i)) - 1;
    next = write_positions(mask, base + static_cast<std::uint32_t>(i), next);
  }
  return static_cast<std::size_t>(next - out);
}

// Source: Keiser, Lemire, "Validating UTF-8 In Less Than One Instruction Per Byte" (2021): three table look-ups on
// nibbles find every wrong pair of neighbours; the third and fourth bytes of long sequences are checked apart.
struct Utf8Check {
  __m256i error, previous, incomplete;
};

template <int N>
CRM_AVX2 inline __m256i shifted_in(__m256i bytes, __m256i previous) {
  return _mm256_alignr_epi8(bytes, _mm256_permute2x128_si256(previous, bytes, 0x21), 16 - N);
}

CRM_AVX2 inline __m256i high_nibbles(__m256i bytes) {
  return _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(0x0F));
}

CRM_AVX2 inline __m256i table(const unsigned char (&entries)[16], __m256i index) {
  const __m128i row = _mm_loadu_si128(reinterpret_cast<const __m128i*>(entries));
  return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(row), index);
}

constexpr unsigned char kTooShort = 1, kTooLong = 2, kOverlong3 = 4, kTooLarge = 8, kSurrogate = 16, kOverlong2 = 32,
                        kTooLarge1000 = 64, kOverlong4 = 64, kTwoContinuations = 128;
constexpr unsigned char kCarry = kTooShort | kTooLong | kTwoContinuations;
constexpr unsigned char kFirstHigh[16] = {
    kTooLong, kTooLong, kTooLong, kTooLong, kTooLong, kTooLong, kTooLong, kTooLong,
    kTwoContinuations, kTwoContinuations, kTwoContinuations, kTwoContinuations,
    kTooShort | kOverlong2, kTooShort, kTooShort | kOverlong3 | kSurrogate,
    kTooShort | kTooLarge | kTooLarge1000 | kOverlong4};
constexpr unsigned char kFirstLow[16] = {
    kCarry | kOverlong3 | kOverlong2 | kOverlong4, kCarry | kOverlong2, kCarry, kCarry, kCarry | kTooLarge,
    kCarry | kTooLarge | kTooLarge1000, kCarry | kTooLarge | kTooLarge1000, kCarry | kTooLarge | kTooLarge1000,
    kCarry | kTooLarge | kTooLarge1000, kCarry | kTooLarge | kTooLarge1000, kCarry | kTooLarge | kTooLarge1000,
    kCarry | kTooLarge | kTooLarge1000, kCarry | kTooLarge | kTooLarge1000,
    kCarry | kTooLarge | kTooLarge1000 | kSurrogate, kCarry | kTooLarge | kTooLarge1000,
    kCarry | kTooLarge | kTooLarge1000};
constexpr unsigned char kSecondHigh[16] = {
    kTooShort, kTooShort, kTooShort, kTooShort, kTooShort, kTooShort, kTooShort, kTooShort,
    kTooLong | kOverlong2 | kTwoContinuations | kOverlong3 | kTooLarge1000 | kOverlong4,
    kTooLong | kOverlong2 | kTwoContinuations | kOverlong3 | kTooLarge,
    kTooLong | kOverlong2 | kTwoContinuations | kSurrogate | kTooLarge,
    kTooLong | kOverlong2 | kTwoContinuations | kSurrogate | kTooLarge,
    kTooShort, kTooShort, kTooShort, kTooShort};

CRM_AVX2 inline void check_block(Utf8Check& check, __m256i bytes) {
  if (_mm256_movemask_epi8(bytes) == 0) {
    check.error = _mm256_or_si256(check.error, check.incomplete);
    check.incomplete = _mm256_setzero_si256();
    check.previous = bytes;
    return;
  }
  const __m256i before = shifted_in<1>(bytes, check.previous);
  const __m256i pairs =
      _mm256_and_si256(_mm256_and_si256(table(kFirstHigh, high_nibbles(before)),
                                        table(kFirstLow, _mm256_and_si256(before, _mm256_set1_epi8(0x0F)))),
                       table(kSecondHigh, high_nibbles(bytes)));
  // The third byte of 3, and the third and fourth of 4, must be continuations: exactly there kTwoContinuations is right.
  const __m256i third = _mm256_subs_epu8(shifted_in<2>(bytes, check.previous), _mm256_set1_epi8(0xE0 - 0x80));
  const __m256i fourth = _mm256_subs_epu8(shifted_in<3>(bytes, check.previous), _mm256_set1_epi8(0xF0 - 0x80));
  const __m256i must = _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8(static_cast<char>(0x80)));
  check.error = _mm256_or_si256(check.error, _mm256_xor_si256(must, pairs));

  // A lead byte so late in the block that its sequence runs into the next one.
  alignas(32) static constexpr unsigned char kMax[32] = {
      255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
      255, 255, 255, 255, 255, 255, 255, 0xF0 - 1, 0xE0 - 1, 0xC0 - 1};
  check.incomplete = _mm256_subs_epu8(bytes, _mm256_load_si256(reinterpret_cast<const __m256i*>(kMax)));
  check.previous = bytes;
}

CRM_AVX2 std::size_t valid_utf8_prefix_avx2(const char* text, std::size_t size) {
  const __m256i zero = _mm256_setzero_si256();
  Utf8Check check{zero, zero, zero};
  std::size_t i = 0;
  for (; i + 32 <= size; i += 32) {
    check_block(check, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text + i)));
    if (!_mm256_testz_si256(check.error, check.error)) break;
  }
  // The error, or the end, is in the last block or a sequence that began up to three bytes ahead of it: look closely,
  // from the start of a character.
  std::size_t from = i;
  for (int back = 0; back < 3 && from > 0; ++back) --from;
  while (from > 0 && (static_cast<unsigned char>(text[from]) & 0xC0) == 0x80) --from;
  return from + internal::valid_utf8_prefix_portable(text + from, size - from);
}

bool has_avx2() {
  static const bool has = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi");
  return has;
}

}  // namespace

std::size_t index_special_bytes(const char* text, std::size_t size, std::uint32_t base, char delimiter,
                                std::uint32_t* out) {
  return has_avx2() ? index_special_bytes_avx2(text, size, base, delimiter, out)
                    : internal::index_special_bytes_portable(text, size, base, delimiter, out);
}

std::size_t valid_utf8_prefix(const char* text, std::size_t size) {
  return has_avx2() ? valid_utf8_prefix_avx2(text, size) : internal::valid_utf8_prefix_portable(text, size);
}

#else

std::size_t index_special_bytes(const char* text, std::size_t size, std::uint32_t base, char delimiter,
                                std::uint32_t* out) {
  return internal::index_special_bytes_portable(text, size, base, delimiter, out);
}

std::size_t valid_utf8_prefix(const char* text, std::size_t size) {
  return internal::valid_utf8_prefix_portable(text, size);
}

#endif

}  // namespace crm
