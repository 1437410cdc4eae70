#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

// The list of a backup's files with their hashes, as `sha256sum` writes and checks it.
namespace crm {

inline constexpr const char* kChecksumFile = "SHA256SUMS";
inline constexpr std::size_t kMaxChecksumFileBytes = 1u << 30;

/// SHA-256 of bytes as they come.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void add(std::string_view bytes);
  /// In hex. At most once.
  std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Hash by path, relative to the backup's folder.
using Checksums = std::map<std::string, std::string>;

std::string checksum_text(const Checksums& sums);

/// Errors: invalid_config for text that is no such list, or a path that leads out of the folder.
Checksums parse_checksums(std::string_view text);

}  // namespace crm
