#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "http/message.h"
#include "server/access.h"
#include "server/router.h"

namespace crm {

class JobQueue;
class Metrics;
class ObjectStore;

/// What the operator decides about the API.
struct ServiceOptions {
  AccessOptions access;
  std::string version = "0";
  std::uint64_t max_upload_bytes = std::uint64_t{1} << 40;
  std::optional<std::uint64_t> data_quota_bytes = {};  ///< uploads and results together; nothing: what the disk has
  std::uint64_t upload_part_bytes = 16u << 20;  ///< preferred; grows with the file
  std::filesystem::path temp_dir = "/var/tmp";  ///< for previews and profiles
  std::uint64_t preview_memory_bytes = 256u << 20;
  int preview_threads = 2;
  int previews_at_once = 2;          ///< more wait; they are short
  std::string job_name = "merge";    ///< of the jobs that are submitted here
  std::size_t event_readers = 2000;  ///< WebSockets at once
  bool allow_file_sources = false;   ///< job data may name file: URIs outside the store
  bool allow_http_sources = false;
};

/// What the API works on, and what it needs of whoever wires it. All must outlive the service.
struct ServiceParts {
  JobQueue& queue;
  ObjectStore& store;
  Metrics& metrics;
  const Clock& clock = system_clock();
  /// Why the process cannot take work now, a line each; empty: it can. May be empty itself.
  std::function<std::vector<std::string>()> not_ready = {};
  /// Refreshes the gauges that are only known by looking (disk, memory); called for each /metrics. May be
  /// empty.
  std::function<void(Metrics&)> collect = {};
  /// Every answered request, for the access and audit log. May be empty.
  std::function<void(const AnsweredRequest&)> answered = {};
  /// The page: static files. May be empty.
  std::function<std::optional<Response>(const Request&)> page = {};
};

/// The HTTP API, version 1: hand `application()` to start_http_server.
class Service {
 public:
  virtual ~Service() = default;
  virtual Application& application() = 0;
  /// Health and metrics alone, without a token: for an address of their own (`--metrics-bind`).
  virtual Application& metrics_application() = 0;
  /// The OpenAPI document.
  virtual const std::string& openapi() const = 0;
  /// Ends WebSockets' sources and the thread that reads the queue's events. Call after HttpServer::stop.
  virtual void stop() = 0;
};

/// Errors: as Access.
std::unique_ptr<Service> make_service(const ServiceOptions& options, const ServiceParts& parts);

}  // namespace crm
