#include "base/fd.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace crm {
namespace {

// Linux moves at most about 2 GiB in one call.
constexpr std::size_t kMaxTransferBytes = std::size_t{1} << 30;

[[noreturn]] void throw_read_error(int error, const std::string& name) {
  throw Error(ErrorCode::invalid_input, "cannot read " + name + ": " + system_text(error));
}

[[noreturn]] void throw_write_error(int error, const std::string& name) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      throw Error(ErrorCode::limit_exceeded,
                  "cannot write " + name + ": " + system_text(error) + "; free some space or choose another place");
    case EPIPE:
      throw Error(ErrorCode::output_closed, "the reader of " + name + " went away");
    default:
      throw Error(ErrorCode::denied, "cannot write " + name + ": " + system_text(error));
  }
}

}  // namespace

void UniqueFd::reset(int fd) {
  // The result of close is of no use here: what must be on disk has been synced by its writer.
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

std::string system_text(int error) {
  char buffer[256] = {};
  return ::strerror_r(error, buffer, sizeof buffer);  // the GNU form: any thread, may not use the buffer
}

UniqueFd open_for_reading(const std::string& path) {
  int fd;
  do {
    // Without O_NONBLOCK the open of a FIFO waits for a writer, deaf to a cancel; reads wait by wait_readable.
    fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  } while (fd < 0 && errno == EINTR);
  if (fd >= 0) {
    const int flags = ::fcntl(fd, F_GETFL);
    if (flags >= 0) ::fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
    return UniqueFd(fd);
  }
  if (errno == ENOENT || errno == ENOTDIR) throw Error(ErrorCode::not_found, "cannot read " + path + ": no such file");
  throw_read_error(errno, path);
}

bool wait_readable(int fd, std::chrono::milliseconds timeout) {
  pollfd wanted{fd, POLLIN, 0};
  // What poll itself cannot say, the read will.
  return ::poll(&wanted, 1, static_cast<int>(timeout.count())) != 0;
}

std::size_t read_some(int fd, char* into, std::size_t size, const std::string& name) {
  for (;;) {
    const ssize_t got = ::read(fd, into, std::min(size, kMaxTransferBytes));
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) throw_read_error(errno, name);
  }
}

std::size_t read_at(int fd, std::uint64_t offset, char* into, std::size_t size, const std::string& name) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got =
        ::pread(fd, into + done, std::min(size - done, kMaxTransferBytes), static_cast<off_t>(offset + done));
    if (got == 0) break;
    if (got > 0) {
      done += static_cast<std::size_t>(got);
    } else if (errno != EINTR) {
      throw_read_error(errno, name);
    }
  }
  return done;
}

void write_all(int fd, std::string_view bytes, const std::string& name) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd, bytes.data(), std::min(bytes.size(), kMaxTransferBytes));
    if (put >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(put));
    } else if (errno != EINTR) {
      throw_write_error(errno, name);
    }
  }
}

void write_all_at(int fd, std::uint64_t offset, std::string_view bytes, const std::string& name) {
  while (!bytes.empty()) {
    const ssize_t put =
        ::pwrite(fd, bytes.data(), std::min(bytes.size(), kMaxTransferBytes), static_cast<off_t>(offset));
    if (put >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(put));
      offset += static_cast<std::uint64_t>(put);
    } else if (errno != EINTR) {
      throw_write_error(errno, name);
    }
  }
}

}  // namespace crm
