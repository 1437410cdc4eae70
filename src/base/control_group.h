#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace crm {

/// What the control groups around this process leave it: the least of its own group's limits and those above it.
struct ControlGroup {
  int version = 0;                             ///< 1 or 2; 0: none was found
  std::string path;                            ///< of the process's group of memory: "/user.slice/…"
  std::optional<std::uint64_t> memory_limit_bytes;
  std::optional<std::uint64_t> memory_used_bytes;  ///< of the group with that limit; its page cache counts
  std::optional<std::uint64_t> reclaimable_bytes;  ///< of these, file cache, which gives way
  std::optional<double> processors;
};

/// Reads /proc/self/cgroup and /sys/fs/cgroup below `root`, both versions. What cannot be read counts as no limit.
/// Source: Linux, Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst.
ControlGroup read_control_group(const std::filesystem::path& root = "/");

}  // namespace crm
