#include "service/data_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>

#include <fmt/format.h>

#include "base/error.h"
#include "base/random.h"

namespace crm {
namespace {

namespace fs = std::filesystem;

constexpr const char* kVersionFile = "version";
constexpr const char* kLockFile = "lock";
constexpr const char* kSessionKeyFile = "session.key";

[[noreturn]] void refuse(const fs::path& path, int error) {
  throw Error(error == ENOSPC ? ErrorCode::limit_exceeded : ErrorCode::denied,
              fmt::format("cannot use {}: {}; give another folder with --data", path.string(), system_text(error)));
}

std::optional<std::string> text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

/// Appears whole or not at all, and is there after a power cut.
void write_file(const fs::path& path, const std::string& text) {
  const fs::path beside = path.string() + ".new";
  UniqueFd file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!file) refuse(beside, errno);
  write_all(file.get(), text, beside.string());
  if (::fsync(file.get()) != 0) refuse(beside, errno);
  if (::rename(beside.c_str(), path.c_str()) != 0) refuse(path, errno);
}

void check_version(const fs::path& folder) {
  const fs::path file = folder / kVersionFile;
  const auto text = text_of(file);
  if (!text) return write_file(file, std::to_string(kDataFolderVersion) + "\n");
  const int version = std::atoi(text->c_str());
  if (version == kDataFolderVersion) return;
  if (version > kDataFolderVersion) {
    throw Error(ErrorCode::invalid_config,
                fmt::format("{} was written by a newer crm-merge (folder version {}, this one knows {}): install that one, or "
                            "give another folder with --data",
                            folder.string(), version, kDataFolderVersion));
  }
  throw Error(ErrorCode::invalid_config,
              fmt::format("{} is no version of a data folder: give another folder with --data", file.string()));
}

/// A folder with somebody's files in it is not taken over by a slip of --data.
void check_is_ours(const fs::path& folder) {
  std::error_code error;
  if (fs::exists(folder / kVersionFile, error) || fs::is_empty(folder, error) || error) return;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name != kLockFile && name != std::string(kVersionFile) + ".new" && name != "lost+found") {
      throw Error(ErrorCode::invalid_config,
                  fmt::format("{} holds other files and is no data folder of crm-merge: give an empty or new folder with --data",
                              folder.string()));
    }
  }
}

}  // namespace

DataFolder::DataFolder(fs::path path) : path_(std::move(path)) {
  std::error_code error;
  fs::create_directories(path_, error);
  if (error) refuse(path_, error.value());
  check_is_ours(path_);
  // What customers gave lies here: nobody else on this machine may look.
  ::chmod(path_.c_str(), 0700);
  const fs::path lock = path_ / kLockFile;
  lock_.reset(::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock_) refuse(lock, errno);
  if (::flock(lock_.get(), LOCK_SH | LOCK_NB) != 0) {
    throw Error(ErrorCode::conflict, fmt::format("{} is being restored; start again when that is done", path_.string()));
  }
  check_version(path_);
}

std::string DataFolder::session_key() const {
  const fs::path file = path_ / kSessionKeyFile;
  if (auto key = text_of(file); key && !key->empty()) return *std::move(key);
  write_file(file, random_hex() + random_hex());
  return text_of(file).value_or("");
}

fs::path default_data_folder() {
  if (const char* folder = std::getenv("XDG_DATA_HOME"); folder && *folder == '/') return fs::path(folder) / "crm-merge";
  if (const char* home = std::getenv("HOME"); home && *home == '/') return fs::path(home) / ".local/share/crm-merge";
  return "/var/lib/crm-merge";
}

}  // namespace crm
