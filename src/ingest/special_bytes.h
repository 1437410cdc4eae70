#pragma once

#include <cstddef>
#include <cstdint>

// The two loops that look at every byte. Both choose AVX2 at run time where the processor has it.
namespace crm {

/// Bytes that `index_special_bytes` takes in one call, at most.
inline constexpr std::size_t kIndexWindowBytes = 8192;

/// Writes the positions of `delimiter`, `"`, CR and LF in `text`, ascending, and returns how many there are.
/// `text`: `size` <= kIndexWindowBytes; nothing behind it is read. `out`: room for size + 64. Each position is
/// `base` + its offset in `text`.
std::size_t index_special_bytes(const char* text, std::size_t size, std::uint32_t base, char delimiter,
                                std::uint32_t* out);

/// Length of the longest prefix of `text` that is valid UTF-8.
/// Cost: some 30 GB/s on ASCII and 5 GB/s on other text with AVX2.
std::size_t valid_utf8_prefix(const char* text, std::size_t size);

namespace internal {
// The same without AVX2, for tests and other processors.
std::size_t index_special_bytes_portable(const char* text, std::size_t size, std::uint32_t base, char delimiter,
                                         std::uint32_t* out);
std::size_t valid_utf8_prefix_portable(const char* text, std::size_t size);
}  // namespace internal

}  // namespace crm
