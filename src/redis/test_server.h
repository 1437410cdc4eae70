#pragma once

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "redis/redis_connection.h"

namespace crm {

/// A real redis-server of a test's own, on a socket in a folder of its own. What it was told is on disk
/// before it answers.
class TestRedis {
 public:
  TestRedis() {
    std::string name = (std::filesystem::temp_directory_path() / "crm-merge-redis-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    start();
  }
  ~TestRedis() {
    kill_hard();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  TestRedis(const TestRedis&) = delete;
  TestRedis& operator=(const TestRedis&) = delete;

  std::string socket() const { return (folder_ / "redis.sock").string(); }
  std::string url() const { return "unix://" + socket(); }
  RedisConnection connect() const { return RedisConnection(parse_redis_url(url())); }

  void kill_hard() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  /// Returns when it answers.
  void start() {
    pid_ = ::fork();
    if (pid_ == 0) run();
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    for (std::string error;;) {
      try {
        connect().ask({"PING"});
        return;
      } catch (const Error& not_yet) {
        error = not_yet.message();
        if (::waitpid(pid_, nullptr, WNOHANG) != 0)
          throw std::runtime_error("redis-server did not start; is the package redis-server installed?");
        if (std::chrono::steady_clock::now() > deadline)
          throw std::runtime_error("redis-server does not answer: " + error);
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    }
  }

 private:
  [[noreturn]] void run() const {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const std::string folder = folder_.string(), socket_path = socket(), log = (folder_ / "log").string();
    ::execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", socket_path.c_str(), "--dir",
             folder.c_str(), "--save", "", "--appendonly", "yes", "--appendfsync", "no", "--logfile",
             log.c_str(), "--daemonize", "no", nullptr);
    ::_exit(127);
  }

  std::filesystem::path folder_;
  pid_t pid_ = 0;
};

}  // namespace crm
