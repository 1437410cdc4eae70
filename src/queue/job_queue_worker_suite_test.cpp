#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <thread>

#include "base/error.h"
#include "queue/job_queue_suite.h"

// The workers' half of the suite.
namespace crm {
namespace {

using namespace std::chrono_literals;
using Names = std::vector<std::string>;

TEST_P(JobQueueSuite, JobsAreTakenInTheOrderTheyCame) {
  add("a"), add("b"), add("c");
  EXPECT_EQ(names_in_line(), (Names{"a", "b", "c"}));
}

TEST_P(JobQueueSuite, PriorityZeroGoesFirstThenOneThenTwo) {
  add("p5", {.priority = 5}), add("p1", {.priority = 1}), add("std"), add("p5b", {.priority = 5}),
      add("std2");
  EXPECT_EQ(names_in_line(), (Names{"std", "std2", "p1", "p5", "p5b"}));
}

TEST_P(JobQueueSuite, ATakenJobIsActiveAndItsWorkerIsKnown) {
  const JobId id = add("a", {}, "{\"n\":1}");
  const TakenJob taken = must_take();
  EXPECT_EQ(taken.job.data, "{\"n\":1}");
  EXPECT_EQ(taken.lock.id, id);
  EXPECT_FALSE(taken.lock.token.empty());
  EXPECT_EQ(job(id).state, JobState::active);
  EXPECT_EQ(job(id).worker, "worker-1");
  EXPECT_EQ(job(id).attempts_started, 1);
  EXPECT_TRUE(job(id).started_at);
}

TEST_P(JobQueueSuite, ADelayedJobIsNotTakenBeforeItsTime) {
  const JobId id = add("later", {.delay = 500ms});
  EXPECT_EQ(job(id).state, JobState::delayed);
  EXPECT_TRUE(job(id).run_at);
  EXPECT_FALSE(take());
  pass(501ms);
  EXPECT_EQ(must_take().job.name, "later");
}

TEST_P(JobQueueSuite, ADelayedJobWithAPriorityKeepsItWhenItIsDue) {
  add("low", {.priority = 3, .delay = 100ms}), add("high", {.priority = 1, .delay = 200ms});
  pass(201ms);
  add("standard");
  EXPECT_EQ(names_in_line(), (Names{"standard", "high", "low"}));
}

TEST_P(JobQueueSuite, TheLimiterStartsSoManyJobsInAWindow) {
  for (int n = 0; n < 5; ++n) add("a");
  const TakeOptions options{.worker = "w", .lock_duration = 10s, .wait = 0ms, .limit = RateLimit{2, 40s}};
  const auto started = [&] {
    int count = 0;
    while (queue().take(options, {})) ++count;
    return count;
  };
  EXPECT_EQ(started(), 2);
  EXPECT_EQ(started(), 0);
  pass(40'001ms);
  EXPECT_EQ(started(), 2);
  pass(40'001ms);
  EXPECT_EQ(started(), 1);
}

TEST_P(JobQueueSuite, AWaitingWorkerWakesForANewJob) {
  std::optional<TakenJob> taken;
  std::thread worker([&] { taken = queue().take({.worker = "w", .lock_duration = kLock, .wait = 1h}, {}); });
  const JobId id = add("a");
  worker.join();
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->job.id, id);
}

TEST_P(JobQueueSuite, AWaitingWorkerHearsAStop) {
  std::stop_source stop;
  std::optional<TakenJob> taken;
  std::thread worker(
      [&] { taken = queue().take({.worker = "w", .lock_duration = kLock, .wait = 1h}, stop.get_token()); });
  stop.request_stop();
  worker.join();
  EXPECT_FALSE(taken);
}

TEST_P(JobQueueSuite, WorkersAtOnceNeverGetTheSameJob) {
  constexpr int kJobs = 60, kWorkers = 4;
  for (int n = 0; n < kJobs; ++n) add("a");
  std::mutex mutex;
  std::map<JobId, int> times;
  std::vector<std::thread> workers;
  for (int n = 0; n < kWorkers; ++n) {
    workers.emplace_back([&] {
      while (auto taken = take()) {
        const std::lock_guard lock(mutex);
        ++times[taken->job.id];
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  EXPECT_EQ(times.size(), static_cast<std::size_t>(kJobs));
  for (const auto& [id, count] : times) EXPECT_EQ(count, 1) << id;
}

TEST_P(JobQueueSuite, ACompletedJobHasItsResult) {
  const JobId id = add("a");
  EXPECT_EQ(queue().complete(must_take().lock, R"({"success":true,"n":[1,2]})"), LockState::held);
  EXPECT_EQ(job(id).state, JobState::completed);
  EXPECT_EQ(job(id).result, R"({"success":true,"n":[1,2]})");
  EXPECT_EQ(job(id).attempts_made, 1);
  EXPECT_TRUE(job(id).finished_at);
  EXPECT_FALSE(take());
}

TEST_P(JobQueueSuite, AResultThatIsNoJsonIsRefusedAndTheJobIsStillOwned) {
  const TakenJob taken = (add("a"), must_take());
  EXPECT_THROW((void)queue().complete(taken.lock, "done"), Error);
  EXPECT_THROW((void)queue().update_progress(taken.lock, "50 %"), Error);
  EXPECT_EQ(queue().complete(taken.lock, "null"), LockState::held);
}

TEST_P(JobQueueSuite, AFailedAttemptIsTriedAgainAsOftenAsAllowed) {
  const JobId id = add("a", {.attempts = 3});
  EXPECT_EQ(queue().fail(must_take().lock, {.reason = "unavailable: one"}), FailOutcome::will_retry);
  EXPECT_EQ(job(id).state, JobState::waiting);
  EXPECT_EQ(queue().fail(must_take().lock, {.reason = "unavailable: two"}), FailOutcome::will_retry);
  EXPECT_EQ(queue().fail(must_take().lock, {.reason = "unavailable: three"}), FailOutcome::failed);
  EXPECT_EQ(job(id).state, JobState::failed);
  EXPECT_EQ(job(id).failed_reason, "unavailable: three");
  EXPECT_EQ(job(id).attempts_made, 3);
  EXPECT_FALSE(take());
}

TEST_P(JobQueueSuite, AFailureThatCannotBeMendedIsNotRetried) {
  const JobId id = add("a", {.attempts = 5});
  EXPECT_EQ(queue().fail(must_take().lock, {.reason = "invalid_input: x", .retryable = false}),
            FailOutcome::failed);
  EXPECT_EQ(job(id).attempts_made, 1);
}

TEST_P(JobQueueSuite, AFixedBackoffWaitsTheSameEachTime) {
  const JobId id = add("a", {.attempts = 3, .backoff = {Backoff::Kind::fixed, 300ms}});
  for (int n = 0; n < 2; ++n) {
    EXPECT_EQ(queue().fail(must_take().lock, {.reason = "unavailable: x"}), FailOutcome::will_retry);
    EXPECT_EQ(job(id).state, JobState::delayed);
    EXPECT_FALSE(take());
    pass(301ms);
  }
  EXPECT_EQ(must_take().job.attempts_made, 2);
}

TEST_P(JobQueueSuite, AnExponentialBackoffDoubles) {
  add("a", {.attempts = 4, .backoff = {Backoff::Kind::exponential, 200ms}});
  for (const auto wait : {200ms, 400ms, 800ms}) {
    EXPECT_EQ(queue().fail(must_take().lock, {.reason = "unavailable: x"}), FailOutcome::will_retry);
    pass(wait / 2);
    EXPECT_FALSE(take());
    pass(wait / 2 + 1ms);
  }
  EXPECT_EQ(must_take().job.attempts_made, 3);
}

TEST_P(JobQueueSuite, ARenewedLockIsNeverStalled) {
  const TakenJob taken = (add("a"), must_take());
  for (int n = 0; n < 4; ++n) {
    pass(kLock * 6 / 10);
    EXPECT_TRUE(queue().renew({&taken.lock, 1}, kLock).empty());
    EXPECT_TRUE(queue().check_stalled(3).back_in_line.empty());
  }
  EXPECT_EQ(queue().complete(taken.lock, "null"), LockState::held);
}

TEST_P(JobQueueSuite, AJobWhoseLockRanOutIsFirstInLineAgain) {
  const JobId id = add("a", {.attempts = 1});
  must_take();
  add("b");
  EXPECT_EQ(lose_locks().back_in_line, std::vector<JobId>{id});
  EXPECT_EQ(job(id).state, JobState::waiting);
  EXPECT_EQ(job(id).stalled_count, 1);
  EXPECT_EQ(job(id).attempts_made, 0) << "a stall is no attempt";
  EXPECT_EQ(names_in_line(), (Names{"a", "b"}));
}

TEST_P(JobQueueSuite, AnOldLockChangesNothing) {
  const JobId id = add("a");
  const TakenJob before = must_take();
  ASSERT_EQ(lose_locks().back_in_line.size(), 1u);
  const TakenJob now = must_take();
  EXPECT_NE(now.lock.token, before.lock.token);
  EXPECT_EQ(queue().renew({&before.lock, 1}, kLock), std::vector<JobId>{id});
  EXPECT_EQ(queue().update_progress(before.lock, "{\"percentage\":99}"), LockState::lost);
  EXPECT_EQ(queue().append_log(before.lock, "old"), LockState::lost);
  EXPECT_EQ(queue().complete(before.lock, "\"old\""), LockState::lost);
  EXPECT_EQ(queue().fail(before.lock, {.reason = "old"}), FailOutcome::lost);
  EXPECT_EQ(queue().cancelled(before.lock), LockState::lost);
  EXPECT_EQ(queue().hand_back(before.lock), LockState::lost);
  const Job there = job(id);
  EXPECT_EQ(there.state, JobState::active);
  EXPECT_EQ(there.progress + there.result + there.failed_reason, "");
  EXPECT_TRUE(queue().log(id, 0, 10)->lines.empty());
  EXPECT_EQ(queue().complete(now.lock, "\"new\""), LockState::held);
  EXPECT_EQ(job(id).result, "\"new\"");
}

TEST_P(JobQueueSuite, ALockIsOfNoUseOnceItsJobEnded) {
  const TakenJob taken = (add("a"), must_take());
  EXPECT_EQ(queue().complete(taken.lock, "1"), LockState::held);
  EXPECT_EQ(queue().complete(taken.lock, "2"), LockState::lost);
  EXPECT_EQ(queue().fail(taken.lock, {.reason = "x"}), FailOutcome::lost);
  EXPECT_EQ(job(taken.job.id).result, "1");
}

TEST_P(JobQueueSuite, AJobThatStallsTooOftenFails) {
  const JobId id = add("a", {.attempts = 10});
  for (int stalls = 1; stalls <= 2; ++stalls) {
    must_take();
    EXPECT_EQ(lose_locks(2).back_in_line.size(), 1u);
  }
  must_take();
  lose_locks(2);
  EXPECT_FALSE(take());
  EXPECT_EQ(job(id).state, JobState::failed);
  EXPECT_NE(job(id).failed_reason.find("stalled more than allowable limit"), std::string::npos);
}

TEST_P(JobQueueSuite, AJobHandedBackIsFirstInLineAndHasUsedNoAttempt) {
  const JobId id = add("a", {.attempts = 1});
  add("b");
  EXPECT_EQ(queue().hand_back(must_take().lock), LockState::held);
  EXPECT_EQ(job(id).state, JobState::waiting);
  EXPECT_EQ(job(id).attempts_made, 0);
  EXPECT_EQ(job(id).stalled_count, 0);
  EXPECT_EQ(names_in_line(), (Names{"a", "b"}));
}

TEST_P(JobQueueSuite, ARequestToCancelIsHeardByTheWorker) {
  const JobId id = add("a");
  add("b");
  const TakenJob taken = must_take(), other = must_take();
  EXPECT_TRUE(queue().wait_for_cancel({&taken.lock, 1}, 0ms, {}).empty());
  std::vector<JobId> heard;
  std::thread listener([&] {
    const std::vector<JobLock> locks = {other.lock, taken.lock};
    heard = queue().wait_for_cancel(locks, 1h, {});
  });
  EXPECT_EQ(queue().cancel(id), CancelOutcome::requested);
  listener.join();
  EXPECT_EQ(heard, std::vector<JobId>{id});
  EXPECT_EQ(job(id).state, JobState::active);
  EXPECT_EQ(queue().cancelled(taken.lock), LockState::held);
  EXPECT_EQ(job(id).state, JobState::cancelled);
}

TEST_P(JobQueueSuite, HoweverAWorkerEndsACancelledJobItIsNotTriedAgain) {
  add("fails", {.attempts = 5}), add("handed back", {.attempts = 5}), add("too late");
  const TakenJob fails = must_take(), handed_back = must_take(), too_late = must_take();
  for (const TakenJob* taken : {&fails, &handed_back, &too_late}) {
    EXPECT_EQ(queue().cancel(taken->job.id), CancelOutcome::requested);
  }
  EXPECT_EQ(queue().fail(fails.lock, {.reason = "cancelled: asked"}), FailOutcome::cancelled);
  EXPECT_EQ(queue().hand_back(handed_back.lock), LockState::held);
  EXPECT_EQ(queue().complete(too_late.lock, "null"), LockState::held);
  EXPECT_EQ(job(fails.job.id).state, JobState::cancelled);
  EXPECT_EQ(job(handed_back.job.id).state, JobState::cancelled);
  EXPECT_EQ(job(too_late.job.id).state, JobState::completed);
  EXPECT_FALSE(take());
}

TEST_P(JobQueueSuite, ACancelledJobWhoseWorkerVanishedIsNotTriedAgain) {
  const JobId id = add("a", {.attempts = 5});
  must_take();
  EXPECT_EQ(queue().cancel(id), CancelOutcome::requested);
  lose_locks();
  EXPECT_FALSE(take());
  EXPECT_EQ(job(id).state, JobState::cancelled);
}

TEST_P(JobQueueSuite, ProgressIsTheNewest) {
  const TakenJob taken = (add("a"), must_take());
  EXPECT_EQ(queue().update_progress(taken.lock, R"({"percentage":1})"), LockState::held);
  EXPECT_EQ(queue().update_progress(taken.lock, R"({"percentage":2})"), LockState::held);
  EXPECT_EQ(job(taken.job.id).progress, R"({"percentage":2})");
}

TEST_P(JobQueueSuite, LogLinesComeInOrderAndInPages) {
  const TakenJob taken = (add("a"), must_take());
  for (const char* line : {"zero", "one", "two"})
    EXPECT_EQ(queue().append_log(taken.lock, line), LockState::held);
  const auto page = queue().log(taken.job.id, 1, 1);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->lines, Names{"one"});
  EXPECT_EQ(page->first, 1u);
  EXPECT_EQ(page->total, 3u);
  EXPECT_TRUE(queue().log(taken.job.id, 3, 10)->lines.empty());
}

TEST_P(JobQueueSuite, ALongLogKeepsItsNewestLinesAndALongLineItsBeginning) {
  const TakenJob taken = (add("a"), must_take());
  for (std::size_t n = 0; n < kMaxLogLines; ++n)
    EXPECT_EQ(queue().append_log(taken.lock, "x"), LockState::held);
  EXPECT_EQ(queue().append_log(taken.lock, std::string(kMaxLogLineBytes - 1, 'y') + "é"), LockState::held);
  const auto page = queue().log(taken.job.id, 0, kMaxLogLines + 1);
  ASSERT_EQ(page->lines.size(), kMaxLogLines);
  EXPECT_EQ(page->first, 1u);
  EXPECT_EQ(page->lines.back(), std::string(kMaxLogLineBytes - 1, 'y'));
}

// --- events

std::vector<JobEventType> types_of(const EventBatch& batch) {
  std::vector<JobEventType> types;
  for (const JobEvent& event : batch.events) types.push_back(event.type);
  return types;
}

using Types = std::vector<JobEventType>;

TEST_P(JobQueueSuite, EventsTellALifeInOrder) {
  const JobId id = add("a", {.attempts = 2});
  EXPECT_EQ(queue().fail(must_take().lock, {.reason = "unavailable: x"}), FailOutcome::will_retry);
  const TakenJob taken = must_take();
  EXPECT_EQ(queue().update_progress(taken.lock, "{\"percentage\":5}"), LockState::held);
  EXPECT_EQ(queue().fail(taken.lock, {.reason = "unavailable: y"}), FailOutcome::failed);
  const EventBatch batch = queue().read_events({}, 100, 0ms, {});
  EXPECT_EQ(types_of(batch), (Types{JobEventType::added, JobEventType::active, JobEventType::waiting,
                                    JobEventType::active, JobEventType::progress, JobEventType::failed}));
  EXPECT_FALSE(batch.gap);
  for (const JobEvent& event : batch.events) EXPECT_EQ(event.job_id, id);
  EXPECT_EQ(batch.events[4].text, "{\"percentage\":5}");
  EXPECT_EQ(batch.events[5].text, "unavailable: y");
}

TEST_P(JobQueueSuite, AReaderGoesOnAfterTheLastEventItSaw) {
  add("a"), add("b"), add("c");
  const EventBatch first = queue().read_events({}, 2, 0ms, {});
  ASSERT_EQ(first.events.size(), 2u);
  const EventBatch rest = queue().read_events(first.events.back().id, 100, 0ms, {});
  ASSERT_EQ(rest.events.size(), 1u);
  EXPECT_EQ(rest.events[0].id, queue().last_event());
  EXPECT_TRUE(queue().read_events(queue().last_event(), 100, 0ms, {}).events.empty());
}

TEST_P(JobQueueSuite, AReaderWaitsForTheNextEvent) {
  add("a");
  const EventId last = queue().last_event();
  EventBatch batch;
  std::thread reader([&] { batch = queue().read_events(last, 100, 1h, {}); });
  const JobId id = add("b");
  reader.join();
  ASSERT_FALSE(batch.events.empty());
  EXPECT_EQ(batch.events[0].job_id, id);
}

TEST_P(JobQueueSuite, StallsAndCancelsAreEvents) {
  const JobId id = add("a");
  must_take();
  const EventId before = queue().last_event();
  lose_locks();
  EXPECT_EQ(queue().cancel(id), CancelOutcome::cancelled);
  const Types types = types_of(queue().read_events(before, 100, 0ms, {}));
  EXPECT_EQ(types, (Types{JobEventType::stalled, JobEventType::waiting, JobEventType::cancelled}));
}

TEST_P(JobQueueSuite, AnEventIdThatIsNoneIsRefused) {
  EXPECT_THROW(queue().read_events("yesterday", 10, 0ms, {}), Error);
}

}  // namespace
}  // namespace crm
