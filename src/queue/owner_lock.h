#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>

#include "base/fd.h"

namespace crm {

/// Tells which users of a queue file are alive: each holds the lock of one byte, named by a random number, of
/// a file beside it, and the system lets it go when its process ends, however it ends.
///
/// Threads: any. A process that forks without exec keeps its parent's lock: don't.
class OwnerLock {
 public:
  /// Errors: denied, unavailable.
  explicit OwnerLock(const std::filesystem::path& file);

  /// This user's number, more than 0.
  std::int64_t number() const { return number_; }
  bool is_alive(std::int64_t number) const;
  /// True if anybody else holds a number.
  bool has_others() const;

 private:
  std::filesystem::path path_;
  UniqueFd fd_;
  std::int64_t number_ = 0;
};

/// Keeps all others out while a queue is opened: byte 0 of the owners' file.
class OpeningLock {
 public:
  /// Waits for another opener at most `timeout`. Errors: unavailable, denied.
  OpeningLock(const std::filesystem::path& file, std::chrono::milliseconds timeout);

 private:
  UniqueFd fd_;
};

}  // namespace crm
