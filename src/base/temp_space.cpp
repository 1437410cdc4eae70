#include "base/temp_space.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <mutex>
#include <system_error>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/fd.h"

namespace crm {
namespace {

namespace fs = std::filesystem;

// Everything that can be left behind by kill -9 begins so, and nothing else in the folder is touched.
constexpr std::string_view kFolderPrefix = "crm-merge-run-";
constexpr std::string_view kSpillPrefix = "crm-merge-spill-";

class UnlinkedSpill final : public SpillFile {
 public:
  UnlinkedSpill(UniqueFd fd, std::string name, std::shared_ptr<std::atomic<std::uint64_t>> spilled)
      : fd_(std::move(fd)), name_(std::move(name)), spilled_(std::move(spilled)) {}

  std::uint64_t append(std::string_view bytes) override {
    const std::uint64_t offset = size_.load(std::memory_order_relaxed);
    write_all_at(fd_.get(), offset, bytes, name_);
    size_.store(offset + bytes.size(), std::memory_order_release);
    spilled_->fetch_add(bytes.size(), std::memory_order_relaxed);
    return offset;
  }

  void read_at(std::uint64_t offset, char* into, std::size_t size) const override {
    if (crm::read_at(fd_.get(), offset, into, size, name_) != size) {
      throw Error(ErrorCode::internal, name_ + " is shorter than what was written to it");
    }
  }

  std::uint64_t size() const override { return size_.load(std::memory_order_acquire); }
  int fd() const override { return fd_.get(); }

 private:
  UniqueFd fd_;
  std::string name_;
  std::atomic<std::uint64_t> size_ = 0;
  std::shared_ptr<std::atomic<std::uint64_t>> spilled_;
};

[[noreturn]] void throw_unusable(const fs::path& folder, int error) {
  throw Error(ErrorCode::invalid_config, "cannot use " + folder.string() + " for temporary files: " +
                                             system_text(error) + "; name another folder with --temp-dir");
}

UniqueFd open_unlinked(const fs::path& folder) {
  int fd = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0) return UniqueFd(fd);
  // Some file systems (overlay, network) have no O_TMPFILE: a name for a moment, then none.
  std::string name = (folder / (std::string(kSpillPrefix) + "XXXXXX")).string();
  fd = ::mkostemp(name.data(), O_CLOEXEC);
  if (fd < 0) throw_unusable(folder, errno);
  ::unlink(name.c_str());
  return UniqueFd(fd);
}

bool try_lock(int fd) { return ::flock(fd, LOCK_EX | LOCK_NB) == 0; }

UniqueFd open_folder(const fs::path& path) {
  return UniqueFd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

void remove_leftovers(const fs::path& folder) {
  std::error_code ignored;  // what cannot be removed is somebody else's
  std::vector<fs::path> found;
  for (fs::directory_iterator it(folder, ignored), end; it != end; it.increment(ignored)) {
    if (ignored) break;
    found.push_back(it->path());
  }
  for (const fs::path& path : found) {
    const std::string name = path.filename().string();
    if (name.starts_with(kSpillPrefix)) {
      fs::remove(path, ignored);  // its owner, if alive, holds it open and does not need the name
    } else if (name.starts_with(kFolderPrefix)) {
      const UniqueFd fd = open_folder(path);
      if (fd && try_lock(fd.get())) fs::remove_all(path, ignored);
    }
  }
}

}  // namespace

struct TempSpace::Impl {
  fs::path folder;
  std::shared_ptr<std::atomic<std::uint64_t>> spilled = std::make_shared<std::atomic<std::uint64_t>>(0);
  std::mutex mutex;  // of the two below
  fs::path named;
  UniqueFd named_lock;
};

TempSpace::TempSpace(fs::path folder) : impl_(std::make_unique<Impl>()) {
  impl_->folder = std::move(folder);
  struct stat status = {};
  if (::stat(impl_->folder.c_str(), &status) != 0) throw_unusable(impl_->folder, errno);
  if (!S_ISDIR(status.st_mode)) throw_unusable(impl_->folder, ENOTDIR);
  if (::access(impl_->folder.c_str(), W_OK | X_OK) != 0) throw_unusable(impl_->folder, errno);
  remove_leftovers(impl_->folder);
}

TempSpace::~TempSpace() {
  std::error_code ignored;
  if (!impl_->named.empty()) fs::remove_all(impl_->named, ignored);
}

std::unique_ptr<SpillFile> TempSpace::create_spill() {
  return std::make_unique<UnlinkedSpill>(open_unlinked(impl_->folder),
                                         "a temporary file in " + impl_->folder.string(), impl_->spilled);
}

const fs::path& TempSpace::named_folder() {
  const std::lock_guard lock(impl_->mutex);
  while (impl_->named.empty()) {
    std::string name = (impl_->folder / (std::string(kFolderPrefix) + "XXXXXX")).string();
    if (::mkdtemp(name.data()) == nullptr) throw_unusable(impl_->folder, errno);
    UniqueFd fd = open_folder(name);
    // Between mkdtemp and the lock another run may have taken the folder for a leftover: then make another.
    struct stat held = {}, there = {};
    if (fd && try_lock(fd.get()) && ::fstat(fd.get(), &held) == 0 && ::stat(name.c_str(), &there) == 0 &&
        held.st_ino == there.st_ino && held.st_dev == there.st_dev) {
      impl_->named = name;
      impl_->named_lock = std::move(fd);
    }
  }
  return impl_->named;
}

std::uint64_t TempSpace::free_bytes() const {
  struct statvfs status = {};
  if (::statvfs(impl_->folder.c_str(), &status) != 0) throw_unusable(impl_->folder, errno);
  return static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
}

const fs::path& TempSpace::folder() const { return impl_->folder; }

std::uint64_t TempSpace::spilled_bytes() const { return impl_->spilled->load(std::memory_order_relaxed); }

}  // namespace crm
