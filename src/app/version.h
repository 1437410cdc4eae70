#pragma once

#include <string>
#include <utility>
#include <vector>

namespace crm {

/// "0.1.0".
std::string program_version();

/// The day of the version, "2026-11-22": what the manual page is dated.
std::string program_date();

/// The libraries by name and version, as far as they tell.
std::vector<std::pair<std::string, std::string>> library_versions();

/// "crm-merge 0.1.0", and with `verbose` a line for each library.
std::string version_text(bool verbose);

}  // namespace crm
