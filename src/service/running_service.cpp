#include "service/running_service.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "base/error_code.h"
#include "server/metrics.h"
#include "server/static_files.h"
#include "service/audit_log.h"
#include "service/backends.h"
#include "service/data_folder.h"
#include "service/gauges.h"
#include "service/janitor.h"

namespace crm {
namespace {

/// Requests that are being answered when the service ends get so long.
constexpr std::chrono::milliseconds kAnswerGrace{5000};
/// With less than this free, a merge would most likely fail: /readyz says so.
constexpr std::uint64_t kLeastFreeBytes = 64u << 20;

/// The interrupted wait of a thread's round.
void rest(std::chrono::milliseconds time, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, time, [] { return false; });
}

}  // namespace

struct RunningService::Impl {
  Impl(ServiceSettings how, LineLog& events, const Clock& time);
  void start_worker();
  void start_api();
  void open_page();
  void keep_tidy(std::stop_token stop);
  void tidy_once();
  std::vector<std::string> not_ready();
  void stop();

  ServiceSettings settings;
  LineLog& log;
  const Clock& clock;
  DataFolder data;
  std::unique_ptr<JobQueue> queue;
  std::unique_ptr<ObjectStore> store;
  Metrics metrics;
  std::atomic<bool> stopping{false};
  std::once_flag stopped;

  // In this order they are made, in the other one they end.
  std::optional<AuditLog> audit;
  std::optional<StaticFiles> page;
  std::unique_ptr<MergeWorker> worker;
  std::unique_ptr<Service> service;
  std::unique_ptr<HttpServer> server, metrics_server;
  std::jthread janitor;
};

RunningService::Impl::Impl(ServiceSettings how, LineLog& events, const Clock& time)
    : settings(std::move(how)),
      log(events),
      clock(time),
      data(settings.data),
      queue(open_queue(settings.queue, settings.worker.stalled_interval, data, clock)),
      store(open_store(settings.store, data, clock)) {
  if (settings.has_api || settings.metrics_http) start_api();
  if (settings.has_worker) start_worker();
  if (settings.has_api) janitor = std::jthread([this](std::stop_token stop) { keep_tidy(std::move(stop)); });
}

void RunningService::Impl::start_worker() {
  WorkerSettings how = settings.worker;
  if (how.merge.work_folder.empty()) how.merge.work_folder = data.work_folder();
  how.on_end = [this](const AttemptSummary& summary) { count_attempt(summary, metrics); };
  how.on_swept = [this](std::uint64_t orphans) {
    metrics.add("crm_merge_orphans_removed_total", {}, static_cast<double>(orphans));
  };
  worker = std::make_unique<MergeWorker>(*queue, *store, std::move(how), log, clock);
}

void RunningService::Impl::start_api() {
  if (!settings.audit_log.empty()) audit.emplace(settings.audit_log, clock);
  ServiceOptions options = settings.api;
  options.access.session_key = data.session_key();
  ServiceParts parts{*queue, *store, metrics, clock};
  parts.not_ready = [this] { return not_ready(); };
  parts.collect = [this](Metrics& to) {
    read_gauges(data.path(), *store, to);
    const HttpCounts counts = (server ? *server : *metrics_server).counts();
    to.set("crm_merge_http_connections", {}, static_cast<double>(counts.open_connections));
    to.set("crm_merge_http_refused_connections_total", {}, static_cast<double>(counts.refused_connections));
  };
  parts.answered = [this](const AnsweredRequest& request) {
    if (audit) audit->request(request);
    if (request.status >= 500 && request.status != 503) {
      log.write(LogLevel::error, "a request failed", {{"method", request.method}, {"route", request.route},
                                                      {"status", std::int64_t{request.status}}});
    }
  };
  if (settings.has_api) open_page();
  if (page) parts.page = [this](const Request& request) { return page->answer(request); };
  service = make_service(options, parts);
  if (settings.has_api) server = start_http_server(settings.http, service->application());
  if (settings.metrics_http) metrics_server = start_http_server(*settings.metrics_http, service->metrics_application());
}

void RunningService::Impl::open_page() {
  StaticFilesOptions how;
  how.folder = settings.ui_folder;
  if (how.folder.empty()) how.folder = page_folder_of(settings.worker.merge.program).value_or("");
  if (how.folder.empty()) {
    log.write(LogLevel::warning, "no page: its files are not beside the program; the API answers all the same (--ui-dir)");
    return;
  }
  // Presigned URLs lead the page straight to the store: its origin must be allowed.
  if (store->capabilities().presigned_urls) {
    if (auto origin = origin_of(store->presign_get("page", {}))) how.connect_origins.push_back(*std::move(origin));
  }
  page.emplace(how);
}

std::vector<std::string> RunningService::Impl::not_ready() {
  std::vector<std::string> reasons;
  if (stopping) reasons.push_back("it is stopping");
  try {
    const auto space = store->space();
    if (space && space->free_bytes < kLeastFreeBytes) reasons.push_back("store: the disk is nearly full");
  } catch (const Error& error) {
    reasons.push_back("store: " + error.message());
  }
  return reasons;
}

void RunningService::Impl::keep_tidy(std::stop_token stop) {
  while (!stop.stop_requested()) {
    try {
      tidy_once();
    } catch (const std::exception& error) {
      log.write(LogLevel::error, fmt::format("deleting what is kept no longer: {}", error.what()));
    }
    rest(settings.retention_interval, stop);
  }
}

void RunningService::Impl::tidy_once() {
  const JanitorReport report = tidy(settings.retention, settings.worker.merge.results_prefix, *queue, *store, clock);
  if (!settings.has_worker) (void)store->sweep(kIdleUpload);
  if (report.jobs + report.uploads + report.orphans == 0) return;
  metrics.add("crm_merge_orphans_removed_total", {}, static_cast<double>(report.orphans));
  log.write(LogLevel::info, "deleted what is kept no longer",
            {{"jobs", static_cast<std::int64_t>(report.jobs)}, {"uploads", static_cast<std::int64_t>(report.uploads)},
             {"orphans", static_cast<std::int64_t>(report.orphans)}});
}

void RunningService::Impl::stop() {
  stopping = true;
  janitor.request_stop();
  if (worker) worker->drain();
  if (server) server->stop(kAnswerGrace);
  if (metrics_server) metrics_server->stop(std::chrono::milliseconds(0));
  if (service) service->stop();
  if (janitor.joinable()) janitor.join();
}

RunningService::RunningService(ServiceSettings settings, LineLog& log, const Clock& clock)
    : impl_(std::make_unique<Impl>(std::move(settings), log, clock)) {}

RunningService::~RunningService() { stop(); }

std::uint16_t RunningService::port() const { return impl_->server ? impl_->server->port() : std::uint16_t{0}; }

void RunningService::stop() {
  std::call_once(impl_->stopped, [this] { impl_->stop(); });
}

}  // namespace crm
