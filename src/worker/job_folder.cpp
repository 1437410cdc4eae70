#include "worker/job_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>

#include <fmt/format.h>

#include "base/error.h"

namespace crm {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLockSuffix = ".lock";

[[noreturn]] void refuse(const fs::path& path, const std::error_code& error) {
  const bool full = error == std::errc::no_space_on_device;
  throw Error(full ? ErrorCode::limit_exceeded : ErrorCode::denied,
              fmt::format("cannot write to {}: {}", path.string(), error.message()));
}

void make_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) refuse(path, error);
}

void remove_tree(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) refuse(path, error);
}

/// True if the name still leads to the file that is open: else another owner removed it after we had opened it.
bool is_still_named(int fd, const fs::path& path) {
  struct stat open_file {}, named{};
  return ::fstat(fd, &open_file) == 0 && ::stat(path.c_str(), &named) == 0 && open_file.st_ino == named.st_ino &&
         open_file.st_dev == named.st_dev;
}

}  // namespace

std::optional<JobFolder> JobFolder::open(const fs::path& root, const JobId& id) {
  make_folder(root);
  const fs::path lock_path = root / (id + kLockSuffix);
  for (;;) {
    UniqueFd lock(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!lock) refuse(lock_path, {errno, std::generic_category()});
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) return std::nullopt;
    if (!is_still_named(lock.get(), lock_path)) continue;
    make_folder(root / id);
    return JobFolder(root / id, std::move(lock));
  }
}

std::vector<JobId> JobFolder::jobs_in(const fs::path& root) {
  std::vector<JobId> jobs;
  std::error_code error;
  for (fs::directory_iterator at(root, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (name.ends_with(kLockSuffix)) jobs.push_back(name.substr(0, name.size() - std::char_traits<char>::length(kLockSuffix)));
  }
  return jobs;
}

std::optional<std::string> JobFolder::read(const std::string& name) const {
  std::ifstream file(path_ / name, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

void JobFolder::write(const std::string& name, const std::string& text) const {
  const fs::path beside = path_ / (name + ".new");
  UniqueFd file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!file) refuse(beside, {errno, std::generic_category()});
  write_all(file.get(), text, beside.string());
  if (::fsync(file.get()) != 0) refuse(beside, {errno, std::generic_category()});
  if (::rename(beside.c_str(), (path_ / name).c_str()) != 0) refuse(beside, {errno, std::generic_category()});
}

void JobFolder::clear_outputs() const {
  remove_tree(outputs());
  remove_tree(temp());
  make_folder(outputs());
  make_folder(temp());
}

void JobFolder::remove() {
  remove_tree(path_);
  std::error_code ignored;
  fs::remove(fs::path(path_.string() + kLockSuffix), ignored);
  lock_.reset();
}

}  // namespace crm
