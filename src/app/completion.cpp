#include "app/completion.h"

#include <fmt/format.h>

#include "app/options.h"
#include "base/error.h"
#include "plan/column_names.h"

namespace crm {

std::string completion_script(std::string_view shell) {
  if (shell == "bash") return bash_completion();
  if (shell == "zsh") return zsh_completion();
  if (shell == "fish") return fish_completion();
  if (shell.empty()) throw Error(ErrorCode::invalid_config, "completion: for which shell? Give bash, zsh or fish");
  throw Error(ErrorCode::invalid_config,
              fmt::format("completion: {} is no shell that crm-merge knows; give bash, zsh or fish", shown(shell)));
}

std::string shell_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') quoted += "'\\''";
    else quoted += c;
  }
  return quoted + "'";
}

}  // namespace crm
