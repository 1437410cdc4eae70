#include "worker/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include <fmt/format.h>

#include "base/error.h"
#include "base/fd.h"

extern char** environ;

namespace crm {
namespace {

constexpr std::chrono::milliseconds kPoll{50};
constexpr std::size_t kReadBytes = 64u << 10;

struct SpawnActions {
  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
  SpawnActions() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
  }
  ~SpawnActions() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;
};

struct Pipe {
  UniqueFd read, write;
};

Pipe make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    throw Error(ErrorCode::unavailable, fmt::format("cannot make a pipe: {}", system_text(errno)));
  }
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

/// This process blocks the signals that ask it to stop; the child must hear them.
void unblock_signals(SpawnActions& spawn) {
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&spawn.attributes, &none);
  posix_spawnattr_setsigdefault(&spawn.attributes, &all);
  posix_spawnattr_setflags(&spawn.attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

pid_t spawn(const ChildCommand& command, int standard_error) {
  SpawnActions spawn;
  unblock_signals(spawn);
  posix_spawn_file_actions_addopen(&spawn.actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&spawn.actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&spawn.actions, standard_error, STDERR_FILENO);
  // Onto itself: that takes close-on-exec away, in the child only.
  if (command.inherited_fd >= 0) {
    posix_spawn_file_actions_adddup2(&spawn.actions, command.inherited_fd, command.inherited_fd);
  }
  std::vector<std::string> words{command.program.string()};
  words.insert(words.end(), command.arguments.begin(), command.arguments.end());
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t pid = 0;
  const int error = ::posix_spawn(&pid, words[0].c_str(), &spawn.actions, &spawn.attributes, arguments.data(), environ);
  if (error != 0) {
    throw Error(ErrorCode::unavailable,
                fmt::format("cannot start {}: {}", command.program.string(), system_text(error)));
  }
  return pid;
}

/// Hands over whole lines; the end of one that is too long is left out.
class LineSplitter {
 public:
  explicit LineSplitter(const std::function<void(std::string_view)>& on_line) : on_line_(on_line) {}
  void add(std::string_view bytes) {
    for (;;) {
      const std::size_t end = bytes.find('\n');
      const std::string_view piece = bytes.substr(0, end);
      line_.append(piece.substr(0, kMaxChildLineBytes - line_.size()));
      if (end == std::string_view::npos) return;
      finish();
      bytes.remove_prefix(end + 1);
    }
  }
  void finish() {
    if (!line_.empty()) on_line_(line_);
    line_.clear();
  }

 private:
  const std::function<void(std::string_view)>& on_line_;
  std::string line_;
};

/// A running child; one that is left behind by an exception is killed.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}
  ~Child() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {}
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  void signal(int number) const { ::kill(pid_, number); }
  ChildExit wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {}
    pid_ = 0;
    ChildExit exit;
    if (WIFSIGNALED(status)) exit.signal = WTERMSIG(status);
    else exit.status = WEXITSTATUS(status);
    return exit;
  }

 private:
  pid_t pid_;
};

/// Asks a child to end, then makes it.
class Terminator {
 public:
  Terminator(const Child& child, std::stop_token stop) : child_(child), stop_(std::move(stop)) {}
  void look() {
    const auto now = std::chrono::steady_clock::now();
    if (!asked_ && stop_.stop_requested()) {
      asked_ = true;
      asked_at_ = now;
      child_.signal(SIGTERM);
    } else if (asked_ && !killed_ && now - asked_at_ > kTerminateGrace) {
      killed_ = true;
      child_.signal(SIGKILL);
    }
  }
  bool was_stopped() const { return asked_; }

 private:
  const Child& child_;
  std::stop_token stop_;
  bool asked_ = false, killed_ = false;
  std::chrono::steady_clock::time_point asked_at_{};
};

}  // namespace

ChildExit run_child(const ChildCommand& command, const std::function<void(std::string_view)>& on_line,
                    std::stop_token stop) {
  Pipe pipe = make_pipe();
  Child child(spawn(command, pipe.write.get()));
  pipe.write.reset();
  Terminator terminator(child, std::move(stop));
  LineSplitter lines(on_line);
  std::string buffer(kReadBytes, '\0');
  for (;;) {
    terminator.look();
    if (!wait_readable(pipe.read.get(), kPoll)) continue;
    const std::size_t size = read_some(pipe.read.get(), buffer.data(), buffer.size(), "the merge's messages");
    if (size == 0) break;
    lines.add({buffer.data(), size});
  }
  lines.finish();
  ChildExit exit = child.wait();
  exit.was_stopped = terminator.was_stopped();
  return exit;
}

}  // namespace crm
