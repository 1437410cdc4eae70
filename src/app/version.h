#pragma once

#include <string>

namespace crm {

/// "0.1.0".
std::string program_version();

/// "crm-merge 0.1.0", and with `verbose` a line for each library.
std::string version_text(bool verbose);

}  // namespace crm
