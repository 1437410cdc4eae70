#include "bullmq/marker_waiter.h"

#include <fmt/format.h>

#include <algorithm>

namespace crm::bullmq {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kShortest{1};
/// Redis ends a timed-out BZPOPMIN up to 100 ms late; much later means that it is gone.
constexpr milliseconds kLate{3'000};
constexpr milliseconds kPutBackPatience{0};
constexpr milliseconds kAfterFailure{100};
constexpr int kUnblockTries = 20;
constexpr milliseconds kUnblockWait{25};

std::string base64(std::string_view text) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += 3) {
    const std::size_t there = std::min<std::size_t>(3, text.size() - at);
    unsigned bits = 0;
    for (std::size_t n = 0; n < 3; ++n)
      bits = bits << 8 | (n < there ? static_cast<unsigned char>(text[at + n]) : 0u);
    for (std::size_t n = 0; n < 4; ++n) out += n <= there ? kDigits[bits >> (18 - 6 * n) & 63] : '=';
  }
  return out;
}

/// Redis takes no spaces and no control characters in a client's name.
bool fits_client_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) { return c > ' ' && c <= '~'; });
}

bool is_popped(const RedisReply& reply) { return reply.is_list() && reply.list.size() == 3; }

}  // namespace

void MarkerWaiter::wait(const Limits& limits, const std::string& worker, const std::stop_token& stop) {
  {
    std::unique_lock lock(mutex_);
    const milliseconds longest = std::min(limits.longest, limits.due.value_or(limits.longest));
    if (!turn_.wait_for(lock, stop, longest, [&] { return !taken_; })) return;
    taken_ = true;
  }
  try {
    wait_on_marker(limits, worker, stop);
  } catch (const Error&) {
    // Whoever looks next hears what is wrong with Redis.
    connection_.reset();
    std::unique_lock lock(mutex_);
    turn_.wait_for(lock, stop, std::min(kAfterFailure, limits.longest), [] { return false; });
  }
  {
    const std::lock_guard lock(mutex_);
    taken_ = false;
  }
  turn_.notify_one();
}

void MarkerWaiter::wait_on_marker(const Limits& limits, const std::string& worker,
                                  const std::stop_token& stop) {
  if (!connection_) connect(worker);
  const milliseconds span = std::clamp(limits.longest, kShortest, kLongest);
  RedisWaker waker;
  const std::stop_callback wake(stop, [&] { waker.wake(); });
  connection_->send(
      {"BZPOPMIN", keys_("marker"), fmt::format("{:.3f}", static_cast<double>(span.count()) / 1000)});
  const bool is_due_first = limits.due && *limits.due < span;
  auto reply = connection_->receive(is_due_first ? std::max(*limits.due, kShortest) : span + kLate, &waker);
  if (!reply) {
    if (!is_due_first && !stop.stop_requested()) throw RedisUnavailable("Redis did not answer in time");
    reply = unblock();
  }
  if (reply && reply->is_error()) throw_redis_error(*reply);
  // Who stops does not look: the marker is for somebody else.
  if (stop.stop_requested() && reply && is_popped(*reply)) put_back(*reply);
}

void MarkerWaiter::connect(const std::string& worker) {
  RedisConnection connection(pool_.url());
  client_id_ = std::to_string(connection.ask({"CLIENT", "ID"}).integer);
  std::string name = keys_.prefix() + ":" + base64(keys_.queue());
  if (!worker.empty()) name += ":w:" + worker;
  if (fits_client_name(name)) connection.ask_all({{"CLIENT", "SETNAME", name}});
  connection_ = std::move(connection);
}

std::optional<RedisReply> MarkerWaiter::unblock() {
  for (int tries = 0; tries < kUnblockTries; ++tries) {
    const RedisReply asked = pool_.with(kPutBackPatience, [&](RedisConnection& redis, bool) {
      return redis.ask_all({{"CLIENT", "UNBLOCK", client_id_}}).front();
    });
    if (asked.is_error()) break;
    // Nothing: the request came before BZPOPMIN did.
    if (auto reply = connection_->receive(kUnblockWait)) return reply;
  }
  connection_.reset();
  // The marker may have gone with the connection; one too many does no harm.
  pool_.with(kPutBackPatience, [&](RedisConnection& redis, bool) {
    return redis.ask({"ZADD", keys_("marker"), "0", "0"});
  });
  return std::nullopt;
}

void MarkerWaiter::put_back(const RedisReply& popped) {
  pool_.with(kPutBackPatience, [&](RedisConnection& redis, bool) {
    return redis.ask({"ZADD", keys_("marker"), popped.list[2].text, popped.list[1].text});
  });
}

}  // namespace crm::bullmq
