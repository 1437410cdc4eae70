#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "doctor/finding.h"

namespace crm {

/// What the program knows of itself and was asked.
struct DoctorRequest {
  std::string program_version;
  std::vector<std::pair<std::string, std::string>> libraries;  ///< name and version
  std::string temp_dir;
  std::uint64_t memory_limit_bytes = 0;        ///< --memory-limit: does the machine have so much?
  std::uint64_t least_memory_bytes = 0;        ///< that any merge needs
  int terminal_width = 0;                      ///< 0: standard output is no terminal
};

/// Looks at everything. Writes nothing that stays. Never throws for what it finds.
std::vector<Finding> examine(const DoctorRequest& request);

std::vector<Finding> check_versions(const DoctorRequest& request);
std::vector<Finding> check_processors();
std::vector<Finding> check_memory(const DoctorRequest& request);
std::vector<Finding> check_folders(const DoctorRequest& request);
std::vector<Finding> check_limits();
std::vector<Finding> check_surroundings(const DoctorRequest& request);

/// "512 MB", "3.3 GB": 10^6 and 10^9.
std::string size_text(std::uint64_t bytes);

}  // namespace crm
