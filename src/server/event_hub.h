#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "http/message.h"
#include "queue/job_queue.h"

namespace crm {

/// Hands the queue's events to WebSocket readers: one thread reads the queue, however many read from here.
///
/// A reader that is slow gets the newest event of each job; one that is so slow that more than
/// kMaxPendingJobs jobs wait for it is told "reset": it must look at the jobs anew. So what a reader holds is
/// bounded and no final state is lost. Threads: any.
class EventHub {
 public:
  /// Of one reader.
  static constexpr std::size_t kMaxPendingJobs = 1000;

  struct Filter {
    std::string job_id;                ///< empty: every job
    std::optional<std::string> after;  ///< the last event that the reader has seen
  };

  /// `queue` must outlive it.
  EventHub(JobQueue& queue, std::size_t max_readers);
  ~EventHub();
  EventHub(const EventHub&) = delete;
  EventHub& operator=(const EventHub&) = delete;

  /// A new reader: events after `after`, or from now on. With a job's id and no `after`, the job's state
  /// comes first. Errors: not_found for a job that is not there, invalid_input for an id that is none,
  /// unavailable when there are too many readers or the hub has stopped.
  std::shared_ptr<MessageSource> add_reader(const Filter& filter);
  std::size_t readers() const;
  /// No event comes any more.
  void stop();

 private:
  class Reader;

  void run(std::stop_token stop);
  /// Brings the readers that are new up to `position_`.
  void admit_new_readers();
  void publish(const JobEvent& event);
  std::string text_of(const JobEvent& event);

  JobQueue& queue_;
  const std::size_t max_readers_;
  EventId position_;  // the hub's thread alone
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<std::weak_ptr<Reader>> new_readers_;   // guarded by mutex_
  std::vector<std::weak_ptr<Reader>> readers_;       // the hub's thread alone
  std::shared_ptr<std::atomic<std::size_t>> count_;  // of readers alive
  bool stopped_ = false;                             // guarded by mutex_
  std::jthread thread_;
};

/// A job's state as the event that would tell it.
JobEvent event_of_state(const Job& job);

}  // namespace crm
