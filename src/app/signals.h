#pragma once

#include <atomic>
#include <stop_token>
#include <thread>

namespace crm {

/// Turns SIGINT, SIGTERM and SIGHUP into a request to stop; the second one ends the process at once. Ignores SIGPIPE, so
/// that a closed pipe is an error of the write.
///
/// Made first in `main`, before any thread: the signals are blocked in this thread and in all that it starts, and are
/// read by a thread of their own, where anything may be called.
class SignalStop {
 public:
  SignalStop();
  ~SignalStop();
  SignalStop(const SignalStop&) = delete;
  SignalStop& operator=(const SignalStop&) = delete;

  std::stop_token token() const { return stop_.get_token(); }
  /// The signal that asked to stop, or 0.
  int signal() const { return signal_.load(); }

 private:
  void listen();

  std::stop_source stop_;
  std::atomic<int> signal_{0};
  int signal_fd_ = -1;
  int end_fd_ = -1;
  std::thread listener_;
};

/// Opens the standard descriptors that came closed, so that no file of ours gets their number and an error message goes
/// into it. What is written to a closed standard output fails, as it should.
void keep_standard_descriptors();

}  // namespace crm
