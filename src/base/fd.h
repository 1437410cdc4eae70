#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

// File descriptors: ownership, and reads and writes that finish what they begin and say clearly what went wrong.
namespace crm {

/// Owns one file descriptor and closes it.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) reset(std::exchange(other.fd_, -1));
    return *this;
  }
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  ~UniqueFd() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset(int fd = -1);

 private:
  int fd_ = -1;
};

/// The system's words for `error`, an errno value: "Permission denied". Threads: any.
std::string system_text(int error);

/// Opens `path` for reading. Errors: not_found "cannot read PATH: no such file", invalid_input for the rest.
UniqueFd open_for_reading(const std::string& path);

/// Waits until `fd` has something to read, or its end, for at most `timeout`. Regular files always do.
bool wait_readable(int fd, std::chrono::milliseconds timeout);

/// Reads what is there now, at most `size` bytes; 0 is the end. `name` is for messages. Errors: invalid_input.
std::size_t read_some(int fd, char* into, std::size_t size, const std::string& name);

/// Reads `size` bytes at `offset`, fewer only where the file ends. Errors: invalid_input.
std::size_t read_at(int fd, std::uint64_t offset, char* into, std::size_t size, const std::string& name);

/// Writes all of `bytes` where the file stands. Errors: limit_exceeded when the disk is full, output_closed when the
/// reader of a pipe went away (SIGPIPE must be ignored), denied for the rest.
void write_all(int fd, std::string_view bytes, const std::string& name);

/// Writes all of `bytes` at `offset`. Errors as `write_all`.
void write_all_at(int fd, std::uint64_t offset, std::string_view bytes, const std::string& name);

}  // namespace crm
