#include "storage/object_etag.h"

#include <sys/xattr.h>

#include <array>
#include <cstdint>

#include "storage/content_hash.h"

namespace crm {
namespace {

constexpr const char* kAttribute = "user.crm-merge.etag";
constexpr std::size_t kMaxAttributeBytes = 200;

/// What must be the same for a kept etag to be valid: somebody may have changed the file behind the store's
/// back.
std::string signature(const struct stat& status) {
  return std::to_string(status.st_size) + " " + std::to_string(status.st_mtim.tv_sec) + "." +
         std::to_string(status.st_mtim.tv_nsec);
}

}  // namespace

void keep_etag(int fd, const std::string& etag) {
  struct stat status = {};
  if (::fstat(fd, &status) != 0) return;
  const std::string value = etag + " " + signature(status);
  // Without attributes the object is whole all the same.
  [[maybe_unused]] const int ignored = ::fsetxattr(fd, kAttribute, value.data(), value.size(), 0);
}

std::optional<std::string> kept_etag(int fd, const struct stat& status) {
  std::array<char, kMaxAttributeBytes> value;
  const ssize_t size = ::fgetxattr(fd, kAttribute, value.data(), value.size());
  if (size <= 0) return std::nullopt;
  const std::string_view text(value.data(), static_cast<std::size_t>(size));
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos || text.substr(space + 1) != signature(status)) return std::nullopt;
  return std::string(text.substr(0, space));
}

std::string etag_of(int fd, const struct stat& status) {
  if (auto kept = kept_etag(fd, status)) return std::move(*kept);
  std::string etag = hash_file(fd, 0, static_cast<std::uint64_t>(status.st_size));
  struct stat now = {};
  // Kept only if nobody wrote while it was read.
  if (::fstat(fd, &now) == 0 && signature(now) == signature(status)) keep_etag(fd, etag);
  return etag;
}

ObjectInfo object_info(std::string_view key, const struct stat& status, std::string etag) {
  using std::chrono::milliseconds;
  const milliseconds modified(status.st_mtim.tv_sec * 1000 + status.st_mtim.tv_nsec / 1'000'000);
  return {.key = std::string(key),
          .size = static_cast<std::uint64_t>(status.st_size),
          .etag = std::move(etag),
          .modified = WallTime(modified)};
}

}  // namespace crm
