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

/// Opens the standard descriptors that came closed, so that no file of ours gets their number and an error message goes
/// into it. What is written to a closed standard output fails, as it should.
void keep_standard_descriptors();

}  // namespace crm
