#pragma once

#include <cstdint>
#include <cstring>
#include <string>

// Numbers in spools: small ones take one byte.
namespace crm {

inline void put_varint(std::uint64_t value, std::string& out) {
  while (value >= 0x80) {
    out += static_cast<char>(value | 0x80);
    value >>= 7;
  }
  out += static_cast<char>(value);
}

inline std::uint64_t get_varint(const char*& at) {
  std::uint64_t value = static_cast<unsigned char>(*at++);
  if (value < 0x80) return value;
  value &= 0x7F;
  for (int shift = 7;; shift += 7) {
    const std::uint64_t byte = static_cast<unsigned char>(*at++);
    value |= (byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
}

/// A number or struct of fixed size, as its bytes (spools never leave the process).
template <typename T>
void put_fixed(const T& value, std::string& out) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(T));
}

template <typename T>
T get_fixed(const char*& at) {
  T value;
  std::memcpy(&value, at, sizeof(T));
  at += sizeof(T);
  return value;
}

}  // namespace crm
