#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "redis/redis_url.h"

struct redisContext;

namespace crm {

/// What Redis answered to one command.
struct RedisReply {
  enum class Kind { nil, text, integer, error, list };
  Kind kind = Kind::nil;
  std::int64_t integer = 0;
  std::string text = {};  ///< of an error: its message
  std::vector<RedisReply> list = {};

  bool is_nil() const { return kind == Kind::nil; }
  bool is_error() const { return kind == Kind::error; }
  bool is_list() const { return kind == Kind::list; }
  bool is_error(std::string_view code) const { return is_error() && text.starts_with(code); }
};

/// The connection broke, or Redis can serve nobody at the moment: what was asked may have been done or not.
class RedisUnavailable : public Error {
 public:
  explicit RedisUnavailable(std::string message) : Error(ErrorCode::unavailable, std::move(message)) {}
};

using RedisCommand = std::vector<std::string>;

/// Wakes a thread that waits for a reply. Threads: any.
class RedisWaker {
 public:
  RedisWaker();
  ~RedisWaker();
  RedisWaker(const RedisWaker&) = delete;
  RedisWaker& operator=(const RedisWaker&) = delete;
  void wake();
  int fd() const { return fd_; }

 private:
  int fd_;
};

/// One connection, logged in and in its database. Every argument is binary-safe. After RedisUnavailable it is
/// of no use any more.
///
/// Threads: one at a time. Errors: RedisUnavailable as above; denied for a login or command that Redis does
/// not allow; limit_exceeded when Redis is full; unavailable for any other error that it answers.
class RedisConnection {
 public:
  static constexpr std::chrono::milliseconds kConnectTimeout{5'000};
  static constexpr std::chrono::milliseconds kReplyTimeout{15'000};

  explicit RedisConnection(const RedisUrl& url);
  ~RedisConnection();
  RedisConnection(RedisConnection&&) noexcept;
  RedisConnection& operator=(RedisConnection&&) noexcept;

  /// Asks and waits for the answer, an error one thrown.
  RedisReply ask(const RedisCommand& command);
  /// Sends all, then waits for all answers; errors among them are returned, but for those that concern
  /// everything.
  std::vector<RedisReply> ask_all(const std::vector<RedisCommand>& commands);

  void send(const RedisCommand& command);
  /// The next reply; nothing: `timeout` passed first, or `waker` was woken.
  std::optional<RedisReply> receive(std::chrono::milliseconds timeout, const RedisWaker* waker = nullptr);

 private:
  struct Close {
    void operator()(redisContext* context) const;
  };
  void log_in(const RedisUrl& url);
  void flush();
  /// True: readable or writable, as asked. False: time is over, or woken.
  bool wait_for(short events, SteadyTime deadline, const RedisWaker* waker);
  RedisReply receive_answer();

  std::string name_;
  std::unique_ptr<redisContext, Close> context_;
};

/// Throws what an error reply means.
[[noreturn]] void throw_redis_error(const RedisReply& reply);

}  // namespace crm
