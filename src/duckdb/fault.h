#pragma once

#include <exception>
#include <mutex>

namespace crm::duck {

/// The first thing that a callback threw: nothing may be thrown through C, so it waits here until the statement ended.
class Fault {
 public:
  void keep(std::exception_ptr thrown) noexcept {
    const std::lock_guard lock(mutex_);
    if (!thrown_) thrown_ = std::move(thrown);
  }
  /// Throws what was kept, if anything, and forgets it.
  void rethrow() {
    std::exception_ptr thrown;
    {
      const std::lock_guard lock(mutex_);
      std::swap(thrown, thrown_);
    }
    if (thrown) std::rethrow_exception(thrown);
  }

 private:
  std::mutex mutex_;
  std::exception_ptr thrown_;  // guarded by mutex_
};

}  // namespace crm::duck
