#include "base/random.h"

#include <sys/random.h>

#include <array>

#include "base/error.h"

namespace crm {

void fill_random(std::span<unsigned char> bytes) {
  // Up to 256 bytes come whole or not at all once the pool is ready.
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    throw Error(ErrorCode::unavailable, "the system gives no random numbers");
  }
}

std::string hex(std::span<const unsigned char> bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string random_hex() {
  std::array<unsigned char, 16> bytes;
  fill_random(bytes);
  return hex(bytes);
}

}  // namespace crm
