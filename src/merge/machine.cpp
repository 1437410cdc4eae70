#include "merge/machine.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sched.h>
#include <string_view>
#include <unistd.h>

#include "base/control_group.h"

namespace crm {
namespace {

int processors_by_affinity() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return std::max(1, CPU_COUNT(&set));
}

/// The quota of a container, or a large number.
int processors_by_quota() {
  const std::optional<double> quota = read_control_group().processors;
  constexpr int kNoQuota = 1 << 20;
  return quota ? std::max(1, static_cast<int>(std::ceil(std::min<double>(*quota, kNoQuota)))) : kNoQuota;
}

std::uint64_t memory_of_status(std::string_view label) {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    std::uint64_t kilobytes = 0;
    if (word == label && status >> kilobytes) return kilobytes * 1024;
  }
  return 0;
}

bool writable_folder(const char* path) { return path && *path && access(path, W_OK | X_OK) == 0; }

}  // namespace

Machine detect_machine() {
  Machine machine;
  machine.processors = std::min(processors_by_affinity(), processors_by_quota());
  const char* tmpdir = std::getenv("TMPDIR");
  if (tmpdir && *tmpdir) machine.temp_dir = tmpdir;
  else machine.temp_dir = writable_folder("/var/tmp") ? "/var/tmp" : "/tmp";
  return machine;
}

std::uint64_t process_peak_bytes() { return memory_of_status("VmHWM:"); }

std::uint64_t process_resident_bytes() { return memory_of_status("VmRSS:"); }

}  // namespace crm
