#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

namespace crm {

/// Hands the pages of a growing file to the disk while it is being written, so that the sync at its end has little left
/// to do. A thread of its own does it, as the system may hold up the caller while the disk is busy; a small file never
/// starts one. It changes nothing but time.
///
/// Threads: `grown_to` from one at a time.
class Writeback {
 public:
  explicit Writeback(int fd) : fd_(fd) {}
  ~Writeback() { stop(); }
  Writeback(const Writeback&) = delete;
  Writeback& operator=(const Writeback&) = delete;

  /// Tells that the file has `end` bytes; the newest may still be on their way.
  void grown_to(std::uint64_t end) {
    if (end >= next_) notify(end);
  }
  void stop();

 private:
  static constexpr std::uint64_t kStepBytes = std::uint64_t{16} << 20;

  void notify(std::uint64_t end);
  void run(std::stop_token stop);

  const int fd_;
  std::uint64_t next_ = 2 * kStepBytes;  ///< end at which the thread is to hear next
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::uint64_t end_ = 0;                ///< guarded by mutex_
  std::jthread thread_;
};

}  // namespace crm
