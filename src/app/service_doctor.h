#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "client/http_client.h"
#include "doctor/finding.h"

namespace crm {

/// Looks at a service from the outside: does it answer, can it take work, which version, whose token, which time.
/// Errors: cancelled.
std::vector<Finding> examine_service(const ServerAddress& server, const std::string& our_version, std::stop_token stop);

/// Looks at a service's data folder, also while the service runs: version, space, files, the queue's integrity. Changes
/// nothing.
std::vector<Finding> examine_data_folder(const std::filesystem::path& data);

}  // namespace crm
