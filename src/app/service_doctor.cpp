#include "app/service_doctor.h"

#include <fcntl.h>
#include <sys/file.h>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "base/fd.h"
#include "queue/sqlite_job_queue.h"
#include "redis/redis_health.h"
#include "redis/redis_url.h"
#include "report/figures.h"
#include "service/data_folder.h"

namespace crm {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr const char* kService = "service";
constexpr const char* kData = "data folder";
/// Clocks further apart make retention and delays begin at the wrong time, and times in lists misleading.
constexpr std::int64_t kMostSkewSeconds = 5;
constexpr std::uint64_t kLittleSpaceBytes = 2'000'000'000, kTooLittleSpaceBytes = 64u << 20;

class ServiceExamination {
 public:
  ServiceExamination(const ServerAddress& server, const std::string& our_version, std::stop_token stop)
      : server_(server), our_version_(our_version), http_(server, std::move(stop)) {}

  std::vector<Finding> run() {
    if (!answers()) return std::move(findings_);
    ready();
    version();
    token();
    return std::move(findings_);
  }

 private:
  void add(const char* name, Health health, std::string text, std::string mend = "") {
    findings_.push_back({kService, name, health, std::move(text), std::move(mend)});
  }
  HttpAnswer get(const char* target) {
    HttpRequest request{.target = target};
    request.once = true;
    return http_.ask(request);
  }
  static ordered_json json_of(const HttpAnswer& answer) {
    ordered_json json = ordered_json::parse(answer.body, nullptr, false);
    return json.is_object() ? json : ordered_json::object();
  }

  bool answers() {
    try {
      (void)get("/healthz");  // the connection is made
      const auto began = std::chrono::steady_clock::now();
      const HttpAnswer answer = get("/healthz");
      const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - began;
      if (answer.status != 200 || json_of(answer).value("status", "") != "ok") {
        add("answers", Health::problem, fmt::format("{} answers {} to /healthz; this is no service of crm-merge", server_.url, answer.status),
            "give the service's address with --server");
        return false;
      }
      add("answers", Health::ok, fmt::format("{}, in {:.1f} ms", server_.url, took.count()));
      clock(answer);
      return true;
    } catch (const Error& error) {
      if (error.code() == ErrorCode::cancelled) throw;
      add("answers", Health::problem, error.message(), "see that it runs and that the address is right; its log says why it does not start");
      return false;
    }
  }

  void clock(const HttpAnswer& answer) {
    std::tm told{};
    const std::string date = answer.header("date").value_or("");
    if (!::strptime(date.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &told)) return;
    const std::int64_t skew = std::int64_t{::timegm(&told)} - std::int64_t{::time(nullptr)};
    const bool is_apart = std::abs(skew) > kMostSkewSeconds;
    add("clock", is_apart ? Health::warning : Health::ok,
        is_apart ? fmt::format("the service's is {} s {} this machine's", std::abs(skew), skew > 0 ? "ahead of" : "behind") : "as this machine's",
        is_apart ? "set both by NTP: times of jobs and what is kept for how long go by the service's" : "");
  }

  void ready() {
    const HttpAnswer answer = get("/readyz");
    if (answer.status == 200) return add("ready", Health::ok, "it can take work");
    std::vector<std::string> reasons;
    for (const ordered_json& reason : json_of(answer).value("reasons", ordered_json::array())) reasons.push_back(reason.get<std::string>());
    add("ready", Health::problem, fmt::format("it cannot take work: {}", reasons.empty() ? "no reason is told" : fmt::format("{}", fmt::join(reasons, "; "))),
        "see its log, and crm-merge doctor --data FOLDER where it runs");
  }

  void version() {
    const ordered_json document = json_of(get("/api/v1/openapi.json"));
    const std::string theirs = document.value("info", ordered_json::object()).value("version", "");
    if (theirs == our_version_) return add("version", Health::ok, theirs);
    add("version", Health::warning, fmt::format("the service is {}, this client {}", theirs.empty() ? "of an unknown version" : theirs, our_version_),
        "use the same version on both sides");
  }

  void token() {
    const HttpAnswer answer = get("/api/v1/session");
    if (answer.status == 200) {
      const ordered_json caller = json_of(answer);
      const bool writes = caller.value("role", "") == "write";
      add("token", Health::ok, fmt::format("{}: may {}", caller.value("name", ""), writes ? "submit, cancel and delete" : "look and fetch, not submit"));
      return transport();
    }
    add("token", Health::problem, server_.token.empty() ? "the service wants a token and none is given" : "the service does not know this token",
        "put one into CRM_MERGE_TOKEN or give --token-from FILE; crm-merge token NAME, where the service runs, makes one");
  }

  void transport() {
    if (server_.token.empty()) return;
    const bool is_local = server_.url.find("://127.") != std::string::npos || server_.url.find("://localhost") != std::string::npos;
    if (server_.url.starts_with("https://")) add("transport", Health::ok, "TLS, and the certificate is trusted");
    else if (!is_local) add("transport", Health::warning, "without TLS: the token can be read on the way", "serve https with --tls-cert and --tls-key, or behind a proxy that does");
  }

  const ServerAddress& server_;
  std::string our_version_;
  HttpClient http_;
  std::vector<Finding> findings_;
};

/// True if a service, or a restore, has the folder open.
bool is_in_use(const fs::path& data) {
  const UniqueFd lock(::open((data / "lock").c_str(), O_RDONLY | O_CLOEXEC));
  return lock && ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0;
}

Finding version_finding(const fs::path& data) {
  int version = 0;
  std::ifstream file(data / "version");
  if (!(file >> version)) {
    return {kData, "version", Health::problem, fmt::format("{} is no data folder of crm-merge", data.string()), "name the folder that serve --data names"};
  }
  if (version == kDataFolderVersion) return {kData, "version", Health::ok, fmt::format("{}, {}", version, is_in_use(data) ? "in use" : "not in use"), ""};
  return {kData, "version", Health::problem, fmt::format("{}, and this crm-merge knows {}", version, kDataFolderVersion), "install the crm-merge that wrote it"};
}

Finding space_finding(const fs::path& data) {
  std::error_code error;
  const fs::space_info disk = fs::space(data, error);
  if (error) return {kData, "space", Health::problem, error.message(), "see that the folder's disk is there"};
  const Health health = disk.available < kTooLittleSpaceBytes ? Health::problem : disk.available < kLittleSpaceBytes ? Health::warning : Health::ok;
  return {kData, "space", health, fmt::format("{} free of {}", short_bytes(disk.available), short_bytes(disk.capacity)),
          health == Health::ok ? "" : "free some space; --retain-results and --retain-uploads decide how long files are kept"};
}

Finding files_finding(const fs::path& data) {
  std::uint64_t files = 0, bytes = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator at(data / "files", error), end; !error && at != end; at.increment(error)) {
    std::error_code gone;
    if (!at->is_regular_file(gone)) continue;
    ++files;
    const std::uintmax_t size = at->file_size(gone);
    bytes += gone ? 0 : size;
  }
  return {kData, "files", Health::ok, fmt::format("{}, {}", counted(files, "file", "files"), short_bytes(bytes)), ""};
}

Finding queue_finding(const fs::path& data) {
  constexpr const char* kMend = "stop the service and restore the newest backup into a new folder (docs/operations/backup.md)";
  try {
    const std::vector<std::string> faults = queue_file_faults(data / "queue.db");
    if (faults.empty()) return {kData, "queue", Health::ok, "no fault", ""};
    return {kData, "queue", Health::problem, fmt::format("{} in queue.db, the first: {}", counted(faults.size(), "fault", "faults"), faults.front()), kMend};
  } catch (const Error& error) {
    return {kData, "queue", Health::problem, error.message(), kMend};
  }
}

}  // namespace

std::vector<Finding> examine_service(const ServerAddress& server, const std::string& our_version, std::stop_token stop) {
  return ServiceExamination(server, our_version, std::move(stop)).run();
}

std::vector<Finding> examine_data_folder(const fs::path& data) {
  std::vector<Finding> findings = {version_finding(data)};
  if (findings[0].health == Health::problem) return findings;
  findings.push_back(space_finding(data));
  findings.push_back(files_finding(data));
  findings.push_back(queue_finding(data));
  return findings;
}

std::vector<Finding> examine_queue(const std::string& url) {
  const RedisUrl address = parse_redis_url(url);
  const std::string topic = "queue at " + printable(address);
  std::vector<Finding> findings;
  try {
    for (const RedisFinding& found : examine_redis(address)) {
      const Health health = found.grade == RedisFinding::Grade::good      ? Health::ok
                            : found.grade == RedisFinding::Grade::warning ? Health::warning
                                                                          : Health::problem;
      findings.push_back({topic, "Redis", health, found.what, found.advice});
    }
  } catch (const Error& error) {
    findings.push_back({topic, "Redis", Health::problem, error.message(), "see docs/queue.md for what the queue needs"});
  }
  return findings;
}

}  // namespace crm
