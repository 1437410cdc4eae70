#include "output/writeback.h"

#include <fcntl.h>

namespace crm {

void Writeback::notify(std::uint64_t end) {
  next_ = end + kStepBytes;
  {
    const std::lock_guard lock(mutex_);
    end_ = end;
  }
  changed_.notify_one();
  if (!thread_.joinable()) thread_ = std::jthread([this](std::stop_token stop) { run(stop); });
}

void Writeback::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

void Writeback::run(std::stop_token stop) {
  std::uint64_t handed_over = 0;
  while (true) {
    std::uint64_t end = 0;
    {
      std::unique_lock lock(mutex_);
      if (!changed_.wait(lock, stop, [&] { return end_ >= handed_over + 2 * kStepBytes; })) return;
      end = end_ - kStepBytes;  // ranges are filled some time after they are reserved
    }
    ::sync_file_range(fd_, static_cast<off_t>(handed_over), static_cast<off_t>(end - handed_over),
                      SYNC_FILE_RANGE_WRITE);
    handed_over = end;
  }
}

}  // namespace crm
