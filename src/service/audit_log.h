#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>

#include "base/clock.h"
#include "base/fd.h"
#include "base/line_log.h"
#include "server/router.h"

namespace crm {

/// A file of this size is set aside as FILE.1, and what was there as FILE.2, up to kAuditFiles.
inline constexpr std::uint64_t kMaxAuditFileBytes = 32u << 20;
inline constexpr int kAuditFiles = 5;

/// Who asked for which change: a JSON line for each request that may change something. Threads: any.
class AuditLog {
 public:
  /// Errors: denied.
  AuditLog(std::filesystem::path file, const Clock& clock);
  /// Reading requests are left out. A line that cannot be written is lost.
  void request(const AnsweredRequest& request);

 private:
  void open();
  void rotate();

  std::filesystem::path path_;
  const Clock& clock_;
  std::mutex mutex_;
  UniqueFd file_;                  // guarded by mutex_
  std::unique_ptr<LineLog> lines_; // guarded by mutex_
};

}  // namespace crm
