#include "output/staged_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace crm {
namespace {

constexpr std::string_view kPartPrefix = ".crm-merge-", kPartSuffix = ".part";
constexpr mode_t kNewFileMode = 0666;  // less the umask
constexpr int kMaxNameTries = 100;

bool is_part_name(std::string_view name) { return name.starts_with(kPartPrefix) && name.ends_with(kPartSuffix); }

std::string random_part_name() {
  std::uint64_t number = 0;
  if (::getrandom(&number, sizeof number, 0) != static_cast<ssize_t>(sizeof number)) {
    number = static_cast<std::uint64_t>(::getpid());
  }
  char hex[17];
  std::snprintf(hex, sizeof hex, "%016llx", static_cast<unsigned long long>(number));
  return std::string(kPartPrefix) + hex + std::string(kPartSuffix);
}

/// The file behind a descriptor, by the name that works without privileges; empty where /proc is not mounted.
std::string proc_path(int fd) {
  const std::string path = "/proc/self/fd/" + std::to_string(fd);
  struct stat by_path {}, by_fd {};
  if (::stat(path.c_str(), &by_path) != 0 || ::fstat(fd, &by_fd) != 0) return {};
  return by_path.st_ino == by_fd.st_ino && by_path.st_dev == by_fd.st_dev ? path : std::string();
}

bool lock(int fd) { return ::flock(fd, LOCK_EX | LOCK_NB) == 0; }

void remove_if_stale(int folder, const char* name) {
  const UniqueFd part(::openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!part || !lock(part.get())) return;
  // Between opening and locking its owner may have renamed it into place: only this very name may go.
  struct stat opened {}, named {};
  if (::fstat(part.get(), &opened) != 0 || !S_ISREG(opened.st_mode)) return;
  if (::fstatat(folder, name, &named, AT_SYMLINK_NOFOLLOW) != 0) return;
  if (opened.st_ino == named.st_ino && opened.st_dev == named.st_dev) ::unlinkat(folder, name, 0);
}

}  // namespace

void remove_stale_parts(int folder_fd) {
  const int copy = ::openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (copy < 0) return;
  const auto close = [](DIR* stream) { ::closedir(stream); };
  const std::unique_ptr<DIR, decltype(close)> folder(::fdopendir(copy), close);
  if (!folder) {
    ::close(copy);
    return;
  }
  std::vector<std::string> parts;
  while (const dirent* entry = ::readdir(folder.get())) {
    if (is_part_name(entry->d_name)) parts.emplace_back(entry->d_name);
  }
  for (const std::string& part : parts) remove_if_stale(folder_fd, part.c_str());
}

StagedFile::StagedFile(const std::string& target, Naming naming) : target_(target) {
  const std::size_t slash = target.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : slash == 0 ? "/" : target.substr(0, slash);
  name_ = slash == std::string::npos ? target : target.substr(slash + 1);
  if (name_.empty() || name_ == "." || name_ == "..") fail(EISDIR);
  if (name_.size() > NAME_MAX) fail(ENAMETOOLONG);
  folder_.reset(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder_) fail(errno);
  remove_stale_parts(folder_.get());
  require_replaceable();
  if (naming == Naming::named || !open_unnamed()) open_named();
  take_permissions();
}

StagedFile::~StagedFile() {
  if (!part_name_.empty()) ::unlinkat(folder_.get(), part_name_.c_str(), 0);
}

bool StagedFile::open_unnamed() {
  file_.reset(::openat(folder_.get(), ".", O_TMPFILE | O_RDWR | O_CLOEXEC, kNewFileMode));
  if (!file_) {
    // What kernels and file systems that know no O_TMPFILE say.
    if (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL || errno == ENOENT) return false;
    fail(errno);
  }
  lock(file_.get());
  return !proc_path(file_.get()).empty();  // without /proc it could not be given a name later
}

void StagedFile::open_named() {
  for (int tries = 0; tries < kMaxNameTries; ++tries) {
    const std::string name = random_part_name();
    file_.reset(::openat(folder_.get(), name.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, kNewFileMode));
    if (!file_) {
      if (errno == EEXIST) continue;
      fail(errno);
    }
    // Another run may have taken it for stale before it was locked.
    struct stat status {};
    lock(file_.get());
    if (::fstat(file_.get(), &status) == 0 && status.st_nlink == 1) {
      part_name_ = name;
      return;
    }
  }
  fail(EEXIST);
}

void StagedFile::require_replaceable() const {
  struct stat earlier {};
  if (::fstatat(folder_.get(), name_.c_str(), &earlier, AT_SYMLINK_NOFOLLOW) != 0) return;
  if (S_ISDIR(earlier.st_mode)) fail(EISDIR);
  // A file that its owner protected from writing is not replaced behind his back.
  if (::faccessat(folder_.get(), name_.c_str(), W_OK, AT_EACCESS) != 0) fail(errno);
}

void StagedFile::take_permissions() {
  struct stat earlier {};
  if (::fstatat(folder_.get(), name_.c_str(), &earlier, AT_SYMLINK_NOFOLLOW) != 0) return;
  if (earlier.st_uid != ::geteuid() || earlier.st_gid != ::getegid()) {
    // Only root may give a file away; for others it becomes theirs, as with any editor that replaces files.
    [[maybe_unused]] const int ignored = ::fchown(file_.get(), earlier.st_uid, earlier.st_gid);
  }
  ::fchmod(file_.get(), earlier.st_mode & 0777);
}

void StagedFile::give_name() {
  const std::string unnamed = proc_path(file_.get());
  for (int tries = 0; tries < kMaxNameTries; ++tries) {
    const std::string name = random_part_name();
    if (::linkat(AT_FDCWD, unnamed.c_str(), folder_.get(), name.c_str(), AT_SYMLINK_FOLLOW) == 0) {
      part_name_ = name;
      return;
    }
    if (errno != EEXIST) fail(errno);
  }
  fail(EEXIST);
}

void StagedFile::publish() {
  if (::fsync(file_.get()) != 0) fail(errno);
  if (part_name_.empty()) give_name();  // linkat replaces nothing, so the way into the place is always a rename
  if (::renameat(folder_.get(), part_name_.c_str(), folder_.get(), name_.c_str()) != 0) fail(errno);
  part_name_.clear();
  // The file is in its place and its bytes are safe; some file systems cannot sync a folder, and that undoes nothing.
  const UniqueFd folder(::openat(folder_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder) ::fsync(folder.get());
}

void StagedFile::fail(int error) const {
  const std::string what = "cannot write " + target_ + ": ";
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      // Such as /proc: a folder in which nothing can be made says the same as one that is not there.
      if (folder_) throw Error(ErrorCode::denied, what + "its folder exists, but no file can be made in it; choose another place");
      throw Error(ErrorCode::invalid_config, what + "its folder does not exist; create it first");
    case EISDIR: throw Error(ErrorCode::invalid_config, what + "it is a folder; name a file in it");
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      throw Error(ErrorCode::limit_exceeded, what + system_text(error) + "; free some space or choose another place");
    default: throw Error(ErrorCode::denied, what + system_text(error));
  }
}

}  // namespace crm
