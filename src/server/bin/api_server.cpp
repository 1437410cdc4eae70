// The HTTP API without workers, for the tests: api_server DATA_FOLDER [--port N] [--token-file F] [--tls CERT
// KEY] … Prints "port N" when it listens; SIGTERM stops it. A line on standard input is a command to the
// queue, so that a test can be the worker: see commands().
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <thread>

#include "base/error.h"
#include "http/http_server.h"
#include "queue/sqlite_job_queue.h"
#include "server/metrics.h"
#include "server/service.h"
#include "storage/folder_store.h"

namespace crm {
namespace {

/// Plays the worker by command, a line each, answered by a line: "take", "progress JSON", "log TEXT",
/// "put KEY FILE", "complete JSON", "fail REASON".
class PlayedWorker {
 public:
  PlayedWorker(JobQueue& queue, ObjectStore& store) : queue_(queue), store_(store) {}

  std::string command(const std::string& line) {
    const std::size_t space = line.find(' ');
    const std::string word = line.substr(0, space),
                      rest = space == std::string::npos ? "" : line.substr(space + 1);
    if (word == "take") return take();
    if (word == "put") return put(rest);
    if (!taken_) return "nothing taken";
    if (word == "progress") return held(queue_.update_progress(taken_->lock, rest));
    if (word == "log") return held(queue_.append_log(taken_->lock, rest));
    if (word == "complete") return held(queue_.complete(taken_->lock, rest));
    if (word == "fail")
      return queue_.fail(taken_->lock, {rest, false}) == FailOutcome::failed ? "ok" : "other";
    return "unknown command";
  }

 private:
  static std::string held(LockState state) { return state == LockState::held ? "ok" : "lost"; }

  std::string take() {
    TakeOptions options;
    options.worker = "test";
    taken_ = queue_.take(options, {});
    return taken_ ? taken_->job.id : "none";
  }

  std::string put(const std::string& rest) {
    const std::size_t space = rest.find(' ');
    store_.put_file(rest.substr(0, space), rest.substr(space + 1), {}, {});
    return "ok";
  }

  JobQueue& queue_;
  ObjectStore& store_;
  std::optional<TakenJob> taken_;
};

int serve(const std::string& folder, const std::map<std::string, std::string>& options) {
  const auto option = [&](const std::string& name) {
    const auto found = options.find(name);
    return found == options.end() ? std::string() : found->second;
  };
  std::filesystem::create_directories(folder);
  const auto queue = open_sqlite_queue(folder + "/queue.db");
  const auto store = open_folder_store(folder + "/files");
  Metrics metrics;
  ServiceOptions service_options;
  service_options.version = "test";
  service_options.temp_dir = folder;
  service_options.access.token_file = option("--token-file");
  service_options.access.session_key = "a key of the tests";
  if (!option("--max-upload").empty()) service_options.max_upload_bytes = std::stoull(option("--max-upload"));
  ServiceParts parts{*queue, *store, metrics};
  const auto service = make_service(service_options, parts);
  HttpOptions http;
  http.port = static_cast<std::uint16_t>(std::stoi("0" + option("--port")));
  http.tls_cert_file = option("--tls-cert");
  http.tls_key_file = option("--tls-key");
  if (!option("--header-ms").empty())
    http.limits.header_time = std::chrono::milliseconds(std::stoi(option("--header-ms")));
  if (!option("--idle-ms").empty())
    http.limits.idle_time = std::chrono::milliseconds(std::stoi(option("--idle-ms")));
  if (!option("--transfer-ms").empty())
    http.limits.transfer_time = std::chrono::milliseconds(std::stoi(option("--transfer-ms")));
  if (!option("--connections").empty()) http.limits.connections = std::stoul(option("--connections"));
  const auto server = start_http_server(http, service->application());

  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  std::thread commands([&] {
    PlayedWorker worker(*queue, *store);
    for (std::string line; std::getline(std::cin, line);) {
      try {
        std::cout << worker.command(line) << std::endl;
      } catch (const std::exception& error) {
        std::cout << "error: " << error.what() << std::endl;
      }
    }
    kill(getpid(), SIGTERM);
  });
  std::cout << "port " << server->port() << std::endl;
  int signal = 0;
  sigwait(&ends, &signal);
  server->stop(std::chrono::seconds(5));
  service->stop();
  std::cout << "stopped" << std::endl;
  // The thread may be reading still; nothing of it is needed any more.
  commands.detach();
  std::_Exit(0);
}

}  // namespace
}  // namespace crm

int main(int count, char** arguments) {
  // Before any thread: all of them inherit it.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  sigprocmask(SIG_BLOCK, &ends, nullptr);
  signal(SIGPIPE, SIG_IGN);
  std::map<std::string, std::string> options;
  for (int i = 2; i + 1 < count; i += 2) options[arguments[i]] = arguments[i + 1];
  try {
    return crm::serve(arguments[1], options);
  } catch (const std::exception& error) {
    std::cerr << error.what() << std::endl;
    return 1;
  }
}
