#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

// HTTP from the asking side, by libcurl: one connection that is kept, timeouts, and tries again where that is safe.
namespace crm {

inline constexpr std::chrono::seconds kConnectTimeout{10};
/// A transfer in which nothing moves for so long is given up.
inline constexpr std::chrono::seconds kStallTimeout{120};
/// Tries of one request: before the server has ever answered, and once it has (it may be restarting).
inline constexpr int kFirstTries = 3;
inline constexpr int kLaterTries = 12;
/// Before the second try; doubled for each further one, up to the longest.
inline constexpr std::chrono::milliseconds kFirstRetryWait{250};
inline constexpr std::chrono::milliseconds kLongestRetryWait{5000};
/// An answer that is kept in memory may not be larger.
inline constexpr std::size_t kMaxAnswerBytes = 64u << 20;

/// Where a server is, and as whom it is asked.
struct ServerAddress {
  std::string url = "http://127.0.0.1:8080";  ///< without a slash at its end
  std::string token;                          ///< empty: none
  std::string ca_file;                        ///< PEM, instead of the system's authorities; empty: the system's
};

/// Bytes of a file that are sent as a body.
struct FilePart {
  int fd = -1;
  std::uint64_t offset = 0, size = 0;
  std::string name;  ///< for messages
};

struct HttpRequest {
  std::string method = "GET";
  std::string target;                ///< "/api/v1/jobs", or a whole URL, which is asked without the token
  std::string body = {};
  std::string content_type = {};     ///< of `body`; empty: there is none
  std::optional<FilePart> file = {}; ///< instead of `body`
  std::vector<std::pair<std::string, std::string>> headers = {};
  bool safe_again = true;            ///< false: it is tried again only where it surely never arrived
  bool once = false;                 ///< it is never tried again
};

struct HttpAnswer {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::string body;                                          ///< empty where a sink took it

  std::optional<std::string> header(std::string_view lower_name) const;
};

/// Takes a body as it comes. Called on the thread of `ask`.
struct BodyTaker {
  /// The head of a 2xx answer is there: its body follows. A further call: the answer begins anew.
  std::function<void(const HttpAnswer&)> begin;
  std::function<void(std::string_view)> bytes;
};

/// One server, asked one request after the other.
///
/// Threads: one at a time. Errors: unavailable when it cannot be reached, does not answer, or its certificate is not
/// trusted; cancelled on a stop; what a taker throws.
class HttpClient {
 public:
  /// Bytes of the body sent so far; at most some times a second.
  using Sent = std::function<void(std::uint64_t)>;

  HttpClient(ServerAddress server, std::stop_token stop);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// The answer, whatever its status; 429, 502, 503 and 504 are tried again.
  HttpAnswer ask(const HttpRequest& request, const Sent& sent = {});
  /// As `ask`; the body of a 2xx answer goes to `taker`. Once: a cut transfer is an unavailable error.
  HttpAnswer fetch(const HttpRequest& request, const BodyTaker& taker);

  const std::string& url() const;
  /// Waits, unless a stop comes. Errors: cancelled.
  void rest(std::chrono::milliseconds time) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace crm
