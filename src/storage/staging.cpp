#include "storage/staging.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "storage/store_folder.h"

namespace crm::staging {
namespace {

constexpr mode_t kFileMode = 0600, kFolderMode = 0700;
constexpr int kMaxNameTries = 100;
// st_blocks counts these, whatever the file system's blocks are.
constexpr std::uint64_t kBlockBytes = 512;

bool lock(int fd) { return ::flock(fd, LOCK_EX | LOCK_NB) == 0; }

bool is_named(int folder, const std::string& name, int fd) {
  struct stat opened = {}, named = {};
  return ::fstat(fd, &opened) == 0 && ::fstatat(folder, name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

UniqueFd create(int folder, const std::string& name, Entry::Kind kind) {
  if (kind == Entry::Kind::file) {
    return UniqueFd(::openat(folder, name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kFileMode));
  }
  if (::mkdirat(folder, name.c_str(), kFolderMode) != 0) return {};
  return open_folder_at(folder, name);
}

}  // namespace

Entry::Entry(int staging_fd, Kind kind) : staging_fd_(staging_fd) {
  for (int tries = 0; tries < kMaxNameTries; ++tries) {
    std::string name = random_hex();
    fd_ = create(staging_fd, name, kind);
    if (!fd_ && errno != ENOENT) throw_storage_error(errno, "cannot write to the store");
    // Before it was locked, a janitor may have taken it for left behind: then another.
    if (fd_ && lock(fd_.get()) && is_named(staging_fd, name, fd_.get())) {
      name_ = std::move(name);
      return;
    }
  }
  throw Error(ErrorCode::unavailable, "cannot write to the store: something removes its files at once");
}

Entry::~Entry() {
  if (name_.empty()) return;
  SweepReport ignored;
  remove_all_at(staging_fd_, name_, ignored);
}

void for_each_entry(int folder, const std::function<void(const dirent&)>& take) {
  const int copy = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (copy < 0) return;
  const auto close = [](DIR* stream) { ::closedir(stream); };
  const std::unique_ptr<DIR, decltype(close)> stream(::fdopendir(copy), close);
  if (!stream) {
    ::close(copy);
    return;
  }
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") take(*entry);
  }
}

std::vector<std::string> names_in(int folder) {
  std::vector<std::string> names;
  for_each_entry(folder, [&](const dirent& entry) { names.emplace_back(entry.d_name); });
  return names;
}

void remove_all_at(int folder, const std::string& name, SweepReport& report) {
  struct stat status = {};
  if (::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return;
  if (!S_ISDIR(status.st_mode)) {
    if (::unlinkat(folder, name.c_str(), 0) == 0 && status.st_nlink == 1) {
      report.bytes += static_cast<std::uint64_t>(status.st_blocks) * kBlockBytes;
    }
    return;
  }
  if (const UniqueFd inner = open_folder_at(folder, name)) {
    for (const std::string& child : names_in(inner.get())) remove_all_at(inner.get(), child, report);
  }
  ::unlinkat(folder, name.c_str(), AT_REMOVEDIR);
}

void sweep(int staging_fd, SweepReport& report) {
  for (const std::string& name : names_in(staging_fd)) {
    const UniqueFd entry(::openat(staging_fd, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    // Between opening and locking, its owner may have renamed it into its place: only this very name may go.
    if (!entry || !lock(entry.get()) || !is_named(staging_fd, name, entry.get())) continue;
    remove_all_at(staging_fd, name, report);
    ++report.temporary_files;
  }
}

}  // namespace crm::staging
