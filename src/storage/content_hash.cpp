#include "storage/content_hash.h"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/error.h"
#include "base/fd.h"

namespace crm {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 20;

}  // namespace

struct ContentHash::State {
  struct Free {
    void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
  };
  std::unique_ptr<XXH3_state_t, Free> xxh{XXH3_createState()};
};

ContentHash::ContentHash() : state_(std::make_unique<State>()) { XXH3_128bits_reset(state_->xxh.get()); }
ContentHash::~ContentHash() = default;
ContentHash::ContentHash(ContentHash&&) noexcept = default;
ContentHash& ContentHash::operator=(ContentHash&&) noexcept = default;

void ContentHash::add(std::string_view bytes) {
  XXH3_128bits_update(state_->xxh.get(), bytes.data(), bytes.size());
}

std::string ContentHash::etag() const {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state_->xxh.get()));
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : canonical.digest) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string hash_file(int fd, std::uint64_t offset, std::uint64_t size) {
  ContentHash hash;
  std::vector<char> buffer(static_cast<std::size_t>(std::min<std::uint64_t>(size, kBufferBytes)));
  while (size > 0) {
    const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(size, buffer.size()));
    const std::size_t got = read_at(fd, offset, buffer.data(), wanted, "an object");
    if (got == 0) break;  // it is shorter: the hash will not be the one that is expected
    hash.add({buffer.data(), got});
    offset += got;
    size -= got;
  }
  return hash.etag();
}

}  // namespace crm
