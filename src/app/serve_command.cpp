#include "app/serve_command.h"

#include <condition_variable>
#include <mutex>

#include <fmt/format.h>
#include <unistd.h>

#include "app/config_file.h"
#include "app/version.h"
#include "base/fd.h"
#include "base/line_log.h"
#include "service/running_service.h"

namespace crm {
namespace {

void wait_for(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait(lock, stop, [] { return false; });
}

/// An address as a browser takes it.
std::string url_of(const HttpOptions& http, std::uint16_t port) {
  const bool is_v6 = http.address.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}", http.tls_cert_file.empty() ? "http" : "https", is_v6 ? "[" : "", http.address,
                     is_v6 ? "]" : "", port);
}

}  // namespace

int run_service(Command command, const ServiceRun& run, std::stop_token stop) {
  if (run.print_config) {
    write_all(STDOUT_FILENO, config_text(run.in_force), "standard output");
    return 0;
  }
  const std::unique_ptr<LineLog> log = make_line_log(STDERR_FILENO, run.log_format, system_clock());
  RunningService service(run.settings, *log, system_clock());
  const std::string data = run.settings.data.string();
  if (command == Command::serve) {
    write_all(STDOUT_FILENO,
              fmt::format("crm-merge {} serves {} (data in {}); Ctrl-C stops it\n", program_version(),
                          url_of(run.settings.http, service.port()), data),
              "standard output");
  }
  log->write(LogLevel::info, "started", {{"version", program_version()}, {"jobs_at_once", std::int64_t{concurrent_jobs(run.settings.worker)}}});
  wait_for(stop);
  log->write(LogLevel::info, "stopping: no new jobs");
  service.stop();
  log->write(LogLevel::info, "stopped");
  return 0;
}

}  // namespace crm
