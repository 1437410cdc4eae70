#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace crm {

/// A folder and the file system it is on, as found by trying.
struct FolderFacts {
  std::string path;
  std::string problem;               ///< why no file can be written there; the system's words. Empty: it can
  std::string file_system;           ///< "ext4", "tmpfs", "overlay", or its number in hexadecimal
  bool in_memory = false;            ///< what is written there takes memory
  bool over_network = false;
  bool unnamed_files = false;        ///< O_TMPFILE works: files need no name while they are written
  std::uint64_t free_bytes = 0, all_bytes = 0;
  std::optional<std::uint64_t> free_files;  ///< inodes; nothing where the file system does not count them
};

/// Looks at `path`, and writes and reads back a small file in it, which is gone afterwards.
FolderFacts look_at_folder(const std::string& path);

}  // namespace crm
