#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

// Objects, parts and their limits. Names are S3's.
namespace crm {

inline constexpr std::size_t kMaxKeyBytes = 1024;
inline constexpr std::size_t kMaxKeyComponentBytes = 255;
inline constexpr std::size_t kMaxKeyComponents = 100;
inline constexpr std::string_view kReservedComponent = ".crm-merge";
inline constexpr std::uint64_t kMaxObjectBytes = std::uint64_t{5} << 40;
inline constexpr std::uint64_t kMinPartBytes = std::uint64_t{5} << 20;  ///< but for the last part
inline constexpr std::uint64_t kMaxPartBytes = std::uint64_t{5} << 30;
inline constexpr int kMaxParts = 10'000;
inline constexpr std::size_t kMaxPageObjects = 1000;

/// Whether this is a key that every store takes: relative, UTF-8 without control characters, at most
/// kMaxKeyComponents parts of 1 to kMaxKeyComponentBytes divided by single `/`, none of them `.` or `..`; not
/// below kReservedComponent, which the folder store keeps for itself. Spaces, quotes, `%`, `\`, emoji and the
/// like are all right. Errors: invalid_input, with the rule and without the key.
void require_key(std::string_view key);
/// As `require_key`, but a prefix may be empty and end anywhere.
void require_prefix(std::string_view prefix);

struct ObjectInfo {
  std::string key;
  std::uint64_t size = 0;
  /// Changes whenever the bytes do; opaque, without quotes. As in S3, one that was put in parts ends in
  /// "-<number of parts>".
  std::string etag;
  WallTime modified{};
};

/// `size` bytes from `offset`; without a size to the end. What reaches beyond the end is cut.
struct ByteRange {
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> size = {};
};

struct ObjectPage {
  std::vector<ObjectInfo> objects;  ///< in order of their keys' bytes
  std::optional<std::string> next;  ///< cursor of the next page; nothing: the last page
};

/// An upload in parts that has begun: what the caller keeps to go on with it after a restart.
struct Upload {
  std::string id;  ///< opaque: [0-9A-Za-z._~-]{1,1024}
  std::string key;
};

struct UploadInfo {
  Upload upload;
  std::uint64_t part_size = 0;        ///< of every part but the last
  std::optional<std::uint64_t> size;  ///< of the whole, where it was told
  WallTime active_at{};               ///< begun, or the newest part
};

struct Part {
  int number = 0;  ///< from 1
  std::string etag = {};
};

struct PartInfo {
  int number = 0;
  std::string etag = {};
  std::uint64_t size = 0;
};

struct StoreSpace {
  std::uint64_t free_bytes = 0;
  std::uint64_t total_bytes = 0;
};

/// The part size for a file of `size` bytes: a multiple of 1 MiB, at least `preferred`, so that kMaxParts are
/// enough. Errors: limit_exceeded above kMaxObjectBytes.
std::uint64_t part_size_for(std::uint64_t size, std::uint64_t preferred);

}  // namespace crm
