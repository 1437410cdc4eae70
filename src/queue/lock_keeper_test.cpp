#include "queue/lock_keeper.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <condition_variable>
#include <filesystem>
#include <thread>

#include "base/error.h"
#include "base/manual_clock.h"
#include "queue/sqlite.h"
#include "queue/sqlite_job_queue.h"

namespace crm {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

void wait_for_stop(const std::stop_token& token) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock(mutex);
  // The limit only ends a test that failed.
  changed.wait_for(lock, token, 30s, [] { return false; });
}

class LockKeeperTest : public testing::Test {
 protected:
  LockKeeperTest() {
    std::string name = (fs::temp_directory_path() / "crm-merge-keeper-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    queue_ = open_sqlite_queue(folder_ / "queue.db", clock_);
  }
  ~LockKeeperTest() override {
    queue_.reset();
    fs::remove_all(folder_);
  }

  TakenJob add_and_take() {
    queue_->add({.name = "a", .data = "{}"});
    return queue_->take({.worker = "w", .lock_duration = kOptions.lock_duration}, {}).value();
  }

  static constexpr LockKeeper::Options kOptions{.lock_duration = 60s, .renew_every = 20s};
  fs::path folder_;
  ManualClock clock_;
  std::unique_ptr<SqliteJobQueue> queue_;
};

TEST_F(LockKeeperTest, AHeldLockOutlastsItsDurationManyTimes) {
  const TakenJob taken = add_and_take();
  LockKeeper keeper(*queue_, clock_, kOptions);
  const auto held = keeper.hold(taken.lock);
  sqlite::Database database(folder_ / "queue.db");
  for (int n = 0; n < 10; ++n) {
    clock_.advance(kOptions.renew_every + 1s);
    const auto renewed = (clock_.steady_now() + kOptions.lock_duration).time_since_epoch().count();
    while (database.integer("SELECT lock_until FROM jobs") < renewed) std::this_thread::yield();
    EXPECT_TRUE(queue_->check_stalled(3).back_in_line.empty());
  }
  EXPECT_EQ(held->reason(), StopReason::none);
  EXPECT_EQ(queue_->complete(taken.lock, "null"), LockState::held);
}

TEST_F(LockKeeperTest, ALostLockStopsTheJob) {
  const TakenJob taken = add_and_take();
  LockKeeper keeper(*queue_, clock_, kOptions);
  const auto held = keeper.hold(taken.lock);
  EXPECT_EQ(queue_->hand_back(taken.lock), LockState::held);
  clock_.advance(21s);
  wait_for_stop(held->stop_token());
  EXPECT_EQ(held->reason(), StopReason::lock_lost);
}

TEST_F(LockKeeperTest, ARequestToCancelStopsOnlyItsJob) {
  const TakenJob cancelled = add_and_take(), other = add_and_take();
  LockKeeper keeper(*queue_, clock_, kOptions);
  const auto held = keeper.hold(cancelled.lock), held_other = keeper.hold(other.lock);
  EXPECT_EQ(queue_->cancel(cancelled.job.id), CancelOutcome::requested);
  clock_.advance(300ms);  // the listener may have begun to wait before the second was held
  wait_for_stop(held->stop_token());
  EXPECT_EQ(held->reason(), StopReason::cancelled);
  EXPECT_FALSE(held_other->stop_token().stop_requested());
}

/// A queue whose server is gone.
class SilentQueue final : public JobQueue {
 public:
  AddResult add(const NewJob&) override { fail(); }
  std::optional<Job> get(const JobId&) override { fail(); }
  JobPage list(const JobQuery&) override { fail(); }
  JobCounts counts() override { fail(); }
  std::optional<LogPage> log(const JobId&, std::uint64_t, std::size_t) override { fail(); }
  CancelOutcome cancel(const JobId&) override { fail(); }
  RetryOutcome retry(const JobId&) override { fail(); }
  RemoveOutcome remove(const JobId&) override { fail(); }
  std::vector<JobId> expired(const RetentionPolicy&, std::size_t) override { fail(); }
  EventId last_event() override { fail(); }
  EventBatch read_events(const EventId&, std::size_t, std::chrono::milliseconds, std::stop_token) override {
    fail();
  }
  std::optional<TakenJob> take(const TakeOptions&, std::stop_token) override { fail(); }
  std::vector<JobId> renew(std::span<const JobLock>, std::chrono::milliseconds) override { fail(); }
  std::vector<JobId> wait_for_cancel(std::span<const JobLock>, std::chrono::milliseconds,
                                     std::stop_token) override {
    fail();
  }
  LockState update_progress(const JobLock&, std::string_view) override { fail(); }
  LockState append_log(const JobLock&, std::string_view) override { fail(); }
  LockState complete(const JobLock&, std::string_view) override { fail(); }
  FailOutcome fail(const JobLock&, const Failure&) override { fail(); }
  LockState cancelled(const JobLock&) override { fail(); }
  LockState hand_back(const JobLock&) override { fail(); }
  StalledJobs check_stalled(int) override { fail(); }

 private:
  [[noreturn]] static void fail() { throw Error(ErrorCode::unavailable, "the queue does not answer"); }
};

TEST_F(LockKeeperTest, AQueueThatDoesNotAnswerLosesTheLockWhenItRunsOutAndNotBefore) {
  SilentQueue silent;
  LockKeeper keeper(silent, clock_, kOptions);
  const auto held = keeper.hold({.id = "a", .token = "t"});
  clock_.advance(kOptions.lock_duration - 1s);
  EXPECT_EQ(held->reason(), StopReason::none);
  clock_.advance(2s);
  wait_for_stop(held->stop_token());
  EXPECT_EQ(held->reason(), StopReason::lock_lost);
}

TEST_F(LockKeeperTest, RenewingTooSeldomIsRefused) {
  EXPECT_THROW(LockKeeper(*queue_, clock_, {.lock_duration = 10s, .renew_every = 10s}), Error);
}

}  // namespace
}  // namespace crm
