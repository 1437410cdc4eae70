#include "client/service_client.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "base/error.h"
#include "base/error_code.h"
#include "base/fd.h"

namespace crm {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kMaxSentNameBytes = 255;
constexpr std::size_t kJobsInAPage = 200;

ErrorCode code_of_status(int status) {
  switch (status) {
    case 401:
    case 403:
    case 421: return ErrorCode::denied;
    case 404: return ErrorCode::not_found;
    case 409: return ErrorCode::conflict;
    case 413:
    case 507: return ErrorCode::limit_exceeded;
    default: return status < 500 ? ErrorCode::invalid_config : ErrorCode::unavailable;
  }
}

/// What a refused request means here.
Error error_of(const std::string& url, const HttpAnswer& answer) {
  const ordered_json problem = ordered_json::parse(answer.body, nullptr, false);
  if (!problem.is_object() || !problem.contains("detail") || !problem["detail"].is_string()) {
    return {code_of_status(answer.status),
            fmt::format("{}: answers {} and no more; is this a service of crm-merge?", url, answer.status)};
  }
  const ErrorCode code = error_code_of_name(problem.value("code", "")).value_or(code_of_status(answer.status));
  std::string message = fmt::format("{}: {}", url, problem["detail"].get<std::string>());
  if (answer.status == 401) message += "; crm-merge reads it from CRM_MERGE_TOKEN, or --token-from FILE";
  return {code, message};
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return out;
}

/// A file that is sent: it must stay what it was.
class SentFile {
 public:
  explicit SentFile(const std::string& path) : path_(path), fd_(open_for_reading(path)), status_(look()) {
    if (!S_ISREG(status_.st_mode)) {
      throw Error(ErrorCode::invalid_input, fmt::format("{} is no file: a part of it may have to be sent twice; write it to a file first", path));
    }
    if (status_.st_size == 0) throw Error(ErrorCode::invalid_input, fmt::format("{} is empty", path));
  }

  std::uint64_t size() const { return static_cast<std::uint64_t>(status_.st_size); }
  FilePart part(std::uint64_t offset, std::uint64_t size) const { return {fd_.get(), offset, size, path_}; }
  void require_unchanged() const {
    const struct stat now = look();
    const bool same = now.st_size == status_.st_size && now.st_mtim.tv_sec == status_.st_mtim.tv_sec &&
                      now.st_mtim.tv_nsec == status_.st_mtim.tv_nsec;
    if (!same) throw Error(ErrorCode::invalid_input, fmt::format("{} changed while it was sent; try again when it is complete", path_));
  }

 private:
  struct stat look() const {
    struct stat status {};
    if (::fstat(fd_.get(), &status) != 0) throw Error(ErrorCode::invalid_input, fmt::format("cannot read {}: {}", path_, system_text(errno)));
    return status;
  }

  std::string path_;
  UniqueFd fd_;
  struct stat status_;
};

std::uint64_t number_in(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// Of a download: where it is, and what it is of.
class Transfer {
 public:
  Transfer(std::string what, const DownloadSink& sink) : what_(std::move(what)), sink_(sink) {}

  HttpRequest request(const std::string& target) const {
    HttpRequest request{.target = target};
    if (at_ > 0) request.headers = {{"Range", fmt::format("bytes={}-", at_)}, {"If-Range", etag_}};
    return request;
  }
  BodyTaker taker() {
    return {[this](const HttpAnswer& answer) { begin(answer); },
            [this](std::string_view bytes) {
              at_ += bytes.size();
              moved_ = true;
              sink_.bytes(bytes);
            }};
  }
  /// True if something came since the last question.
  bool has_moved() { return std::exchange(moved_, false); }
  bool is_complete() const { return began_ && at_ == size_; }

 private:
  void begin(const HttpAnswer& answer) {
    const std::string etag = answer.header("etag").value_or("");
    const std::string range = answer.header("content-range").value_or("");
    const bool goes_on = answer.status == 206 && at_ > 0 && range.starts_with(fmt::format("bytes {}-", at_));
    if (goes_on && etag != etag_) {
      throw Error(ErrorCode::conflict, fmt::format("{} became another file while it was fetched; fetch it again", what_));
    }
    if (!goes_on) at_ = 0;
    etag_ = etag;
    size_ = goes_on ? number_in(std::string_view(range).substr(range.find('/') + 1))
                    : number_in(answer.header("content-length").value_or(""));
    began_ = true;
    sink_.seek(at_, size_);
  }

  std::string what_, etag_;
  const DownloadSink& sink_;
  std::uint64_t at_ = 0, size_ = 0;
  bool began_ = false, moved_ = false;
};

}  // namespace

ordered_json ServiceClient::call(const HttpRequest& request) {
  const HttpAnswer answer = http_.ask(request);
  if (answer.status < 200 || answer.status > 299) throw error_of(url(), answer);
  ordered_json json = ordered_json::parse(answer.body, nullptr, false);
  if (!json.is_object()) {
    throw Error(ErrorCode::unavailable, fmt::format("{}: its answer is no JSON; is this a service of crm-merge?", url()));
  }
  return json;
}

ordered_json ServiceClient::post(const std::string& target, const ordered_json& body) {
  // A file's name need not be UTF-8.
  return call({.method = "POST",
               .target = target,
               .body = body.dump(-1, ' ', false, ordered_json::error_handler_t::replace),
               .content_type = "application/json"});
}

/// After a cut the service may not know yet that the request before is gone, and says that the part is being written.
HttpAnswer ServiceClient::send_part(const HttpRequest& part, const HttpClient::Sent& sent) {
  for (int tries = 1;; ++tries) {
    HttpAnswer answer = http_.ask(part, sent);
    if (answer.status != 409 || tries >= kBusyPartTries) return answer;
    http_.rest(kBusyPartWait);
  }
}

std::string ServiceClient::upload(const std::string& path, const std::string& kind, const HttpClient::Sent& sent) {
  const SentFile file(path);
  std::string name = std::filesystem::path(path).filename().string();
  if (name.size() > kMaxSentNameBytes) name.erase(0, name.size() - kMaxSentNameBytes);
  const ordered_json upload = post("/api/v1/uploads", {{"name", name}, {"size", file.size()}, {"kind", kind}});
  const std::string place = "/api/v1/uploads/" + upload.at("id").get<std::string>();
  std::uint64_t offset = 0;
  for (const ordered_json& part : upload.at("parts")) {
    const auto size = part.at("size").get<std::uint64_t>();
    HttpRequest request{.method = "PUT", .target = part.at("url").get<std::string>()};
    request.content_type = "application/octet-stream";
    request.file = file.part(offset, size);
    const HttpAnswer answer = send_part(request, [&](std::uint64_t bytes) {
      if (sent) sent(offset + bytes);
    });
    if (answer.status < 200 || answer.status > 299) throw error_of(url(), answer);
    offset += size;
    if (sent) sent(offset);
  }
  file.require_unchanged();
  return post(place + "/complete", ordered_json::object()).at("uri").get<std::string>();
}

std::string ServiceClient::submit(const std::string& data, const std::string& idempotency_key) {
  return call({.method = "POST",
               .target = "/api/v1/jobs",
               .body = data,
               .content_type = "application/json",
               .headers = {{"Idempotency-Key", idempotency_key}}})
      .at("id")
      .get<std::string>();
}

ordered_json ServiceClient::job(const std::string& id) { return call({.target = "/api/v1/jobs/" + escaped(id)}); }

ordered_json ServiceClient::jobs(const JobFilter& filter) {
  ordered_json found = ordered_json::array();
  std::string cursor;
  while (found.size() < filter.limit) {
    std::string target = fmt::format("/api/v1/jobs?limit={}", std::min(filter.limit - found.size(), kJobsInAPage));
    if (!filter.states.empty()) target += "&state=" + escaped(filter.states);
    if (!filter.search.empty()) target += "&search=" + escaped(filter.search);
    if (!cursor.empty()) target += "&cursor=" + escaped(cursor);
    const ordered_json page = call({.target = target});
    for (const ordered_json& job : page.at("jobs")) found.push_back(job);
    if (!page.at("next").is_string()) break;
    cursor = page["next"].get<std::string>();
  }
  return found;
}

std::string ServiceClient::cancel(const std::string& id) {
  return call({.method = "POST", .target = "/api/v1/jobs/" + escaped(id) + "/cancel", .safe_again = false})
      .at("outcome")
      .get<std::string>();
}

void ServiceClient::download(const std::string& id, const std::string& name, const DownloadSink& sink) {
  const std::string target = fmt::format("/api/v1/jobs/{}/outputs/{}", escaped(id), escaped(name));
  Transfer transfer(fmt::format("{} of job {}", name, id), sink);
  std::chrono::milliseconds wait = kFirstRetryWait;
  for (int fruitless = 0;;) {
    bool is_last = false;
    try {
      const HttpAnswer answer = http_.fetch(transfer.request(target), transfer.taker());
      if (transfer.is_complete()) return;
      is_last = ++fruitless > kMaxFruitlessResumes;
      const bool is_refused = answer.status < 200 || answer.status > 299;
      if (is_refused && (is_last || answer.status != 503)) throw error_of(url(), answer);
      if (is_last) throw Error(ErrorCode::unavailable, fmt::format("{}: {} of job {} does not come whole", url(), name, id));
    } catch (const Error& error) {
      if (error.code() != ErrorCode::unavailable || is_last || ++fruitless > kMaxFruitlessResumes) throw;
    }
    if (transfer.has_moved()) {
      fruitless = 0;
      wait = kFirstRetryWait;
    }
    http_.rest(wait);
    wait = std::min(wait * 2, kLongestRetryWait);
  }
}

}  // namespace crm
