#include "bullmq/bullmq_job_queue.h"

#include <gtest/gtest.h>

#include <functional>
#include <thread>

#include "base/error.h"
#include "base/manual_clock.h"
#include "queue/job_queue_suite.h"
#include "redis/cutting_proxy.h"
#include "redis/test_server.h"

namespace crm {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr milliseconds kStalledInterval{100};

/// Time passes for our clock, and for everything in Redis that ends by the server's: each has so much less to
/// live.
void pass_in_redis(const TestRedis& server, milliseconds span) {
  server.connect().ask({"EVAL", R"lua(
    for _, key in ipairs(redis.call('KEYS', '*')) do
      local left = redis.call('PTTL', key)
      if left >= 0 and left <= tonumber(ARGV[1]) then redis.call('DEL', key)
      elseif left > 0 then redis.call('PEXPIRE', key, left - tonumber(ARGV[1])) end
    end)lua",
                        "0", std::to_string(span.count())});
}

class BullmqHarness final : public JobQueueHarness {
 public:
  JobQueue& queue() override { return *queue_; }
  void pass(milliseconds span) override {
    clock_.advance(span);
    pass_in_redis(server_, span);
  }
  /// BullMQ's check first notes whose locks are gone, and acts when that is still so at the next.
  StalledJobs find_stalled(int max_stalled) override {
    queue_->check_stalled(max_stalled);
    pass(kStalledInterval);
    return queue_->check_stalled(max_stalled);
  }

 private:
  TestRedis server_;
  ManualClock clock_;
  std::unique_ptr<JobQueue> queue_ = open_bullmq_queue(
      {.url = server_.url(), .queue = "merge", .stalled_interval = kStalledInterval}, clock_);
};

INSTANTIATE_TEST_SUITE_P(Redis, JobQueueSuite,
                         testing::Values(JobQueueMaker{"bullmq",
                                                       [] { return std::make_unique<BullmqHarness>(); }}),
                         job_queue_maker_name);

Error error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "no error";
  return Error(ErrorCode::internal, "");
}

/// A queue by the machine's own clock.
class BullmqQueueTest : public testing::Test {
 protected:
  static constexpr milliseconds kLock{60'000};

  std::unique_ptr<JobQueue> open() { return open_bullmq_queue({.url = server_.url(), .queue = "merge"}); }
  TakenJob must_take(JobQueue& queue) {
    auto taken = queue.take({.worker = "w", .lock_duration = kLock, .wait = 30s}, {});
    if (!taken) ADD_FAILURE() << "no job to take";
    return taken.value_or(TakenJob{});
  }
  /// Cuts every connection but its own.
  void cut_all() { server_.connect().ask({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"}); }
  RedisReply ask(const RedisCommand& command) { return server_.connect().ask(command); }

  TestRedis server_;
};

TEST_F(BullmqQueueTest, CutConnectionsAndLostScriptsAreNotNoticed) {
  const auto queue = open();
  for (int n = 0; n < 3; ++n) {
    queue->add({.name = "a", .data = "{}"});
    cut_all();
    const TakenJob taken = must_take(*queue);
    cut_all();
    ask({"SCRIPT", "FLUSH"});
    EXPECT_TRUE(queue->renew({&taken.lock, 1}, kLock).empty());
    EXPECT_EQ(queue->update_progress(taken.lock, "{}"), LockState::held);
    cut_all();
    EXPECT_EQ(queue->complete(taken.lock, "1"), LockState::held);
  }
  EXPECT_EQ(queue->counts()[JobState::completed], 3u);
}

TEST_F(BullmqQueueTest, AWaitingWorkerOutlivesACutConnection) {
  const auto queue = open();
  std::optional<TakenJob> taken;
  std::thread worker([&] { taken = queue->take({.worker = "w", .lock_duration = kLock, .wait = 1h}, {}); });
  while (ask({"CLIENT", "LIST"}).text.find("cmd=bzpopmin") == std::string::npos) std::this_thread::yield();
  cut_all();
  const JobId id = queue->add({.name = "a", .data = "{}"}).id;
  worker.join();
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->job.id, id);
}

TEST_F(BullmqQueueTest, AJobIsCompletedThoughRedisWasKilledMeanwhile) {
  const auto queue = open();
  const JobId id = queue->add({.name = "a", .data = "{}"}).id;
  const TakenJob taken = must_take(*queue);
  server_.kill_hard();
  EXPECT_EQ(error_of([&] { queue->get(id); }).code(), ErrorCode::unavailable);
  LockState state = LockState::lost;
  std::thread worker([&] { state = queue->complete(taken.lock, "1"); });
  server_.start();
  worker.join();
  EXPECT_EQ(state, LockState::held);
  const auto job = queue->get(id);
  ASSERT_TRUE(job);
  EXPECT_EQ(job->state, JobState::completed);
  EXPECT_EQ(job->attempts_started, 1);
}

TEST_F(BullmqQueueTest, AStoppedWaitTakesNoMarkerFromOthers) {
  const auto stopping = open(), other = open();
  const auto wait_for_waiters = [&](std::size_t count) {
    for (std::size_t found = 0; found < count; std::this_thread::yield()) {
      found = 0;
      const std::string clients = ask({"CLIENT", "LIST"}).text;
      for (std::size_t at = 0; (at = clients.find("flags=b", at)) != std::string::npos; ++at) ++found;
    }
  };
  for (int n = 0; n < 10; ++n) {
    std::stop_source stop;
    std::optional<TakenJob> first, second;
    std::thread worker([&] {
      first = stopping->take({.worker = "w", .lock_duration = kLock, .wait = 1h}, stop.get_token());
    });
    wait_for_waiters(1);
    std::thread another(
        [&] { second = other->take({.worker = "w", .lock_duration = kLock, .wait = 1h}, {}); });
    wait_for_waiters(2);
    const auto began = std::chrono::steady_clock::now();
    // Redis wakes whoever waits longest: the one that stops.
    std::thread adder([&] { open()->add({.name = "a", .data = "{}"}); });
    stop.request_stop();
    worker.join();
    adder.join();
    if (first) other->add({.name = "for the other", .data = "{}"});
    another.join();
    EXPECT_LT(std::chrono::steady_clock::now() - began, 4s) << "only its own look after 5 s found the job";
    for (const auto& taken : {first, second}) {
      if (taken) {
        EXPECT_EQ(other->complete(taken->lock, "1"), LockState::held);
      }
    }
    ASSERT_TRUE(second);
  }
}

/// What was asked is carried out, and the answer is lost.
class LostAnswerTest : public BullmqQueueTest {
 protected:
  std::string proxy_path_ = server_.socket() + ".proxy";
  CuttingProxy proxy_{proxy_path_, server_.socket()};
  std::unique_ptr<JobQueue> queue_ = open_bullmq_queue({.url = "unix://" + proxy_path_, .queue = "merge"});
};

TEST_F(LostAnswerTest, AJobIsAddedOnce) {
  proxy_.lose_answer_to("crmMerge");
  const JobId id = queue_->add({.name = "a", .data = "{}"}).id;
  EXPECT_EQ(proxy_.answers_lost(), 1);
  EXPECT_EQ(queue_->counts()[JobState::waiting], 1u);
  proxy_.lose_answer_to("crmMerge");
  EXPECT_FALSE(queue_->add({.name = "a", .data = "{}", .idempotency_key = "k"}).existed);
  EXPECT_EQ(proxy_.answers_lost(), 2);
}

TEST_F(LostAnswerTest, AJobThatWasTakenIsFoundAgain) {
  const JobId id = queue_->add({.name = "a", .data = "{\"n\":1}"}).id;
  proxy_.lose_answer_to("lockDuration");
  const auto taken = queue_->take({.worker = "w", .lock_duration = kLock}, {});
  ASSERT_TRUE(taken);
  EXPECT_EQ(proxy_.answers_lost(), 1);
  EXPECT_EQ(taken->job.data, "{\"n\":1}");
  EXPECT_EQ(taken->job.attempts_started, 1);
  EXPECT_EQ(queue_->complete(taken->lock, "1"), LockState::held);
}

TEST_F(LostAnswerTest, AnEndThatWorkedIsNoLostLock) {
  const auto take = [&] {
    queue_->add({.name = "a", .data = "{}", .options = {.attempts = 2}});
    return must_take(*queue_);
  };
  TakenJob taken = take();
  proxy_.lose_answer_to("returnvalue");
  EXPECT_EQ(queue_->complete(taken.lock, "1"), LockState::held);
  EXPECT_EQ(queue_->get(taken.job.id)->attempts_made, 1);
  taken = take();
  proxy_.lose_answer_to("crm:end");
  EXPECT_EQ(queue_->fail(taken.lock, {.reason = "unavailable: x"}), FailOutcome::will_retry);
  EXPECT_EQ(queue_->get(taken.job.id)->attempts_made, 1);
  EXPECT_EQ(proxy_.answers_lost(), 2);
}

TEST_F(BullmqQueueTest, AMessageAloneCancelsTheJobAndAllItsAttempts) {
  const auto queue = open();
  const JobId id = queue->add({.name = "a", .data = "{}", .options = {.attempts = 5}}).id;
  const TakenJob taken = must_take(*queue);
  std::vector<JobId> heard;
  std::thread listener([&] { heard = queue->wait_for_cancel({&taken.lock, 1}, 1h, {}); });
  while (ask({"PUBLISH", "crm-merge:cancel:merge", id}).integer == 0) std::this_thread::yield();
  listener.join();
  EXPECT_EQ(heard, std::vector<JobId>{id});
  EXPECT_EQ(queue->fail(taken.lock, {.reason = "cancelled: x"}), FailOutcome::cancelled);
  EXPECT_EQ(queue->get(id)->state, JobState::cancelled);
}

TEST_F(BullmqQueueTest, AJobWhoseHashIsGoneEndsAsFailed) {
  const auto queue = open();
  const JobId id = queue->add({.name = "a", .data = "{}"}).id;
  const JobId next = queue->add({.name = "b", .data = "{}"}).id;
  ask({"DEL", "bull:merge:" + id});
  EXPECT_EQ(must_take(*queue).job.id, next);
  EXPECT_NE(ask({"HGET", "bull:merge:" + id, "failedReason"}).text.find("data is gone"), std::string::npos);
}

TEST_F(BullmqQueueTest, AJobOfASchedulerIsRefusedWithAReason) {
  const auto queue = open();
  const JobId id = queue->add({.name = "a", .data = "{}", .options = {.attempts = 5}}).id;
  ask({"HSET", "bull:merge:" + id, "rjk", "nightly"});
  EXPECT_FALSE(queue->take({.worker = "w", .lock_duration = kLock}, {}));
  const auto job = queue->get(id);
  EXPECT_EQ(job->state, JobState::failed);
  EXPECT_NE(job->failed_reason.find("job scheduler"), std::string::npos);
}

TEST_F(BullmqQueueTest, AQueueThatVersionFiveMadeGetsItsScripts) {
  ask({"HSET", "bull:merge:meta", "version", "bullmq:5.81.5", "paused", "1"});
  const auto queue = open();
  queue->add({.name = "a", .data = "{}"});
  // Where BullMQ 5 keeps what is added while it is paused; in `wait` its resume would lose it.
  EXPECT_EQ(ask({"LLEN", "bull:merge:paused"}).integer, 1);
  EXPECT_EQ(queue->counts()[JobState::waiting], 1u);
  EXPECT_FALSE(queue->take({.worker = "w", .lock_duration = kLock}, {}));
}

TEST_F(BullmqQueueTest, ListsKnowJobsWhoseEventsAreGoneAndThatOthersAdded) {
  const auto queue = open();
  for (int n = 0; n < 40; ++n) queue->add({.name = "old " + std::to_string(n), .data = "{}"});
  EXPECT_EQ(queue->list({}).jobs.size(), 40u);
  for (int n = 0; n < 40; ++n) queue->add({.name = "new " + std::to_string(n), .data = "{}"});
  ask({"XTRIM", "bull:merge:events", "MAXLEN", "0"});
  queue->add({.name = "newest", .data = "{}"});
  const JobPage page = queue->list({.states = {}, .search = {}, .cursor = {}, .limit = 200});
  ASSERT_EQ(page.jobs.size(), 81u);
  EXPECT_EQ(page.jobs[0].name, "newest");
  EXPECT_EQ(page.jobs[80].name, "old 0");
}

TEST_F(BullmqQueueTest, AReaderThatIsTooLateHearsOfTheGap) {
  const auto queue = open();
  queue->add({.name = "a", .data = "{}"});
  const EventId seen = queue->last_event();
  queue->add({.name = "b", .data = "{}"});
  EXPECT_FALSE(queue->read_events(seen, 10, 0ms, {}).gap);
  ask({"XTRIM", "bull:merge:events", "MAXLEN", "1"});
  EXPECT_TRUE(queue->read_events(seen, 10, 0ms, {}).gap);
  ask({"FLUSHALL"});
  EXPECT_TRUE(queue->read_events(seen, 10, 1h, {}).gap) << "the queue was made anew";
}

TEST_F(BullmqQueueTest, ProgressIsToldAtMostFourTimesASecond) {
  const auto queue = open();
  queue->add({.name = "a", .data = "{}"});
  const TakenJob taken = must_take(*queue);
  const auto began = std::chrono::steady_clock::now();
  for (int n = 0; n < 200; ++n)
    EXPECT_EQ(queue->update_progress(taken.lock, std::to_string(n)), LockState::held);
  const auto took = std::chrono::steady_clock::now() - began;
  EXPECT_EQ(queue->get(taken.job.id)->progress, "199");
  std::int64_t told = 0;
  for (const JobEvent& event : queue->read_events({}, 500, 0ms, {}).events)
    told += event.type == JobEventType::progress;
  EXPECT_GE(told, 1);
  EXPECT_LE(told, took / 250ms + 1);
}

TEST_F(BullmqQueueTest, WhatCannotBeReachedSaysSoInOneLine) {
  const Error gone = error_of([] { open_bullmq_queue({.url = "redis://:secret@127.0.0.1:1/0"}); });
  EXPECT_EQ(gone.code(), ErrorCode::unavailable);
  EXPECT_NE(gone.message().find("redis://127.0.0.1:1/0"), std::string::npos);
  EXPECT_EQ(gone.message().find("secret"), std::string::npos);
  const Error denied =
      error_of([&] { open_bullmq_queue({.url = "unix://ops:wrong@" + server_.url().substr(7)}); });
  EXPECT_EQ(denied.code(), ErrorCode::denied);
  EXPECT_EQ(error_of([] { open_bullmq_queue({.url = "rediss://127.0.0.1:1"}); }).code(),
            ErrorCode::invalid_config);
}

}  // namespace
}  // namespace crm
