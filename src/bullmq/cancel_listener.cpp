#include "bullmq/cancel_listener.h"

#include <algorithm>

namespace crm::bullmq {
namespace {

using std::chrono::milliseconds;

/// An idle connection is asked whether it is still there.
constexpr milliseconds kPing{20'000};
constexpr milliseconds kFirstPause{50};
constexpr milliseconds kLastPause{1'000};
/// More jobs than one process ever runs.
constexpr std::size_t kMaxWatched = 1'000;

}  // namespace

CancelListener::~CancelListener() {
  thread_.request_stop();
  waker_.wake();
  changed_.notify_all();
}

void CancelListener::start() {
  if (thread_.joinable()) return;
  thread_ = std::jthread([this](const std::stop_token& stop) { listen(stop); });
}

void CancelListener::watch(const std::vector<std::string>& raw_ids) {
  const std::lock_guard lock(mutex_);
  start();
  if (watched_.size() > kMaxWatched) watched_.clear();
  watched_.insert(raw_ids.begin(), raw_ids.end());
}

void CancelListener::forget(const std::string& raw_id) {
  const std::lock_guard lock(mutex_);
  watched_.erase(raw_id);
  named_.erase(raw_id);
}

std::vector<std::string> CancelListener::named(const std::vector<std::string>& raw_ids) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> found;
  std::ranges::copy_if(raw_ids, std::back_inserter(found),
                       [&](const std::string& id) { return named_.contains(id); });
  return found;
}

std::uint64_t CancelListener::news() {
  const std::lock_guard lock(mutex_);
  return news_;
}

void CancelListener::wait_for_news(milliseconds span, const std::stop_token& stop, std::uint64_t& seen) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, stop, span, [&] { return news_ != seen; });
  seen = news_;
}

void CancelListener::tell() {
  {
    const std::lock_guard lock(mutex_);
    ++news_;
  }
  changed_.notify_all();
}

void CancelListener::hear(const RedisReply& message) {
  if (!message.is_list() || message.list.size() != 3) return;
  if (message.list[0].text == "message") {
    const std::lock_guard lock(mutex_);
    const std::string& raw_id = message.list[2].text;
    if (watched_.contains(raw_id)) named_.insert(raw_id);
  }
  tell();
}

void CancelListener::listen(const std::stop_token& stop) {
  milliseconds pause = kFirstPause;
  while (!stop.stop_requested()) {
    try {
      RedisConnection redis(url_);
      redis.send({"SUBSCRIBE", channel_});
      for (bool pinged = false; !stop.stop_requested();) {
        const auto message = redis.receive(kPing, &waker_);
        if (stop.stop_requested()) return;
        if (!message && pinged) throw RedisUnavailable("Redis does not answer");
        pinged = !message;
        if (pinged) redis.send({"PING"});
        if (message) hear(*message);
        pause = kFirstPause;
      }
    } catch (const Error&) {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, stop, pause, [] { return false; });
      pause = std::min(pause * 2, kLastPause);
    }
  }
}

}  // namespace crm::bullmq
