#include "queue/owner_lock.h"

#include <fcntl.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstdint>
#include <limits>
#include <string>
#include <thread>

#include "base/error.h"
#include "base/random.h"

namespace crm {
namespace {

constexpr std::chrono::milliseconds kOpeningPoll{10};

struct ByteSpan {
  std::int64_t first = 0;
  std::int64_t size = 1;
};

// Locks of the open file description (not of the process): two queues of one process see each other.
struct flock lock_of(ByteSpan bytes) {
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = bytes.first;
  lock.l_len = bytes.size;
  return lock;
}

bool try_lock(int fd, ByteSpan bytes) {
  struct flock lock = lock_of(bytes);
  return ::fcntl(fd, F_OFD_SETLK, &lock) == 0;
}

bool is_locked_by_another(int fd, ByteSpan bytes) {
  struct flock lock = lock_of(bytes);
  // Where the question fails nobody is declared dead.
  return ::fcntl(fd, F_OFD_GETLK, &lock) != 0 || lock.l_type != F_UNLCK;
}

UniqueFd open_lock_file(const std::filesystem::path& file) {
  UniqueFd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd) throw Error(ErrorCode::denied, "cannot open " + file.string() + ": " + system_text(errno));
  return fd;
}

std::int64_t random_number() {
  std::array<unsigned char, sizeof(std::uint64_t)> bytes;
  fill_random(bytes);
  const auto number = std::bit_cast<std::uint64_t>(bytes);
  return static_cast<std::int64_t>(number >> 2) + 1;
}

}  // namespace

OwnerLock::OwnerLock(const std::filesystem::path& file) : path_(file), fd_(open_lock_file(file)) {
  number_ = random_number();
  if (!try_lock(fd_.get(), {.first = number_})) {
    throw Error(ErrorCode::unavailable, "cannot lock " + file.string() + ": " + system_text(errno) +
                                            "; the queue needs a local disk");
  }
}

bool OwnerLock::is_alive(std::int64_t number) const {
  return number == number_ || (number > 0 && is_locked_by_another(fd_.get(), {.first = number}));
}

bool OwnerLock::has_others() const {
  const std::int64_t end = std::numeric_limits<std::int64_t>::max();
  return is_locked_by_another(fd_.get(), {.first = 1, .size = end - 1});
}

OpeningLock::OpeningLock(const std::filesystem::path& file, std::chrono::milliseconds timeout)
    : fd_(open_lock_file(file)) {
  // Real time: what is waited for is another process.
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (!try_lock(fd_.get(), {.first = 0})) {
    if (std::chrono::steady_clock::now() >= deadline) {
      throw Error(ErrorCode::unavailable, "another process has been opening " + file.string() + " for " +
                                              std::to_string(timeout.count() / 1000) + " s; try again");
    }
    std::this_thread::sleep_for(kOpeningPoll);
  }
}

}  // namespace crm
