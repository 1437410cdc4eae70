#include "base/control_group.h"

#include <charconv>
#include <fstream>
#include <sstream>
#include <string_view>
#include <vector>

namespace crm {
namespace {

namespace fs = std::filesystem;

/// v1 says "no limit" by a number near 2^63, cut to pages.
constexpr std::uint64_t kNoLimitOfV1 = std::uint64_t{1} << 62;

std::optional<std::string> first_line(const fs::path& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  return line;
}

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc()) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> bytes_in(const fs::path& path) {
  const auto line = first_line(path);
  const auto value = line ? number_of(*line) : std::nullopt;
  if (!value || *value < 0 || static_cast<std::uint64_t>(*value) >= kNoLimitOfV1) return std::nullopt;
  return static_cast<std::uint64_t>(*value);
}

/// The value of `name` in a file of "name value" lines.
std::optional<std::uint64_t> stat_value(const fs::path& path, std::string_view name) {
  std::ifstream file(path);
  std::string word;
  std::uint64_t value = 0;
  while (file >> word >> value) {
    if (word == name) return value;
  }
  return std::nullopt;
}

/// Lines of /proc/self/cgroup: "0::/path" is version 2; "4:memory:/path", "3:cpu,cpuacct:/path" are version 1.
struct Memberships {
  std::optional<std::string> unified, memory, cpu;
};

Memberships read_memberships(const fs::path& root) {
  Memberships found;
  std::ifstream file(root / "proc/self/cgroup");
  std::string line;
  while (std::getline(file, line)) {
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string path = line.substr(second + 1);
    std::stringstream controllers(line.substr(first + 1, second - first - 1));
    if (controllers.str().empty()) found.unified = path;
    for (std::string controller; std::getline(controllers, controller, ',');) {
      if (controller == "memory") found.memory = path;
      if (controller == "cpu") found.cpu = path;
    }
  }
  return found;
}

/// The folders of a group and of those above it. In a container the path may be the host's: then the mount itself is
/// the group.
std::vector<fs::path> group_folders(const fs::path& mount, const std::string& path) {
  std::vector<fs::path> folders;
  std::error_code ignored;
  for (fs::path group = fs::path(path).relative_path(); !group.empty(); group = group.parent_path()) {
    if (fs::is_directory(mount / group, ignored)) folders.push_back(mount / group);
  }
  folders.push_back(mount);
  return folders;
}

struct MemoryFiles {
  const char* limit;
  const char* used;
  const char* cache;  ///< of memory.stat
};

void take_memory(const fs::path& folder, const MemoryFiles& files, ControlGroup& group) {
  const auto limit = bytes_in(folder / files.limit);
  if (!limit || (group.memory_limit_bytes && *group.memory_limit_bytes <= *limit)) return;
  group.memory_limit_bytes = limit;
  group.memory_used_bytes = bytes_in(folder / files.used);
  group.reclaimable_bytes = stat_value(folder / "memory.stat", files.cache);
}

void take_processors(std::optional<double> quota, std::optional<double> period, ControlGroup& group) {
  if (!quota || !period || *quota <= 0 || *period <= 0) return;
  const double processors = *quota / *period;
  if (!group.processors || processors < *group.processors) group.processors = processors;
}

std::optional<double> as_double(std::optional<std::int64_t> value) {
  return value ? std::optional<double>(static_cast<double>(*value)) : std::nullopt;
}

void read_version_2(const fs::path& mount, const std::string& path, ControlGroup& group) {
  for (const fs::path& folder : group_folders(mount, path)) {
    take_memory(folder, {"memory.max", "memory.current", "file"}, group);
    const auto line = first_line(folder / "cpu.max");
    if (!line) continue;
    const std::size_t space = line->find(' ');
    if (space == std::string::npos) continue;
    take_processors(as_double(number_of(std::string_view(*line).substr(0, space))),
                    as_double(number_of(std::string_view(*line).substr(space + 1))), group);
  }
}

void read_version_1(const fs::path& mounts, const Memberships& memberships, ControlGroup& group) {
  if (memberships.memory) {
    for (const fs::path& folder : group_folders(mounts / "memory", *memberships.memory)) {
      take_memory(folder, {"memory.limit_in_bytes", "memory.usage_in_bytes", "total_cache"}, group);
    }
  }
  if (!memberships.cpu) return;
  std::error_code ignored;
  for (const char* const mount : {"cpu", "cpu,cpuacct"}) {
    if (!fs::is_directory(mounts / mount, ignored)) continue;
    for (const fs::path& folder : group_folders(mounts / mount, *memberships.cpu)) {
      const auto quota = first_line(folder / "cpu.cfs_quota_us"), period = first_line(folder / "cpu.cfs_period_us");
      take_processors(as_double(quota ? number_of(*quota) : std::nullopt),
                      as_double(period ? number_of(*period) : std::nullopt), group);
    }
  }
}

}  // namespace

ControlGroup read_control_group(const fs::path& root) {
  ControlGroup group;
  const Memberships memberships = read_memberships(root);
  const fs::path mounts = root / "sys/fs/cgroup";
  if (memberships.memory) {
    group.version = 1;
    group.path = *memberships.memory;
    read_version_1(mounts, memberships, group);
  } else if (memberships.unified) {
    group.version = 2;
    group.path = *memberships.unified;
    read_version_2(mounts, *memberships.unified, group);
  }
  return group;
}

}  // namespace crm
