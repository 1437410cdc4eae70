#include "client/http_client.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>

#include <fmt/format.h>

#include "base/error.h"
#include "base/fd.h"
#include "client/curl_library.h"

namespace crm {
namespace {

struct EasyDeleter {
  void operator()(CURL* handle) const { curl_library().easy_cleanup(handle); }
};
struct ListDeleter {
  void operator()(curl_slist* list) const { curl_library().slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, ListDeleter>;

void append(HeaderList& list, const std::string& line) {
  curl_slist* longer = curl_library().slist_append(list.get(), line.c_str());
  if (!longer) throw std::bad_alloc();
  (void)list.release();
  list.reset(longer);
}

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::string_view(" \t\r\n").find(text.back()) != std::string_view::npos) text.remove_suffix(1);
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  return text;
}

/// One request on its way, as the callbacks of libcurl see it. Nothing may be thrown through them.
struct Exchange {
  const HttpRequest& request;
  const BodyTaker* taker = nullptr;
  const HttpClient::Sent* sent = nullptr;
  std::stop_token stop;
  HttpAnswer answer = {};
  bool began = false;       // the taker has been told
  std::uint64_t read = 0;   // of the file
  std::exception_ptr fault = {};

  bool is_taken() const { return taker && answer.status >= 200 && answer.status < 300; }
};

template <typename Work>
std::size_t guarded(Exchange& exchange, std::size_t failed, Work work) {
  try {
    return work();
  } catch (...) {
    exchange.fault = std::current_exception();
    return failed;
  }
}

std::size_t on_header(char* text, std::size_t, std::size_t size, void* context) {
  auto& exchange = *static_cast<Exchange*>(context);
  return guarded(exchange, 0, [&] {
    const std::string_view line = trimmed({text, size});
    if (line.starts_with("HTTP/")) {  // a redirect's answer comes before the one that counts
      exchange.answer = {};
      const std::size_t space = line.find(' ');
      if (space != std::string_view::npos) exchange.answer.status = std::atoi(line.data() + space + 1);
    } else if (const std::size_t colon = line.find(':'); colon != std::string_view::npos) {
      exchange.answer.headers.emplace_back(lowered(line.substr(0, colon)), trimmed(line.substr(colon + 1)));
    }
    return size;
  });
}

std::size_t on_body(char* bytes, std::size_t, std::size_t size, void* context) {
  auto& exchange = *static_cast<Exchange*>(context);
  return guarded(exchange, 0, [&] {
    if (exchange.is_taken()) {
      if (!exchange.began) exchange.taker->begin(exchange.answer);
      exchange.began = true;
      exchange.taker->bytes({bytes, size});
      return size;
    }
    if (exchange.answer.body.size() + size > kMaxAnswerBytes) {
      throw Error(ErrorCode::unavailable, "the server's answer is larger than any of crm-merge's; is this the right server?");
    }
    exchange.answer.body.append(bytes, size);
    return size;
  });
}

std::size_t on_read(char* into, std::size_t, std::size_t size, void* context) {
  auto& exchange = *static_cast<Exchange*>(context);
  return guarded(exchange, CURL_READFUNC_ABORT, [&]() -> std::size_t {
    const FilePart& file = *exchange.request.file;
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(size, file.size - exchange.read));
    const std::size_t got = read_at(file.fd, file.offset + exchange.read, into, wanted, file.name);
    if (got < wanted) throw Error(ErrorCode::invalid_input, fmt::format("{} became shorter while it was sent", file.name));
    exchange.read += got;
    return got;
  });
}

int on_seek(void* context, curl_off_t offset, int origin) {
  if (origin != SEEK_SET) return CURL_SEEKFUNC_CANTSEEK;
  static_cast<Exchange*>(context)->read = static_cast<std::uint64_t>(offset);
  return CURL_SEEKFUNC_OK;
}

int on_progress(void* context, curl_off_t, curl_off_t, curl_off_t, curl_off_t uploaded) {
  auto& exchange = *static_cast<Exchange*>(context);
  if (exchange.stop.stop_requested()) return 1;
  return static_cast<int>(guarded(exchange, 1, [&]() -> std::size_t {
    if (exchange.sent && *exchange.sent) (*exchange.sent)(static_cast<std::uint64_t>(uploaded));
    return 0;
  }));
}

constexpr const char* kCancelled = "cancelled while the service was asked";

bool never_arrived(CURLcode code) { return code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST; }

/// Another try cannot help: the certificate, or the address, stays what it is.
bool is_final(CURLcode code) {
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL: return true;
    default: return false;
  }
}

std::string what_to_do(CURLcode code) {
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION: return "; give the authority that signed its certificate with --ca-file";
    case CURLE_SSL_CACERT_BADFILE: return "; give a file of certificates (PEM) with --ca-file";
    case CURLE_SSL_CONNECT_ERROR: return "; does it serve https? --server http://… is without TLS";
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST: return "; is crm-merge serve running there? --server names another address";
    default: return "; try again";
  }
}

bool is_loopback_url(const std::string& url) {
  for (const std::string_view host : {"://127.", "://localhost", "://[::1]"}) {
    if (url.find(host) != std::string::npos) return true;
  }
  return false;
}

bool may_pass(int status) { return status == 429 || status == 502 || status == 503 || status == 504; }

}  // namespace

struct HttpClient::Impl {
  ServerAddress server;
  std::stop_token stop;
  std::unique_ptr<CURL, EasyDeleter> handle;
  bool has_answered = false;

  CURLcode perform(Exchange& exchange);
  [[noreturn]] void fail(CURLcode code) const;
};

CURLcode HttpClient::Impl::perform(Exchange& exchange) {
  const HttpRequest& request = exchange.request;
  const bool is_ours = request.target.starts_with('/');
  const std::string url = is_ours ? server.url + request.target : request.target;
  HeaderList headers;
  append(headers, "Expect:");  // no pause before a body
  if (is_ours && !server.token.empty()) append(headers, "Authorization: Bearer " + server.token);
  if (!request.content_type.empty()) append(headers, "Content-Type: " + request.content_type);
  for (const auto& [name, value] : request.headers) append(headers, name + ": " + value);

  const CurlLibrary& library = curl_library();
  CURL* const curl = handle.get();
  library.easy_reset(curl);  // the connection stays
  library.easy_setopt(curl, CURLOPT_URL, url.c_str());
  library.easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  library.easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  library.easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
  library.easy_setopt(curl, CURLOPT_MAXREDIRS, 3L);
  library.easy_setopt(curl, CURLOPT_USERAGENT, "crm-merge");
  if (is_loopback_url(url)) library.easy_setopt(curl, CURLOPT_PROXY, "");
  if (!server.ca_file.empty()) library.easy_setopt(curl, CURLOPT_CAINFO, server.ca_file.c_str());
  library.easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, static_cast<long>(kConnectTimeout.count()));
  library.easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  library.easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, static_cast<long>(kStallTimeout.count()));
  library.easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  library.easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  library.easy_setopt(curl, CURLOPT_HEADERFUNCTION, &on_header);
  library.easy_setopt(curl, CURLOPT_HEADERDATA, &exchange);
  library.easy_setopt(curl, CURLOPT_WRITEFUNCTION, &on_body);
  library.easy_setopt(curl, CURLOPT_WRITEDATA, &exchange);
  library.easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  library.easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &on_progress);
  library.easy_setopt(curl, CURLOPT_XFERINFODATA, &exchange);
  if (request.file) {
    library.easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    library.easy_setopt(curl, CURLOPT_UPLOAD_BUFFERSIZE, 1L << 20);
    library.easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request.file->size));
    library.easy_setopt(curl, CURLOPT_READFUNCTION, &on_read);
    library.easy_setopt(curl, CURLOPT_READDATA, &exchange);
    library.easy_setopt(curl, CURLOPT_SEEKFUNCTION, &on_seek);
    library.easy_setopt(curl, CURLOPT_SEEKDATA, &exchange);
  } else if (request.method != "GET" && request.method != "DELETE") {
    library.easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    library.easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.c_str());
  }
  const CURLcode code = library.easy_perform(curl);
  if (code == CURLE_OK && exchange.is_taken() && !exchange.began) exchange.taker->begin(exchange.answer);  // an empty body
  return code;
}

void HttpClient::Impl::fail(CURLcode code) const {
  throw Error(ErrorCode::unavailable, fmt::format("{}: {}{}", server.url, curl_library().easy_strerror(code), what_to_do(code)));
}

std::optional<std::string> HttpAnswer::header(std::string_view lower_name) const {
  for (const auto& [name, value] : headers) {
    if (name == lower_name) return value;
  }
  return std::nullopt;
}

HttpClient::HttpClient(ServerAddress server, std::stop_token stop) : impl_(std::make_unique<Impl>()) {
  impl_->server = std::move(server);
  while (impl_->server.url.ends_with('/')) impl_->server.url.pop_back();
  impl_->stop = std::move(stop);
  impl_->handle.reset(curl_library().easy_init());
  if (!impl_->handle) throw std::bad_alloc();
}

HttpClient::~HttpClient() = default;

const std::string& HttpClient::url() const { return impl_->server.url; }

void HttpClient::rest(std::chrono::milliseconds time) const {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, impl_->stop, time, [] { return false; });
  if (impl_->stop.stop_requested()) throw Error(ErrorCode::cancelled, kCancelled);
}

HttpAnswer HttpClient::ask(const HttpRequest& request, const Sent& sent) {
  std::chrono::milliseconds wait = kFirstRetryWait;
  for (int tries = 1;; ++tries) {
    Exchange exchange{.request = request, .taker = nullptr, .sent = &sent, .stop = impl_->stop};
    const CURLcode code = impl_->perform(exchange);
    if (exchange.fault) std::rethrow_exception(exchange.fault);
    if (impl_->stop.stop_requested()) throw Error(ErrorCode::cancelled, kCancelled);
    impl_->has_answered |= code == CURLE_OK;
    if (code == CURLE_OK && !may_pass(exchange.answer.status)) return std::move(exchange.answer);
    const bool again = !request.once && !is_final(code) && (request.safe_again || never_arrived(code) || code == CURLE_OK);
    if (!again || tries >= (impl_->has_answered ? kLaterTries : kFirstTries)) {
      if (code == CURLE_OK) return std::move(exchange.answer);
      impl_->fail(code);
    }
    rest(wait);
    wait = std::min(wait * 2, kLongestRetryWait);
  }
}

HttpAnswer HttpClient::fetch(const HttpRequest& request, const BodyTaker& taker) {
  Exchange exchange{.request = request, .taker = &taker, .sent = nullptr, .stop = impl_->stop};
  const CURLcode code = impl_->perform(exchange);
  if (exchange.fault) std::rethrow_exception(exchange.fault);
  if (impl_->stop.stop_requested()) throw Error(ErrorCode::cancelled, kCancelled);
  if (code != CURLE_OK) impl_->fail(code);
  impl_->has_answered = true;
  return std::move(exchange.answer);
}

}  // namespace crm
