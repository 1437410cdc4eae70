#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace crm {

/// An etag of bytes as they come: XXH3 of 128 bits in hex. It tells changes and damage, not attacks.
class ContentHash {
 public:
  ContentHash();
  ~ContentHash();
  ContentHash(ContentHash&&) noexcept;
  ContentHash& operator=(ContentHash&&) noexcept;

  void add(std::string_view bytes);
  /// Of all bytes so far.
  std::string etag() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Reads `size` bytes from `offset` of a file. Errors: unavailable.
std::string hash_file(int fd, std::uint64_t offset, std::uint64_t size);

}  // namespace crm
