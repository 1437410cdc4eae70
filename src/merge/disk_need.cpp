#include "merge/disk_need.h"

#include <algorithm>
#include <map>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "report/figures.h"
#include "base/error.h"

namespace crm {

std::uint64_t estimated_merged_bytes(const DiskEstimate& estimate) {
  return estimate.original_bytes + std::min(estimate.enriched_bytes, estimate.original_bytes) / 4;
}

std::uint64_t estimated_spill_bytes(const DiskEstimate& estimate) {
  const std::uint64_t stored = estimate.sql ? (estimate.original_bytes + estimate.enriched_bytes) / 2
                                            : estimate.enriched_bytes / 2;
  const std::uint64_t kept = estimate.memory_bytes / 2;
  return stored > kept ? stored - kept : 0;
}

void check_disk(const std::vector<DiskNeed>& needs) {
  struct Place {
    std::string folder;
    std::uint64_t bytes = 0;
    std::vector<std::string> parts;
  };
  std::map<dev_t, Place> places;
  for (const DiskNeed& need : needs) {
    struct stat info {};
    if (need.bytes == 0 || stat(need.folder.c_str(), &info) != 0) continue;
    Place& place = places[info.st_dev];
    if (place.folder.empty()) place.folder = need.folder;
    place.bytes += need.bytes;
    place.parts.push_back(fmt::format("{} about {}", need.purpose, short_bytes(need.bytes)));
  }
  for (const auto& [device, place] : places) {
    struct statvfs space {};
    if (statvfs(place.folder.c_str(), &space) != 0) continue;
    const std::uint64_t free = static_cast<std::uint64_t>(space.f_bavail) * space.f_frsize;
    if (place.bytes <= free) continue;
    throw Error(ErrorCode::limit_exceeded,
                fmt::format("{}: not enough disk space: {} needed ({}), {} free; free some, or choose other places with "
                            "-o and --temp-dir",
                            place.folder, short_bytes(place.bytes), fmt::join(place.parts, ", "), short_bytes(free)));
  }
}

}  // namespace crm
