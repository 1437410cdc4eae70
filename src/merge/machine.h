#pragma once

#include <cstdint>
#include <string>

namespace crm {

/// What the machine gives this process.
struct Machine {
  int processors = 1;        ///< that this process may use: affinity and the control group's quota
  std::string temp_dir;      ///< $TMPDIR, else /var/tmp (a disk, where /tmp is often memory), else /tmp
};

Machine detect_machine();

/// The kernel's peak of this process's resident memory. (getrusage counts what the parent held before exec as well.)
std::uint64_t process_peak_bytes();
/// What it holds now.
std::uint64_t process_resident_bytes();

}  // namespace crm
