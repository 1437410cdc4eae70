#include "service/audit_log.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cmath>
#include <system_error>

#include <fmt/format.h>

#include "base/error.h"

namespace crm {
namespace {

namespace fs = std::filesystem;

bool only_reads(const std::string& method) { return method == "GET" || method == "HEAD" || method == "OPTIONS"; }

}  // namespace

AuditLog::AuditLog(fs::path file, const Clock& clock) : path_(std::move(file)), clock_(clock) { open(); }

void AuditLog::open() {
  file_.reset(::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
  if (!file_) {
    throw Error(ErrorCode::denied, fmt::format("cannot write to {}: {}; give another file with --audit-log", path_.string(),
                                               system_text(errno)));
  }
  lines_ = make_line_log(file_.get(), LogFormat::json, clock_);
}

void AuditLog::rotate() {
  struct stat now {};
  if (::fstat(file_.get(), &now) != 0 || static_cast<std::uint64_t>(now.st_size) < kMaxAuditFileBytes) return;
  std::error_code ignored;
  for (int i = kAuditFiles - 1; i >= 1; --i) {
    const fs::path from = i == 1 ? path_ : fs::path(fmt::format("{}.{}", path_.string(), i - 1));
    fs::rename(from, fmt::format("{}.{}", path_.string(), i), ignored);
  }
  open();
}

void AuditLog::request(const AnsweredRequest& request) {
  if (only_reads(request.method)) return;
  const std::lock_guard lock(mutex_);
  try {
    rotate();
  } catch (const Error&) {
    return;  // the folder went away under us; the service is worth more than its log
  }
  lines_->write(LogLevel::info, "request",
                {{"caller", request.caller}, {"method", request.method}, {"route", request.route},
                 {"path", request.path}, {"status", std::int64_t{request.status}}, {"peer", request.peer}});
}

}  // namespace crm
