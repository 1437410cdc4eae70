#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "queue/job_queue.h"

// What every JobQueue must do. The tests are in job_queue_suite_test.cpp and job_queue_worker_suite_test.cpp;
// an implementation's own test instantiates them:
//   INSTANTIATE_TEST_SUITE_P(Embedded, JobQueueSuite, testing::Values(JobQueueMaker{"sqlite", make}),
//   job_queue_maker_name);
namespace crm {

/// One empty queue and its time.
class JobQueueHarness {
 public:
  virtual ~JobQueueHarness() = default;
  virtual JobQueue& queue() = 0;
  /// Lets `span` pass for the queue and all who wait on it.
  virtual void pass(std::chrono::milliseconds span) = 0;
  /// The stalled check, as often as this queue needs to notice a lock that ran out.
  virtual StalledJobs find_stalled(int max_stalled) { return queue().check_stalled(max_stalled); }
};

struct JobQueueMaker {
  std::string name;
  std::function<std::unique_ptr<JobQueueHarness>()> make;
};

inline void PrintTo(const JobQueueMaker& maker, std::ostream* out) { *out << maker.name; }
inline std::string job_queue_maker_name(const testing::TestParamInfo<JobQueueMaker>& info) {
  return info.param.name;
}

class JobQueueSuite : public testing::TestWithParam<JobQueueMaker> {
 protected:
  /// Long beside the real time of a test: a server's clock goes on while the harness's stands.
  static constexpr std::chrono::milliseconds kLock{60'000};

  JobQueue& queue() { return harness_->queue(); }
  void pass(std::chrono::milliseconds span) { harness_->pass(span); }
  /// The owner of every lock that is not renewed has been gone for long enough.
  StalledJobs lose_locks(int max_stalled = 3) {
    pass(kLock + std::chrono::milliseconds(1));
    return harness_->find_stalled(max_stalled);
  }

  JobId add(const std::string& name, JobOptions options = {}, const std::string& data = "{}") {
    return queue().add({.name = name, .data = data, .options = options}).id;
  }
  std::optional<TakenJob> take() { return queue().take({.worker = "worker-1", .lock_duration = kLock}, {}); }
  /// Takes a job that must be there.
  TakenJob must_take() {
    auto taken = take();
    if (!taken) {
      ADD_FAILURE() << "no job to take";
      return {};
    }
    return std::move(*taken);
  }
  Job job(const JobId& id) {
    auto found = queue().get(id);
    if (!found) ADD_FAILURE() << "no job " << id;
    return found.value_or(Job{});
  }
  /// Names of all jobs that can be taken now, in the order in which they come.
  std::vector<std::string> names_in_line() {
    std::vector<std::string> names;
    while (auto taken = take()) names.push_back(taken->job.name);
    return names;
  }

 private:
  std::unique_ptr<JobQueueHarness> harness_ = GetParam().make();
};

}  // namespace crm
