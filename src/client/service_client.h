#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "client/http_client.h"

// A service of crm-merge as its callers see it: the calls of docs/api/reference.md.
namespace crm {

/// A part that another request holds is asked for again so often, and so far apart.
inline constexpr int kBusyPartTries = 40;
inline constexpr std::chrono::milliseconds kBusyPartWait{250};

/// Downloads of one file that were cut may be taken up again so often without a byte in between.
inline constexpr int kMaxFruitlessResumes = 8;

struct JobFilter {
  std::string states;  ///< with commas between them; empty: all
  std::string search;
  std::size_t limit = 50;
};

/// Where a download goes. Errors: its own.
struct DownloadSink {
  /// The size in bytes, and how many of them are there already: the next come behind them.
  std::function<void(std::uint64_t at, std::uint64_t size)> seek;
  std::function<void(std::string_view)> bytes;
};

/// Threads: one at a time. Errors: those of HttpClient; what the server refuses, under its code, "URL: detail".
class ServiceClient {
 public:
  ServiceClient(ServerAddress server, std::stop_token stop) : http_(std::move(server), std::move(stop)) {}

  /// A file in parts; a part that is cut is sent again. `sent` hears of bytes of this file. Returns its URI, to name in a
  /// job. Errors: also not_found, invalid_input for a file that cannot be read, is empty or changes meanwhile.
  std::string upload(const std::string& path, const std::string& kind, const HttpClient::Sent& sent);

  /// The id of the job; the same key is the same job, however often it is asked. Errors: also conflict.
  std::string submit(const std::string& data, const std::string& idempotency_key);
  /// The component Job. Errors: not_found.
  nlohmann::ordered_json job(const std::string& id);
  /// Components JobSummary, the newest first.
  nlohmann::ordered_json jobs(const JobFilter& filter);
  /// "cancelled", or "requested" of one that runs. Errors: not_found, conflict for one that is finished.
  std::string cancel(const std::string& id);
  /// The bytes of an output; a cut transfer goes on where it was. Errors: also conflict, if the file is another by then.
  void download(const std::string& id, const std::string& name, const DownloadSink& sink);

  /// Any call's answer as it is; for looking at a service.
  HttpAnswer get(const std::string& target) { return http_.ask({.target = target}); }
  const std::string& url() const { return http_.url(); }
  void rest(std::chrono::milliseconds time) const { http_.rest(time); }

 private:
  nlohmann::ordered_json call(const HttpRequest& request);
  HttpAnswer send_part(const HttpRequest& part, const HttpClient::Sent& sent);
  nlohmann::ordered_json post(const std::string& target, const nlohmann::ordered_json& body);

  HttpClient http_;
};

}  // namespace crm
