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

/// The Redis server at `url`: version, what it does when it is full, what it keeps over a restart. One that does not answer,
/// or cannot be used, is a finding. Errors: invalid_config for an address that is none.
std::vector<Finding> examine_queue(const std::string& url);

}  // namespace crm
