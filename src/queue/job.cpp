#include "queue/job.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace crm {
namespace {

constexpr std::array<const char*, 6> kStateNames = {"waiting",   "active", "delayed",
                                                    "completed", "failed", "cancelled"};
constexpr std::array<const char*, 10> kEventNames = {"added",   "active",  "progress",  "completed",
                                                     "failed",  "stalled", "cancelled", "waiting",
                                                     "delayed", "removed"};

}  // namespace

const char* to_text(JobState state) { return kStateNames.at(static_cast<std::size_t>(state)); }

std::optional<JobState> job_state_from(std::string_view text) {
  const auto found = std::find(kStateNames.begin(), kStateNames.end(), text);
  if (found == kStateNames.end()) return std::nullopt;
  return static_cast<JobState>(found - kStateNames.begin());
}

bool is_finished(JobState state) {
  return state == JobState::completed || state == JobState::failed || state == JobState::cancelled;
}

const char* to_text(JobEventType type) { return kEventNames.at(static_cast<std::size_t>(type)); }

std::chrono::milliseconds backoff_delay(const Backoff& backoff, int failed_attempts) {
  std::chrono::milliseconds delay = std::min(backoff.delay, kMaxBackoff);
  if (backoff.kind == Backoff::Kind::exponential) {
    for (int n = 1; n < failed_attempts && delay < kMaxBackoff && delay.count() > 0; ++n) delay *= 2;
  }
  return std::min(delay, kMaxBackoff);
}

}  // namespace crm
