#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace crm {

/// Stands between a client and a server on sockets, and can lose an answer: the request arrives, is carried
/// out, and the connection breaks before the client hears of it.
class CuttingProxy {
 public:
  CuttingProxy(std::string listen_path, std::string server_path)
      : server_path_(std::move(server_path)),
        listener_(make_socket(listen_path, true)),
        thread_([this] { accept_all(); }) {}
  ~CuttingProxy() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
    sessions_.clear();
  }
  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;

  /// Loses the answer to the next request that holds `text`.
  void lose_answer_to(std::string text) {
    const std::lock_guard lock(mutex_);
    text_ = std::move(text);
  }
  int answers_lost() const { return lost_; }

 private:
  static int make_socket(const std::string& path, bool listens) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
    if (listens ? ::bind(fd, generic, sizeof address) != 0 || ::listen(fd, 64) != 0
                : ::connect(fd, generic, sizeof address) != 0) {
      ::close(fd);
      return -1;
    }
    return fd;
  }

  void accept_all() {
    for (;;) {
      const int client = ::accept(listener_, nullptr, nullptr);
      if (client < 0) return;
      sessions_.emplace_back([this, client](const std::stop_token& stop) { pass_on(client, stop); });
    }
  }

  bool is_to_lose(std::string_view request) {
    const std::lock_guard lock(mutex_);
    if (text_.empty() || request.find(text_) == std::string_view::npos) return false;
    text_.clear();
    return true;
  }

  void pass_on(int client, const std::stop_token& stop) {
    const int server = make_socket(server_path_, false);
    std::string bytes(std::size_t{1} << 16, '\0');
    for (bool loses = false, is_open = server >= 0; is_open && !stop.stop_requested();) {
      pollfd fds[2] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
      if (::poll(fds, 2, 50) <= 0) continue;
      for (int side = 0; side < 2 && is_open; ++side) {
        if (fds[side].revents == 0) continue;
        const ssize_t got = ::read(fds[side].fd, bytes.data(), bytes.size());
        is_open = got > 0;
        if (is_open && side == 1 && loses) {
          ++lost_;
          is_open = false;
        }
        if (!is_open) break;
        const std::string_view passed(bytes.data(), static_cast<std::size_t>(got));
        if (side == 0) loses = loses || is_to_lose(passed);
        is_open = ::send(fds[1 - side].fd, passed.data(), passed.size(), MSG_NOSIGNAL) == got;
      }
    }
    ::close(client);
    if (server >= 0) ::close(server);
  }

  const std::string server_path_;
  const int listener_;
  std::mutex mutex_;
  std::string text_;  ///< guarded by mutex_
  std::atomic<int> lost_ = 0;
  std::vector<std::jthread> sessions_;  ///< of thread_, until it ended
  std::thread thread_;
};

}  // namespace crm
