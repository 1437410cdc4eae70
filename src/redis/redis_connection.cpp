#include "redis/redis_connection.h"

#include <fcntl.h>
#include <hiredis/hiredis.h>
#ifdef CRM_REDIS_TLS
#include <hiredis/hiredis_ssl.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#endif
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace crm {
namespace {

using std::chrono::milliseconds;

SteadyTime now() { return system_clock().steady_now(); }

timeval to_timeval(milliseconds time) {
  return {.tv_sec = static_cast<time_t>(time.count() / 1000),
          .tv_usec = static_cast<suseconds_t>(time.count() % 1000 * 1000)};
}

RedisReply to_reply(const redisReply& from) {
  RedisReply reply;
  switch (from.type) {
    case REDIS_REPLY_INTEGER:
      reply.kind = RedisReply::Kind::integer;
      reply.integer = from.integer;
      break;
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
      reply.kind = RedisReply::Kind::text;
      reply.text.assign(from.str, from.len);
      break;
    case REDIS_REPLY_ERROR:
      reply.kind = RedisReply::Kind::error;
      reply.text.assign(from.str, from.len);
      break;
    case REDIS_REPLY_ARRAY:
      reply.kind = RedisReply::Kind::list;
      reply.list.reserve(from.elements);
      for (std::size_t n = 0; n < from.elements; ++n) reply.list.push_back(to_reply(*from.element[n]));
      break;
    default:
      break;
  }
  return reply;
}

struct FreeReply {
  void operator()(void* reply) const { freeReplyObject(reply); }
};

/// Errors that say that the server can serve nobody now, so that the same question may do later or elsewhere.
bool is_passing(const RedisReply& reply) {
  constexpr std::array<std::string_view, 6> kCodes = {"LOADING",     "READONLY", "MASTERDOWN",
                                                      "CLUSTERDOWN", "TRYAGAIN", "BUSY "};
  return std::ranges::any_of(kCodes, [&](std::string_view code) { return reply.is_error(code); });
}

/// A write to a connection that the server closed must not end the process; hiredis and OpenSSL write without
/// MSG_NOSIGNAL.
class NoBrokenPipe {
 public:
  NoBrokenPipe() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    sigemptyset(&pending);
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~NoBrokenPipe() {
    const timespec at_once{};
    if (!was_pending_ && sigismember(&before_, SIGPIPE) == 0) {
      while (sigtimedwait(&pipe_, nullptr, &at_once) < 0 && errno == EINTR) {
      }
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  NoBrokenPipe(const NoBrokenPipe&) = delete;
  NoBrokenPipe& operator=(const NoBrokenPipe&) = delete;

 private:
  sigset_t pipe_, before_;
  bool was_pending_ = false;
};

#ifdef CRM_REDIS_TLS
struct FreeTls {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* session) const { SSL_free(session); }
};

/// Trusts whom OpenSSL trusts (SSL_CERT_FILE and SSL_CERT_DIR name others) and checks that it is the host
/// that was meant, which hiredis by itself does not.
void start_tls(redisContext* context, const RedisUrl& url) {
  const std::unique_ptr<SSL_CTX, FreeTls> settings(SSL_CTX_new(TLS_client_method()));
  std::unique_ptr<SSL, FreeTls> session(settings ? SSL_new(settings.get()) : nullptr);
  if (!session) throw Error(ErrorCode::limit_exceeded, "out of memory for TLS");
  SSL_CTX_set_default_verify_paths(settings.get());
  SSL_set_min_proto_version(session.get(), TLS1_2_VERSION);
  SSL_set_verify(session.get(), SSL_VERIFY_PEER, nullptr);
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session.get()), url.host.c_str()) != 1) {
    SSL_set1_host(session.get(), url.host.c_str());
    SSL_set_tlsext_host_name(session.get(), url.host.c_str());
  }
  if (redisInitiateSSL(context, session.get()) != REDIS_OK) {
    throw Error(ErrorCode::unavailable,
                "no TLS with Redis at " + printable(url) + ": " + context->errstr +
                    "; a certificate of an authority of your own is trusted when SSL_CERT_FILE names it");
  }
  (void)session.release();  // the connection's now
}
#else
void start_tls(redisContext*, const RedisUrl&) {
  throw Error(ErrorCode::invalid_config,
              "this crm-merge was built with a hiredis that has no TLS, so rediss:// does not work; use "
              "redis:// through a TLS tunnel "
              "(stunnel), or build where hiredis 1.0 or newer with hiredis_ssl is installed");
}
#endif

redisContext* connect(const RedisUrl& url) {
#ifndef CRM_REDIS_TLS
  if (url.tls) start_tls(nullptr, url);
#endif
  const timeval timeout = to_timeval(RedisConnection::kConnectTimeout);
  if (!url.unix_path.empty()) return redisConnectUnixWithTimeout(url.unix_path.c_str(), timeout);
  return redisConnectWithTimeout(url.host.c_str(), url.port, timeout);
}

}  // namespace

void throw_redis_error(const RedisReply& reply) {
  const std::string said = "Redis says: " + reply.text;
  if (is_passing(reply)) throw RedisUnavailable(said);
  for (const char* code : {"NOAUTH", "WRONGPASS", "NOPERM", "ERR AUTH", "ERR invalid password"}) {
    if (reply.is_error(code))
      throw Error(ErrorCode::denied, said + "; check the user and password in the queue's URL");
  }
  if (reply.is_error("OOM")) {
    throw Error(ErrorCode::limit_exceeded,
                said + "; Redis is full: give it more memory (maxmemory), or remove old jobs");
  }
  if (reply.is_error("MISCONF"))
    throw Error(ErrorCode::limit_exceeded, said + "; look at the disk of the Redis server");
  throw Error(ErrorCode::unavailable, said);
}

RedisWaker::RedisWaker() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (fd_ < 0)
    throw Error(ErrorCode::limit_exceeded, std::string("no event descriptor: ") + std::strerror(errno));
}

RedisWaker::~RedisWaker() { ::close(fd_); }

void RedisWaker::wake() {
  const std::uint64_t one = 1;
  // It fails only where the counter is full, and then it is awake.
  [[maybe_unused]] const ssize_t written = ::write(fd_, &one, sizeof one);
}

void RedisConnection::Close::operator()(redisContext* context) const { redisFree(context); }

RedisConnection::RedisConnection(const RedisUrl& url) : name_(printable(url)), context_(connect(url)) {
  if (!context_) throw Error(ErrorCode::limit_exceeded, "out of memory for a connection to Redis");
  if (context_->err != 0)
    throw RedisUnavailable("no connection to Redis at " + name_ + ": " + context_->errstr);
  // Until here calls wait, as the handshake of TLS must; from here on poll does.
  redisSetTimeout(context_.get(), to_timeval(kConnectTimeout));
  if (url.tls) start_tls(context_.get(), url);
  ::fcntl(context_->fd, F_SETFD, FD_CLOEXEC);
  ::fcntl(context_->fd, F_SETFL, ::fcntl(context_->fd, F_GETFL) | O_NONBLOCK);
  context_->flags &= ~REDIS_BLOCK;
  if (url.unix_path.empty()) redisEnableKeepAlive(context_.get());
  log_in(url);
}

RedisConnection::~RedisConnection() = default;
RedisConnection::RedisConnection(RedisConnection&&) noexcept = default;
RedisConnection& RedisConnection::operator=(RedisConnection&&) noexcept = default;

void RedisConnection::log_in(const RedisUrl& url) {
  if (!url.password.empty()) {
    RedisCommand auth{"AUTH"};
    if (!url.user.empty()) auth.push_back(url.user);
    auth.push_back(url.password);
    ask(auth);
  }
  if (url.database != 0) ask({"SELECT", std::to_string(url.database)});
}

bool RedisConnection::wait_for(short events, SteadyTime deadline, const RedisWaker* waker) {
  for (;;) {
    std::array<pollfd, 2> fds{{{.fd = context_->fd, .events = events, .revents = 0},
                               {.fd = waker ? waker->fd() : -1, .events = POLLIN, .revents = 0}}};
    const auto left = std::clamp<std::int64_t>((deadline - now()).count(), 0, 60'000);
    const int ready = ::poll(fds.data(), fds.size(), static_cast<int>(left));
    if (ready < 0 && errno != EINTR)
      throw RedisUnavailable(std::string("poll failed: ") + std::strerror(errno));
    if (ready > 0 && fds[0].revents != 0) return true;
    if (ready > 0 && fds[1].revents != 0) return false;
    if (now() >= deadline) return false;
  }
}

void RedisConnection::flush() {
  const SteadyTime deadline = now() + kReplyTimeout;
  for (int done = 0; done == 0;) {
    const int written = [&] {
      const NoBrokenPipe guard;
      return redisBufferWrite(context_.get(), &done);
    }();
    if (written != REDIS_OK) {
      throw RedisUnavailable("lost the connection to Redis at " + name_ + ": " + context_->errstr);
    }
    if (done == 0 && !wait_for(POLLOUT, deadline, nullptr))
      throw RedisUnavailable("Redis at " + name_ + " takes no more data");
  }
}

void RedisConnection::send(const RedisCommand& command) {
  std::vector<const char*> words;
  std::vector<std::size_t> sizes;
  for (const std::string& word : command) {
    words.push_back(word.data());
    sizes.push_back(word.size());
  }
  if (redisAppendCommandArgv(context_.get(), static_cast<int>(words.size()), words.data(), sizes.data()) !=
      REDIS_OK) {
    throw RedisUnavailable(std::string("a command could not be built for Redis: ") + context_->errstr);
  }
  flush();
}

std::optional<RedisReply> RedisConnection::receive(milliseconds timeout, const RedisWaker* waker) {
  const SteadyTime deadline = now() + timeout;
  for (;;) {
    void* found = nullptr;
    if (redisGetReplyFromReader(context_.get(), &found) != REDIS_OK) {
      throw RedisUnavailable("Redis at " + name_ + " answered nonsense: " + context_->errstr);
    }
    if (found) {
      const std::unique_ptr<void, FreeReply> owner(found);
      return to_reply(*static_cast<const redisReply*>(found));
    }
    if (!wait_for(POLLIN, deadline, waker)) return std::nullopt;
    if (redisBufferRead(context_.get()) != REDIS_OK) {
      throw RedisUnavailable("lost the connection to Redis at " + name_ + ": " + context_->errstr);
    }
  }
}

RedisReply RedisConnection::receive_answer() {
  auto reply = receive(kReplyTimeout);
  if (!reply) throw RedisUnavailable("Redis at " + name_ + " did not answer in time");
  if (is_passing(*reply) || reply->is_error("NOAUTH")) throw_redis_error(*reply);
  return std::move(*reply);
}

RedisReply RedisConnection::ask(const RedisCommand& command) {
  send(command);
  RedisReply reply = receive_answer();
  if (reply.is_error()) throw_redis_error(reply);
  return reply;
}

std::vector<RedisReply> RedisConnection::ask_all(const std::vector<RedisCommand>& commands) {
  for (const RedisCommand& command : commands) send(command);
  std::vector<RedisReply> replies;
  replies.reserve(commands.size());
  for (std::size_t n = 0; n < commands.size(); ++n) replies.push_back(receive_answer());
  return replies;
}

}  // namespace crm
