#include "server/event_hub.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "server/job_json.h"
#include "server/json_response.h"

namespace crm {
namespace {

constexpr std::chrono::milliseconds kWaitForEvents{500};
constexpr std::chrono::milliseconds kPauseAfterFault{1000};

}  // namespace

/// What waits for one reader: per job the newest event, in the order of events.
class EventHub::Reader final : public MessageSource {
 public:
  Reader(Filter filter, std::shared_ptr<std::atomic<std::size_t>> count)
      : filter_(std::move(filter)), count_(std::move(count)) {
    ++*count_;
  }
  ~Reader() override { --*count_; }

  const Filter& filter() const { return filter_; }

  std::optional<std::string> next() override {
    const std::lock_guard lock(mutex_);
    if (reset_) {
      reset_ = false;
      return R"({"type":"reset"})";
    }
    if (pending_.empty()) return std::nullopt;
    auto first = pending_.begin();
    std::string text = *first->second.text;
    place_of_job_.erase(first->second.job_id);
    pending_.erase(first);
    return text;
  }

  void set_wake(std::function<void()> wake) override {
    const std::lock_guard lock(mutex_);
    wake_ = std::move(wake);
  }

  void push(const JobEvent& event, const std::shared_ptr<const std::string>& text) {
    if (!filter_.job_id.empty() && filter_.job_id != event.job_id) return;
    std::function<void()> wake;
    {
      const std::lock_guard lock(mutex_);
      const auto before = place_of_job_.find(event.job_id);
      if (before != place_of_job_.end()) pending_.erase(before->second);
      if (pending_.size() >= kMaxPendingJobs) forget_all();
      place_of_job_[event.job_id] = next_place_;
      pending_.emplace(next_place_++, Pending{event.job_id, text});
      wake = wake_;
    }
    if (wake) wake();
  }

  void reset() {
    std::function<void()> wake;
    {
      const std::lock_guard lock(mutex_);
      forget_all();
      wake = wake_;
    }
    if (wake) wake();
  }

 private:
  struct Pending {
    JobId job_id;
    std::shared_ptr<const std::string> text;
  };

  void forget_all() {
    pending_.clear();
    place_of_job_.clear();
    reset_ = true;
  }

  const Filter filter_;
  const std::shared_ptr<std::atomic<std::size_t>> count_;
  std::mutex mutex_;
  std::function<void()> wake_;  // guarded by mutex_, as all below
  std::map<std::uint64_t, Pending> pending_;
  std::map<JobId, std::uint64_t> place_of_job_;
  std::uint64_t next_place_ = 0;
  bool reset_ = false;
};

JobEvent event_of_state(const Job& job) {
  JobEvent event;
  event.job_id = job.id;
  event.at = job.finished_at.value_or(job.started_at.value_or(job.created_at));
  switch (job.state) {
    case JobState::waiting:
      event.type = JobEventType::waiting;
      break;
    case JobState::active:
      event.type = job.progress.empty() ? JobEventType::active : JobEventType::progress;
      break;
    case JobState::delayed:
      event.type = JobEventType::delayed;
      break;
    case JobState::completed:
      event.type = JobEventType::completed;
      break;
    case JobState::failed:
      event.type = JobEventType::failed;
      break;
    case JobState::cancelled:
      event.type = JobEventType::cancelled;
      break;
  }
  if (event.type == JobEventType::progress) event.text = job.progress;
  if (event.type == JobEventType::failed || event.type == JobEventType::delayed)
    event.text = job.failed_reason;
  return event;
}

EventHub::EventHub(JobQueue& queue, std::size_t max_readers)
    : queue_(queue),
      max_readers_(max_readers),
      count_(std::make_shared<std::atomic<std::size_t>>(0)),
      thread_([this](std::stop_token stop) { run(stop); }) {}

EventHub::~EventHub() { stop(); }

void EventHub::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  thread_.request_stop();
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::size_t EventHub::readers() const { return *count_; }

std::shared_ptr<MessageSource> EventHub::add_reader(const Filter& filter) {
  if (*count_ >= max_readers_)
    throw Error(ErrorCode::unavailable, "too many readers of events; try again later");
  Filter from = filter;
  // Taken before the answer goes out: what the reader causes afterwards is heard.
  if (!from.after)
    from.after = queue_.last_event();
  else
    (void)queue_.read_events(*from.after, 1, std::chrono::milliseconds(0), {});  // is it an event's id?
  auto reader = std::make_shared<Reader>(from, count_);
  if (!filter.job_id.empty()) {
    const auto job = queue_.get(filter.job_id);
    if (!job) throw Error(ErrorCode::not_found, "there is no such job");
    if (!filter.after) {
      const JobEvent event = event_of_state(*job);
      reader->push(event, std::make_shared<std::string>(text_of(event)));
    }
  }
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) throw Error(ErrorCode::unavailable, "the service is stopping");
    new_readers_.push_back(reader);
  }
  changed_.notify_all();
  return reader;
}

std::string EventHub::text_of(const JobEvent& event) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  if (!event.id.empty()) json["id"] = event.id;
  json["type"] = to_text(event.type);
  json["job_id"] = event.job_id;
  json["at"] = rfc3339(event.at);
  if (event.type == JobEventType::progress) {
    json["progress"] = nlohmann::ordered_json::parse(event.text, nullptr, false);
    if (json["progress"].is_discarded()) json.erase("progress");
  } else if (!event.text.empty()) {
    json["reason"] = event.text;
  }
  const bool wants_metadata = event.type != JobEventType::progress && event.type != JobEventType::removed;
  if (const auto job = wants_metadata ? queue_.get(event.job_id) : std::nullopt) {
    if (auto metadata = job_metadata(*job); !metadata.is_null()) json["metadata"] = std::move(metadata);
  }
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

void EventHub::publish(const JobEvent& event) {
  const auto text = std::make_shared<const std::string>(text_of(event));
  std::erase_if(readers_, [&](const std::weak_ptr<Reader>& weak) {
    const auto reader = weak.lock();
    if (reader) reader->push(event, text);
    return !reader;
  });
}

void EventHub::admit_new_readers() {
  std::vector<std::weak_ptr<Reader>> fresh;
  {
    const std::lock_guard lock(mutex_);
    fresh.swap(new_readers_);
  }
  std::erase_if(readers_, [](const std::weak_ptr<Reader>& weak) { return weak.expired(); });
  if (readers_.empty() && !fresh.empty()) position_ = queue_.last_event();
  for (const auto& weak : fresh) {
    const auto reader = weak.lock();
    if (!reader) continue;
    EventId at = *reader->filter().after;
    bool there = at == position_;
    while (!there) {
      const EventBatch batch = queue_.read_events(at, kMaxEventsAtOnce, std::chrono::milliseconds(0), {});
      if (batch.gap) reader->reset();
      if (batch.events.empty()) break;
      for (const JobEvent& event : batch.events) {
        reader->push(event, std::make_shared<const std::string>(text_of(event)));
        there = there || event.id == position_;
        at = event.id;
        if (there) break;
      }
    }
    readers_.push_back(reader);
  }
}

void EventHub::run(std::stop_token stop) {
  while (!stop.stop_requested()) {
    try {
      admit_new_readers();
      if (readers_.empty()) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, stop, [&] { return !new_readers_.empty(); });
        continue;
      }
      const EventBatch batch = queue_.read_events(position_, kMaxEventsAtOnce, kWaitForEvents, stop);
      if (batch.gap) {
        for (const auto& weak : readers_) {
          if (const auto reader = weak.lock()) reader->reset();
        }
      }
      for (const JobEvent& event : batch.events) {
        publish(event);
        position_ = event.id;
      }
    } catch (const std::exception&) {
      // The queue does not answer: readers wait with it.
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, stop, kPauseAfterFault, [] { return false; });
    }
  }
}

}  // namespace crm
