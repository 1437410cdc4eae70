#include "app/signals.h"

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/error.h"

namespace crm {

SignalStop::SignalStop() {
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t wanted;
  sigemptyset(&wanted);
  sigaddset(&wanted, SIGINT);
  sigaddset(&wanted, SIGTERM);
  struct sigaction hangup {};
  // nohup ignores SIGHUP on purpose. SIGINT is taken even where a shell's background job ignores it.
  if (sigaction(SIGHUP, nullptr, &hangup) == 0 && hangup.sa_handler != SIG_IGN) sigaddset(&wanted, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &wanted, nullptr);
  signal_fd_ = signalfd(-1, &wanted, SFD_CLOEXEC);
  end_fd_ = eventfd(0, EFD_CLOEXEC);
  if (signal_fd_ < 0 || end_fd_ < 0) throw Error(ErrorCode::internal, "cannot listen for signals");
  listener_ = std::thread([this] { listen(); });
}

SignalStop::~SignalStop() {
  const std::uint64_t one = 1;
  if (write(end_fd_, &one, sizeof one) == sizeof one) listener_.join();
  else listener_.detach();
  close(signal_fd_);
  close(end_fd_);
}

void SignalStop::listen() {
  while (true) {
    pollfd waiting[2] = {{signal_fd_, POLLIN, 0}, {end_fd_, POLLIN, 0}};
    if (poll(waiting, 2, -1) < 0) continue;
    if (waiting[1].revents != 0) return;
    signalfd_siginfo info{};
    if (read(signal_fd_, &info, sizeof info) != sizeof info) continue;
    const int number = static_cast<int>(info.ssi_signo);
    if (signal_.load() != 0) _exit(128 + number);
    signal_.store(number);
    stop_.request_stop();
  }
}

void keep_standard_descriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(fd, F_GETFD) != -1 || errno != EBADF) continue;
    // open takes the lowest number that is free: this one. The wrong way round, so that its use fails.
    const int opened = open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : fd == STDOUT_FILENO ? O_RDONLY : O_WRONLY);
    if (opened != fd && opened >= 0) close(opened);
  }
}

}  // namespace crm
