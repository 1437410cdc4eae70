#include "app/service_options.h"

#include <arpa/inet.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "app/setting_reader.h"
#include "app/version.h"
#include "base/error.h"
#include "base/control_group.h"
#include "engine/memory_division.h"
#include "merge/run_limits.h"
#include "service/data_folder.h"

namespace crm {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr std::uint64_t kDefaultMaxUploadBytes = 100'000'000'000;
constexpr double kProcessMemoryShare = 0.8;
constexpr int kMostConnections = 65'536;

/// What the machine, or the control group that this process is in, can give in all.
std::uint64_t machine_memory_bytes() {
  struct sysinfo info {};
  std::uint64_t bytes = ::sysinfo(&info) == 0 ? static_cast<std::uint64_t>(info.totalram) * info.mem_unit : 0;
  if (const auto limit = read_control_group().memory_limit_bytes) bytes = std::min(bytes, *limit);
  return bytes;
}

struct Endpoint {
  std::string address;
  std::uint16_t port = 0;
};

/// "127.0.0.1:8080", "[::1]:8080", ":8080" on this machine alone.
Endpoint parse_endpoint(const SettingReader& reader, std::string_view option, const std::string& text) {
  const std::size_t colon = text.rfind(':');
  Endpoint endpoint;
  int port = -1;
  if (colon != std::string::npos) {
    const char* const end = text.data() + text.size();
    const auto [read_to, fault] = std::from_chars(text.data() + colon + 1, end, port);
    if (fault != std::errc{} || read_to != end) port = -1;
  }
  if (port < 0 || port > 65'535) reader.refuse(option, fmt::format("{} is no address; write it like 127.0.0.1:8080", text));
  endpoint.port = static_cast<std::uint16_t>(port);
  endpoint.address = colon == 0 ? "127.0.0.1" : text.substr(0, colon);
  if (endpoint.address == "localhost") endpoint.address = "127.0.0.1";
  if (endpoint.address.starts_with('[') && endpoint.address.ends_with(']')) {
    endpoint.address = endpoint.address.substr(1, endpoint.address.size() - 2);
  }
  return endpoint;
}

bool is_loopback(const std::string& address) {
  in_addr four{};
  if (::inet_pton(AF_INET, address.c_str(), &four) == 1) return (ntohl(four.s_addr) >> 24) == 127;
  return address == "::1";
}

void require_file(const SettingReader& reader, std::string_view option, const std::string& path) {
  if (!path.empty() && ::access(path.c_str(), R_OK) != 0) {
    reader.refuse(option, fmt::format("{} is not there or cannot be read", path));
  }
}

void resolve_listening(SettingReader& reader, ServiceSettings& settings) {
  const Endpoint endpoint = parse_endpoint(reader, "--listen", reader.text("--listen", "127.0.0.1:8080"));
  settings.http.address = endpoint.address;
  settings.http.port = endpoint.port;
  settings.http.tls_cert_file = reader.text("--tls-cert");
  settings.http.tls_key_file = reader.text("--tls-key");
  if (settings.http.tls_cert_file.empty() != settings.http.tls_key_file.empty()) {
    throw Error(ErrorCode::invalid_config, "--tls-cert and --tls-key belong together: give both, or neither");
  }
  require_file(reader, "--tls-cert", settings.http.tls_cert_file);
  require_file(reader, "--tls-key", settings.http.tls_key_file);
  settings.http.limits.connections = static_cast<std::size_t>(reader.number("--max-connections", 2048, 8, kMostConnections));
}

void resolve_metrics(SettingReader& reader, ServiceSettings& settings) {
  const std::string text = reader.text("--metrics-bind");
  if (text.empty()) return;
  const Endpoint endpoint = parse_endpoint(reader, "--metrics-bind", text);
  settings.metrics_http.emplace();
  settings.metrics_http->address = endpoint.address;
  settings.metrics_http->port = endpoint.port;
}

void resolve_access(SettingReader& reader, ServiceSettings& settings) {
  AccessOptions& access = settings.api.access;
  access.token_file = reader.text("--token-file");
  access.hosts = reader.texts("--host");
  access.origins = reader.texts("--origin");
  require_file(reader, "--token-file", access.token_file);
  if (access.token_file.empty() && !is_loopback(settings.http.address)) {
    throw Error(ErrorCode::invalid_config,
                fmt::format("--listen {}: others can reach this address, so --token-file is needed; crm-merge token NAME makes "
                            "its lines",
                            settings.http.address));
  }
}

void resolve_sources(SettingReader& reader, ServiceSettings& settings) {
  const std::string sources = reader.text("--allow-sources");
  if (!sources.empty() && sources != "file") reader.refuse("--allow-sources", fmt::format("{} is not known; give file", sources));
  settings.api.allow_file_sources = settings.worker.merge.allow_file_sources = sources == "file";
}

/// "10/1s", or "none".
std::optional<RateLimit> parse_limiter(const SettingReader& reader, const std::string& text) {
  if (text == "none") return std::nullopt;
  const std::size_t slash = text.find('/');
  int jobs = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + std::min(slash, text.size()), jobs);
  const auto time = slash == std::string::npos ? std::nullopt : parse_time(std::string_view(text).substr(slash + 1));
  if (fault != std::errc{} || end != text.data() + slash || jobs < 1 || !time || time->count() < 1) {
    reader.refuse("--limiter", fmt::format("{} is no limit; write it like 10/1s (ten jobs a second), or none", text));
  }
  return RateLimit{jobs, *time};
}

void resolve_working(SettingReader& reader, const Machine& machine, ServiceSettings& settings) {
  WorkerSettings& worker = settings.worker;
  worker.concurrency = reader.number("--concurrency", 3, 1, kMostConcurrentJobs);
  worker.merge.memory_bytes = reader.size("--job-memory", kDefaultMemoryBytes, kLeastMemoryBytes);
  const int threads = std::clamp(machine.processors - 1, 1, kMostDefaultThreads);
  worker.merge.threads = reader.number("--job-threads", threads, 1, kMostThreads);
  const auto share = static_cast<std::uint64_t>(static_cast<double>(machine_memory_bytes()) * kProcessMemoryShare);
  worker.process_memory_bytes = reader.size("--process-memory", share / 1'000'000 * 1'000'000, worker.merge.memory_bytes);
  worker.limit = parse_limiter(reader, reader.text("--limiter", "10/1s"));
  worker.lock_duration = reader.time("--lock-duration", milliseconds(60'000), milliseconds(1000));
  worker.merge.lock_duration = worker.lock_duration;
  worker.stalled_interval = reader.time("--stalled-interval", milliseconds(30'000), milliseconds(100));
  worker.max_stalled = reader.number("--max-stalled", 3, 0, 1000);
  worker.drain_timeout = reader.time("--drain-timeout", milliseconds(25'000), milliseconds(0));
}

void resolve_keeping(SettingReader& reader, ServiceSettings& settings) {
  settings.retention.uploads = reader.time_or_forever("--retain-uploads", std::chrono::hours(7 * 24));
  settings.retention.results = reader.time_or_forever("--retain-results", std::chrono::hours(30 * 24));
  settings.retention.failed = reader.time_or_forever("--retain-failed", std::chrono::hours(7 * 24));
  settings.api.max_upload_bytes = reader.size("--max-upload-size", kDefaultMaxUploadBytes);
  settings.api.data_quota_bytes = reader.size_or_none("--data-quota");
  const std::string audit = reader.text("--audit-log", (settings.data / "audit.log").string());
  if (audit != "none") settings.audit_log = audit;
}

void resolve_running(SettingReader& reader, ServiceRun& run) {
  ServiceSettings& settings = run.settings;
  run.log_format = reader.word("--log-format", {"text", "json"}) == "json" ? LogFormat::json : LogFormat::text;
  settings.worker.merge.sql_engine = reader.word("--engine", {"stream", "sql"}) == "sql";
  settings.worker.merge.temp_dir = reader.text("--temp-dir");
  std::error_code ignored;
  if (const fs::path& temp = settings.worker.merge.temp_dir; !temp.empty() && !fs::is_directory(temp, ignored)) {
    reader.refuse("--temp-dir", fmt::format("{} is no folder", temp.string()));
  }
  settings.api.temp_dir = settings.worker.merge.temp_dir.empty() ? settings.data : settings.worker.merge.temp_dir;
}

/// REDIS_HOST and REDIS_PORT are what systems before this one were told; --queue says more.
std::string queue_of_environment() {
  const char* host = std::getenv("REDIS_HOST");
  const char* port = std::getenv("REDIS_PORT");
  if (!host || !*host) return "";
  return fmt::format("redis://{}:{}", host, port && *port ? port : "6379");
}

void resolve_queue(SettingReader& reader, QueueAddress& queue) {
  queue.url = reader.text("--queue", queue_of_environment());
  queue.name = reader.text("--queue-name", queue.name);
  queue.prefix = reader.text("--prefix", queue.prefix);
  queue.bullmq_folder = reader.text("--bullmq-dir");
}

std::string worker_name() {
  char host[256] = "";
  (void)::gethostname(host, sizeof host - 1);
  return fmt::format("{}:{}", host, ::getpid());
}

}  // namespace

ServiceRun resolve_service(Command command, const TypedOptions& typed, const Machine& machine) {
  if (!typed.inputs.empty()) {
    throw Error(ErrorCode::invalid_config,
                fmt::format("crm-merge {} takes no files ({}); jobs name theirs", command_name(command), typed.inputs[0]));
  }
  ServiceRun run;
  ServiceSettings& settings = run.settings;
  SettingReader reader(typed);
  const bool serves = command == Command::serve;
  settings.has_api = serves;
  settings.data = reader.text("--data", default_data_folder().string());
  resolve_queue(reader, settings.queue);
  settings.store = reader.text("--store");
  if (serves) {
    resolve_listening(reader, settings);
    resolve_access(reader, settings);
    settings.has_worker = !reader.flag("--no-worker");
    settings.api.job_name = reader.text("--job-name", "merge");
    settings.ui_folder = reader.text("--ui-dir");
    resolve_keeping(reader, settings);
  }
  resolve_metrics(reader, settings);
  resolve_sources(reader, settings);
  resolve_working(reader, machine, settings);
  resolve_running(reader, run);
  settings.worker.name = worker_name();
  settings.worker.merge.program = fs::read_symlink("/proc/self/exe");
  settings.api.version = program_version();
  settings.api.preview_threads = std::max(1, machine.processors);
  run.print_config = typed.has("--print-config");
  run.in_force = reader.noted();
  return run;
}

}  // namespace crm
