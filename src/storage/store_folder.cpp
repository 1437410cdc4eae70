#include "storage/store_folder.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/error.h"
#include "storage/object.h"

namespace crm {
namespace {

namespace fs = std::filesystem;

// What is stored is customers' data: for its owner's eyes.
constexpr mode_t kFolderMode = 0700;
// A folder may vanish, when its last object goes, while another object is on its way into it.
constexpr int kMaxPublishTries = 20;

/// Calls `step` with each folder component of the key; false from it ends the walk. Returns the last
/// component.
template <class Step>
std::optional<std::string> walk(std::string_view key, Step&& step) {
  std::size_t begin = 0;
  for (std::size_t slash; (slash = key.find('/', begin)) != std::string_view::npos; begin = slash + 1) {
    if (!step(std::string(key.substr(begin, slash - begin)))) return std::nullopt;
  }
  return std::string(key.substr(begin));
}

UniqueFd reopen(int folder) { return UniqueFd(::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)); }

[[noreturn]] void throw_taken(std::string_view key) {
  throw Error(ErrorCode::conflict,
              "cannot put \"" + std::string(key) +
                  "\": a part of its name is an object already, or something that is no folder");
}

int rename_without_replacing(int from, const std::string& name, const KeyPlace& place) {
  if (::renameat2(from, name.c_str(), place.folder.get(), place.name.c_str(), RENAME_NOREPLACE) == 0)
    return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  // Some file systems know only links, which never replace.
  if (::linkat(from, name.c_str(), place.folder.get(), place.name.c_str(), 0) != 0) return errno;
  ::unlinkat(from, name.c_str(), 0);
  return 0;
}

int rename_into(int from, const std::string& name, const KeyPlace& place, Replace replace) {
  if (replace == Replace::no) return rename_without_replacing(from, name, place);
  return ::renameat(from, name.c_str(), place.folder.get(), place.name.c_str()) == 0 ? 0 : errno;
}

}  // namespace

void throw_storage_error(int error, const std::string& what) {
  const std::string text = what + ": " + system_text(error);
  switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      throw Error(ErrorCode::limit_exceeded, text + "; free some space on the store's disk");
    case EMFILE:
    case ENFILE:
      throw Error(ErrorCode::limit_exceeded, text + "; raise the limit of open files (ulimit -n)");
    case EACCES:
    case EPERM:
    case EROFS:
      throw Error(ErrorCode::denied, text + "; the store's folder must be writable");
    case ENOENT:
      throw Error(ErrorCode::not_found, text);
    default:
      throw Error(ErrorCode::unavailable, text);
  }
}

UniqueFd open_folder_at(int folder, const std::string& name) {
  return UniqueFd(::openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

UniqueFd make_folder_at(int folder, const std::string& name) {
  UniqueFd found = open_folder_at(folder, name);
  if (found || errno != ENOENT) {
    if (!found) throw_storage_error(errno, "cannot open the folder \"" + name + "\" of the store");
    return found;
  }
  if (::mkdirat(folder, name.c_str(), kFolderMode) != 0 && errno != EEXIST) {
    throw_storage_error(errno, "cannot make the folder \"" + name + "\" in the store");
  }
  sync_folder(folder);
  found = open_folder_at(folder, name);
  if (!found) throw_storage_error(errno, "cannot open the folder \"" + name + "\" of the store");
  return found;
}

void sync_folder(int folder) {
  if (::fsync(folder) != 0 && errno != EINVAL && errno != EROFS) {
    throw_storage_error(errno, "cannot sync a folder of the store");
  }
}

StoreFolder::StoreFolder(const fs::path& folder) {
  std::error_code error;
  const bool made = fs::create_directories(folder, error);
  if (error) {
    throw Error(ErrorCode::invalid_config,
                "cannot use " + folder.string() + " as a store: " + error.message());
  }
  if (made) fs::permissions(folder, fs::perms::owner_all, error);
  path_ = fs::canonical(folder);
  root_.reset(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root_) throw_storage_error(errno, "cannot open the store " + path_.string());
  const UniqueFd reserved = make_folder_at(root_.get(), std::string(kReservedComponent));
  staging_ = make_folder_at(reserved.get(), "staging");
  uploads_ = make_folder_at(reserved.get(), "uploads");
}

std::optional<KeyPlace> StoreFolder::find(std::string_view key) const {
  UniqueFd folder = reopen(root_.get());
  int error = 0;
  auto name = walk(key, [&](const std::string& component) {
    UniqueFd next = open_folder_at(folder.get(), component);
    if (!next) error = errno;
    folder = std::move(next);
    return error == 0;
  });
  if (!name) {
    // A link where O_NOFOLLOW and O_DIRECTORY forbid one says ENOTDIR or ELOOP.
    if (error == ENOENT || error == ENOTDIR || error == ELOOP) return std::nullopt;
    throw_storage_error(error, "cannot look for an object");
  }
  return KeyPlace{std::move(folder), std::move(*name)};
}

UniqueFd StoreFolder::open(std::string_view key) const {
  const auto place = find(key);
  if (!place) return {};
  // O_NONBLOCK: a pipe that somebody put there must not hold us up.
  UniqueFd file(
      ::openat(place->folder.get(), place->name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file) {
    if (errno == ENOENT || errno == ELOOP || errno == ENXIO) return {};
    throw_storage_error(errno, "cannot open \"" + std::string(key) + "\"");
  }
  struct stat status = {};
  if (::fstat(file.get(), &status) != 0)
    throw_storage_error(errno, "cannot look at \"" + std::string(key) + "\"");
  return S_ISREG(status.st_mode) ? std::move(file) : UniqueFd();
}

KeyPlace StoreFolder::make(std::string_view key) const {
  UniqueFd folder = reopen(root_.get());
  auto name = walk(key, [&](const std::string& component) {
    UniqueFd next = open_folder_at(folder.get(), component);
    if (!next && (errno == ENOTDIR || errno == ELOOP)) throw_taken(key);
    folder = next ? std::move(next) : make_folder_at(folder.get(), component);
    return true;
  });
  return {std::move(folder), std::move(*name)};
}

void StoreFolder::publish(int from, const std::string& name, std::string_view key, Replace replace) const {
  for (int tries = 1;; ++tries) {
    int error = 0;
    try {
      const KeyPlace place = make(key);
      error = rename_into(from, name, place, replace);
      if (error == 0) {
        sync_folder(place.folder.get());
        return;
      }
    } catch (const Error& gone) {
      if (gone.code() != ErrorCode::not_found || tries == kMaxPublishTries) throw;
      continue;
    }
    if (error == EEXIST && replace == Replace::no) {
      throw Error(ErrorCode::conflict,
                  "\"" + std::string(key) + "\" exists already and must not be replaced");
    }
    if (error == EISDIR || error == ENOTDIR || error == EEXIST || error == ENOTEMPTY) throw_taken(key);
    if (error != ENOENT || tries == kMaxPublishTries)
      throw_storage_error(error, "cannot put \"" + std::string(key) + "\"");
  }
}

bool StoreFolder::remove(std::string_view key) const {
  {
    const auto place = find(key);
    if (!place) return false;
    struct stat status = {};
    const bool is_object =
        ::fstatat(place->folder.get(), place->name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISREG(status.st_mode);
    if (!is_object) return false;
    if (::unlinkat(place->folder.get(), place->name.c_str(), 0) != 0) {
      if (errno == ENOENT) return false;
      throw_storage_error(errno, "cannot delete \"" + std::string(key) + "\"");
    }
    sync_folder(place->folder.get());
  }
  remove_empty_parents(key);
  return true;
}

void StoreFolder::remove_empty_parents(std::string_view key) const {
  for (std::size_t slash; (slash = key.rfind('/')) != std::string_view::npos;) {
    key = key.substr(0, slash);
    const auto place = find(key);
    if (!place || ::unlinkat(place->folder.get(), place->name.c_str(), AT_REMOVEDIR) != 0) return;
  }
}

}  // namespace crm
