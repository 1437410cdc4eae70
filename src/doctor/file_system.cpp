#include "doctor/file_system.h"

#include <cerrno>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#include "base/error.h"
#include "base/fd.h"
#include "base/temp_space.h"

namespace crm {
namespace {

struct KnownFileSystem {
  unsigned long magic;
  const char* name;
  bool in_memory, over_network;
};

// Source: statfs(2) and linux/magic.h.
constexpr KnownFileSystem kKnown[] = {
    {0xEF53, "ext4", false, false},       {0x58465342, "xfs", false, false},   {0x9123683E, "btrfs", false, false},
    {0x01021994, "tmpfs", true, false},   {0x858458F6, "ramfs", true, false},  {0x794C7630, "overlay", false, false},
    {0x2FC12FC1, "zfs", false, false},    {0xF2F52010, "f2fs", false, false},  {0x6969, "nfs", false, true},
    {0xFF534D42, "cifs", false, true},    {0xFE534D42, "smb2", false, true},   {0x65735546, "fuse", false, false},
    {0x01021997, "9p", false, true},      {0x4D44, "vfat", false, false},      {0x5346544E, "ntfs", false, false},
    {0x73717368, "squashfs", false, false}};

void name_file_system(const std::string& path, FolderFacts& facts) {
  struct statfs status = {};
  if (::statfs(path.c_str(), &status) != 0) return;
  const auto magic = static_cast<unsigned long>(status.f_type) & 0xFFFFFFFFul;
  facts.file_system = fmt::format("0x{:X}", magic);
  for (const KnownFileSystem& known : kKnown) {
    if (known.magic != magic) continue;
    facts.file_system = known.name;
    facts.in_memory = known.in_memory;
    facts.over_network = known.over_network;
  }
}

void count_space(const std::string& path, FolderFacts& facts) {
  struct statvfs status = {};
  if (::statvfs(path.c_str(), &status) != 0) return;
  facts.free_bytes = static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
  facts.all_bytes = static_cast<std::uint64_t>(status.f_blocks) * status.f_frsize;
  if (status.f_files > 0) facts.free_files = status.f_favail;
}

/// As a merge does it: an unlinked file, written and read back.
void try_to_write(const std::string& path, FolderFacts& facts) {
  try {
    TempSpace temp(path);
    const auto file = temp.create_spill();
    std::string written(64 * 1024, 'x'), read(written.size(), ' ');
    file->append(written);
    file->read_at(0, read.data(), read.size());
    if (read != written) facts.problem = "what was written there was not what was read";
  } catch (const Error& error) {
    facts.problem = error.message();
  }
}

}  // namespace

FolderFacts look_at_folder(const std::string& path) {
  FolderFacts facts;
  facts.path = path;
  name_file_system(path, facts);
  count_space(path, facts);
  const UniqueFd unnamed(::open(path.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  facts.unnamed_files = static_cast<bool>(unnamed);
  try_to_write(path, facts);
  return facts;
}

}  // namespace crm
