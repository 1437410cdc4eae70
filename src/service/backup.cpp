#include "service/backup.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "base/fd.h"
#include "queue/sqlite_job_queue.h"
#include "service/checksums.h"
#include "service/data_folder.h"
#include "storage/object.h"

namespace crm {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCopyBytes = 1u << 20;
constexpr mode_t kFileMode = 0600;

[[noreturn]] void fail(const fs::path& path, int error) {
  throw Error(error == ENOSPC || error == EDQUOT ? ErrorCode::limit_exceeded : ErrorCode::denied,
              fmt::format("cannot use {}: {}", path.string(), system_text(error)));
}

void stop_if_asked(const std::stop_token& stop) {
  if (stop.stop_requested()) throw Error(ErrorCode::cancelled, "cancelled");
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) fail(folder, error.value());
  ::chmod(folder.c_str(), 0700);  // customers' data: for its owner's eyes
}

void sync_folder(const fs::path& folder) {
  const UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd) ::fsync(fd.get());
}

/// Calls `visit` with each piece of the file. Returns its size.
template <typename Visit>
std::uint64_t read_through(int fd, const fs::path& path, const std::stop_token& stop, Visit visit) {
  std::string piece(kCopyBytes, '\0');
  std::uint64_t size = 0;
  for (;;) {
    stop_if_asked(stop);
    const std::size_t got = read_at(fd, size, piece.data(), piece.size(), path.string());
    if (got == 0) return size;
    visit(std::string_view(piece).substr(0, got));
    size += got;
  }
}

struct Hashed {
  std::string hash;
  std::uint64_t bytes = 0;
};

Hashed hash_of(int fd, const fs::path& path, const std::stop_token& stop) {
  Sha256 sha;
  Hashed hashed;
  hashed.bytes = read_through(fd, path, stop, [&](std::string_view bytes) { sha.add(bytes); });
  hashed.hash = sha.finish();
  return hashed;
}

/// Copies bytes and time of change (retention goes by it), synced.
Hashed copy(int from, const fs::path& source, const fs::path& target, const std::stop_token& stop) {
  UniqueFd to(::open(target.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kFileMode));
  if (!to) fail(target, errno);
  Sha256 sha;
  Hashed hashed;
  hashed.bytes = read_through(from, source, stop, [&](std::string_view bytes) {
    sha.add(bytes);
    write_all(to.get(), bytes, target.string());
  });
  hashed.hash = sha.finish();
  struct stat status {};
  if (::fstat(from, &status) == 0) {
    const timespec times[] = {status.st_mtim, status.st_mtim};
    (void)::futimens(to.get(), times);
  }
  if (::fsync(to.get()) != 0) fail(target, errno);
  return hashed;
}

bool is_empty_but_for(const fs::path& folder, const char* allowed) {
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().filename() != allowed && entry.path().filename() != "lost+found") return false;
  }
  return true;
}

class Backup {
 public:
  Backup(const fs::path& data, const fs::path& target, const std::stop_token& stop)
      : data_(data), target_(target), stop_(stop) {}

  BackupReport run() {
    back_up_queue();
    back_up_objects();
    for (const char* name : {"session.key", "audit.log", "version"}) take(data_.path() / name, name, false);
    write_list();
    return report_;
  }

 private:
  void back_up_queue() {
    const fs::path copy = target_ / "queue.db";
    open_sqlite_queue(data_.queue_file())->backup(copy);
    const UniqueFd file = open_for_reading(copy.string());
    note("queue.db", hash_of(file.get(), copy, stop_));
  }

  void back_up_objects() {
    const fs::path store = data_.store_folder();
    std::error_code error;
    for (fs::recursive_directory_iterator at(store, error), end; !error && at != end; at.increment(error)) {
      std::error_code gone;
      if (at.depth() == 0 && at->path().filename() == kReservedComponent) at.disable_recursion_pending();
      else if (at->is_regular_file(gone)) take(at->path(), "files" / at->path().lexically_relative(store), true);
    }
    if (error && error != std::errc::no_such_file_or_directory) fail(store, error.value());
  }

  /// One file. What goes away meanwhile was deleted by somebody; what was never there is not needed.
  void take(const fs::path& source, const fs::path& name, bool never_changes) {
    const UniqueFd from(::open(source.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!from && errno == ENOENT) return;
    if (!from) fail(source, errno);
    const fs::path target = target_ / name;
    make_folder(target.parent_path());
    const std::string opened = fmt::format("/proc/self/fd/{}", from.get());
    if (never_changes && ::linkat(AT_FDCWD, opened.c_str(), AT_FDCWD, target.c_str(), AT_SYMLINK_FOLLOW) == 0) {
      note(name, hash_of(from.get(), source, stop_));
    } else {
      note(name, copy(from.get(), source, target, stop_));
    }
  }

  void note(const fs::path& name, const Hashed& hashed) {
    sums_[name.string()] = hashed.hash;
    ++report_.files;
    report_.bytes += hashed.bytes;
  }

  void write_list() {
    const fs::path list = target_ / kChecksumFile;
    for (fs::recursive_directory_iterator at(target_), end; at != end; ++at) {
      if (at->is_directory()) sync_folder(at->path());
    }
    const fs::path beside = list.string() + ".new";
    UniqueFd file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kFileMode));
    if (!file) fail(beside, errno);
    write_all(file.get(), checksum_text(sums_), beside.string());
    if (::fsync(file.get()) != 0) fail(beside, errno);
    if (::rename(beside.c_str(), list.c_str()) != 0) fail(list, errno);
    sync_folder(target_);
  }

  DataFolder data_;
  fs::path target_;
  std::stop_token stop_;
  Checksums sums_;
  BackupReport report_;
};

/// A folder that nobody else uses while files are put into it; emptied again unless `keep` is called.
class NewDataFolder {
 public:
  explicit NewDataFolder(const fs::path& folder) : folder_(folder) {
    make_folder(folder_);
    const fs::path lock = folder_ / "lock";
    if (!is_empty_but_for(folder_, "lock")) {
      throw Error(ErrorCode::invalid_config,
                  fmt::format("{} has files in it; give a new or empty folder with --data", folder_.string()));
    }
    lock_.reset(::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kFileMode));
    if (!lock_) fail(lock, errno);
    if (::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0) {
      throw Error(ErrorCode::conflict, fmt::format("{} is in use; stop the service first, or give another folder with --data", folder_.string()));
    }
  }
  ~NewDataFolder() {
    if (kept_) return;
    std::error_code ignored;
    std::vector<fs::path> made;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder_, ignored)) {
      if (entry.path().filename() != "lock" && entry.path().filename() != "lost+found") made.push_back(entry.path());
    }
    for (const fs::path& path : made) fs::remove_all(path, ignored);
  }
  NewDataFolder(const NewDataFolder&) = delete;
  NewDataFolder& operator=(const NewDataFolder&) = delete;

  void keep() { kept_ = true; }

 private:
  fs::path folder_;
  UniqueFd lock_;
  bool kept_ = false;
};

Checksums read_list(const fs::path& backup) {
  const fs::path path = backup / kChecksumFile;
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw Error(ErrorCode::invalid_input,
                fmt::format("{} is not there: {} is no backup, or one that was not completed", path.string(), backup.string()));
  }
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (text.size() > kMaxChecksumFileBytes) throw Error(ErrorCode::invalid_input, fmt::format("{} is too large for a list", path.string()));
  Checksums sums = parse_checksums(text);
  if (!sums.contains("version") || !sums.contains("queue.db")) {
    throw Error(ErrorCode::invalid_input, fmt::format("{} lists no queue and no version; this is no backup of crm-merge", path.string()));
  }
  return sums;
}

Hashed restore_one(const fs::path& source, const fs::path& target, const std::string& hash, const std::stop_token& stop) {
  const UniqueFd from(::open(source.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!from) {
    throw Error(ErrorCode::invalid_input, fmt::format("{} is listed and cannot be read ({}); take another backup", source.string(), system_text(errno)));
  }
  make_folder(target.parent_path());
  Hashed hashed = copy(from.get(), source, target, stop);
  if (hashed.hash != hash) {
    throw Error(ErrorCode::invalid_input, fmt::format("{} is damaged: its bytes are not those that were backed up; take another backup", source.string()));
  }
  return hashed;
}

}  // namespace

BackupReport back_up(const fs::path& data, const fs::path& target, const std::stop_token& stop) {
  std::error_code error;
  if (!fs::exists(data / "version", error)) {
    throw Error(ErrorCode::invalid_config, fmt::format("{} is no data folder of crm-merge; name the service's with --data", data.string()));
  }
  const fs::path inside = fs::weakly_canonical(target, error).lexically_relative(fs::weakly_canonical(data, error));
  if (!inside.empty() && *inside.begin() != "..") {
    throw Error(ErrorCode::invalid_config, fmt::format("{} is in the data folder; give a folder elsewhere", target.string()));
  }
  make_folder(target);
  if (!is_empty_but_for(target, "")) {
    throw Error(ErrorCode::invalid_config, fmt::format("{} has files in it; give a new folder for each backup", target.string()));
  }
  return Backup(data, target, stop).run();
}

BackupReport restore(const fs::path& backup, const fs::path& data, const std::stop_token& stop) {
  const Checksums sums = read_list(backup);
  NewDataFolder folder(data);
  BackupReport report;
  const auto take = [&](const std::string& name, const std::string& hash) {
    report.bytes += restore_one(backup / name, data / name, hash, stop).bytes;
    ++report.files;
  };
  for (const auto& [name, hash] : sums) {
    if (name != "version" && name != "lock") take(name, hash);
  }
  take("version", sums.at("version"));
  for (fs::recursive_directory_iterator at(data), end; at != end; ++at) {
    if (at->is_directory()) sync_folder(at->path());
  }
  sync_folder(data);
  folder.keep();
  return report;
}

}  // namespace crm
