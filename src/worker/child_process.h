#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace crm {

inline constexpr std::size_t kMaxChildLineBytes = std::size_t{1} << 20;  ///< longer lines are cut
/// How long a program may take to end after SIGTERM; then it is killed.
inline constexpr std::chrono::milliseconds kTerminateGrace{3000};

struct ChildCommand {
  std::filesystem::path program;
  std::vector<std::string> arguments;    ///< without the program's name
  int inherited_fd = -1;                 ///< stays open in the child under the same number; -1: none
};

/// How a program ended.
struct ChildExit {
  int status = 0;               ///< exit status, or 0 when a signal ended it
  std::optional<int> signal;    ///< that ended it
  bool was_stopped = false;     ///< `stop` was requested before it ended
};

/// Runs a program to its end; `on_line` hears each line of its standard error. On `stop` it gets SIGTERM, after
/// kTerminateGrace SIGKILL. It dies with this process's thread that runs it (kill -9 included), if it asks the system for
/// that (PR_SET_PDEATHSIG).
///
/// Threads: any; several at once. Errors: unavailable when the program cannot be started.
ChildExit run_child(const ChildCommand& command, const std::function<void(std::string_view)>& on_line,
                    std::stop_token stop);

}  // namespace crm
