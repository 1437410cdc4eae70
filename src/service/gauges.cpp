#include "service/gauges.h"

#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <string>
#include <system_error>

#include "base/error.h"
#include "base/error_code.h"

namespace crm {
namespace {

namespace fs = std::filesystem;

const char* outcome_word(AttemptEnd end) {
  switch (end) {
    case AttemptEnd::completed: return "completed";
    case AttemptEnd::failed: return "failed";
    case AttemptEnd::will_retry: return "will_retry";
    case AttemptEnd::cancelled: return "cancelled";
    case AttemptEnd::handed_back: return "handed_back";
    case AttemptEnd::lock_lost: return "lock_lost";
  }
  return "failed";
}

/// Files that come and go while it counts are all right.
std::uint64_t bytes_below(const fs::path& folder) {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::error_code gone;
    const std::uintmax_t size = at->is_regular_file(gone) ? at->file_size(gone) : 0;
    if (!gone) bytes += size;
  }
  return bytes;
}

std::uint64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t pages = 0, resident = 0;
  file >> pages >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

void count_attempt(const AttemptSummary& summary, Metrics& metrics) {
  metrics.observe("crm_merge_job_seconds", {{"outcome", outcome_word(summary.end)}}, summary.took.count());
  if (summary.error && (summary.end == AttemptEnd::failed || summary.end == AttemptEnd::will_retry)) {
    metrics.add("crm_merge_job_failures_total", {{"reason", std::string(error_code_name(*summary.error))}});
  }
  if (summary.end != AttemptEnd::completed) return;
  const MergeFigures& figures = summary.figures;
  metrics.add("crm_merge_job_rows_total", {}, static_cast<double>(figures.rows));
  metrics.set("crm_merge_job_rows_per_second", {}, figures.rows_per_second);
  metrics.observe("crm_merge_job_match_rate", {}, figures.match_percent / 100);
  metrics.set("crm_merge_job_peak_memory_bytes", {}, static_cast<double>(figures.peak_memory_bytes));
  metrics.add("crm_merge_job_spilled_bytes_total", {}, static_cast<double>(figures.spilled_bytes));
}

void read_gauges(const fs::path& data, ObjectStore& store, Metrics& metrics) {
  metrics.set("crm_merge_process_resident_bytes", {}, static_cast<double>(resident_bytes()));
  metrics.set("crm_merge_temp_bytes", {}, static_cast<double>(bytes_below(data / "work")));
  std::error_code error;
  const fs::space_info disk = fs::space(data, error);
  if (!error) metrics.set("crm_merge_free_bytes", {{"place", "data"}}, static_cast<double>(disk.available));
  try {
    if (const auto space = store.space()) {
      metrics.set("crm_merge_free_bytes", {{"place", "store"}}, static_cast<double>(space->free_bytes));
    }
  } catch (const Error&) {
    // /readyz tells that the store does not answer.
  }
}

}  // namespace crm
