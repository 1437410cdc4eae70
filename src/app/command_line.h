#pragma once

#include <string>
#include <vector>

namespace crm {

class SignalStop;

/// The whole program: picks the sub-command, runs it, and turns its outcome into an exit status (contract, section 9).
/// Never throws.
int run_command_line(const std::vector<std::string>& args, SignalStop& signals);

}  // namespace crm
