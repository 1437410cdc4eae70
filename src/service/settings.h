#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "http/http_server.h"
#include "server/service.h"
#include "worker/merge_worker.h"

namespace crm {

/// For how long what is finished is kept; nothing: forever.
struct RetentionSettings {
  std::optional<std::chrono::milliseconds> uploads = std::chrono::hours(7 * 24);
  std::optional<std::chrono::milliseconds> results = std::chrono::hours(30 * 24);
  std::optional<std::chrono::milliseconds> failed = std::chrono::hours(7 * 24);  ///< and cancelled
};

/// Where jobs wait.
struct QueueAddress {
  std::string url;                     ///< "sqlite:PATH", "redis://…", "rediss://…", "unix://…"; empty: queue.db in the data folder
  std::string name = "crm-merge";      ///< of the queue, in Redis
  std::string prefix = "bull";         ///< of its keys, in Redis
  std::filesystem::path bullmq_folder; ///< an installed npm package `bullmq`; empty: our copies of its scripts
};

/// Everything that `crm-merge serve` and `crm-merge worker` need to know, all defaults taken.
struct ServiceSettings {
  std::filesystem::path data;       ///< folder of what the service keeps
  QueueAddress queue;
  std::string store;                ///< "file:PATH"; empty: files in `data`
  bool has_api = true;
  bool has_worker = true;
  HttpOptions http;
  std::optional<HttpOptions> metrics_http;  ///< an address of its own for health and metrics
  ServiceOptions api;
  WorkerSettings worker;
  RetentionSettings retention;
  std::chrono::milliseconds retention_interval = std::chrono::hours(1);
  std::filesystem::path audit_log;  ///< empty: none
  std::filesystem::path ui_folder;  ///< the page's files; empty: no page
};

}  // namespace crm
