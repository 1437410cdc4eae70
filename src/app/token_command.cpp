#include "app/token_command.h"

#include <algorithm>

#include <fmt/format.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fd.h"
#include "plan/column_names.h"
#include "server/access.h"

namespace crm {
namespace {

constexpr std::size_t kMaxNameBytes = 100;

[[noreturn]] void refuse(std::string message) { throw Error(ErrorCode::invalid_config, std::move(message)); }

void check_name(const std::string& name) {
  const bool plain = std::all_of(name.begin(), name.end(), [](unsigned char c) { return c > ' ' && c != '#' && c < 0x7f; });
  if (name.empty() || name.size() > kMaxNameBytes || !plain) {
    refuse(fmt::format("{} is no name for a token: give 1 to 100 letters, digits and signs without spaces", shown(name)));
  }
}

}  // namespace

int run_token(const TypedOptions& typed, const CommandContext& context) {
  if (typed.inputs.empty() || typed.inputs.size() > 2) refuse("give a name, and read or write: crm-merge token anna write");
  const std::string& name = typed.inputs[0];
  const std::string role = typed.inputs.size() > 1 ? typed.inputs[1] : "write";
  check_name(name);
  if (role != "read" && role != "write") refuse(fmt::format("{} is no role; give read or write", shown(role)));
  const std::string token = make_token();
  write_all(STDOUT_FILENO, fmt::format("{} {} {}\n", name, role, token_hash(token)), "standard output");
  context.write_error(fmt::format("The token of {}, shown this once: {}\n", name, token));
  return 0;
}

}  // namespace crm
