#include "queue/sqlite_job_queue.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "base/error.h"
#include "base/manual_clock.h"
#include "queue/job_queue_suite.h"
#include "queue/sqlite_schema.h"

namespace crm {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class TempFolder {
 public:
  TempFolder() {
    std::string name = (fs::temp_directory_path() / "crm-merge-queue-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TempFolder() { fs::remove_all(path_); }
  fs::path operator/(const char* name) const { return path_ / name; }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

class EmbeddedHarness final : public JobQueueHarness {
 public:
  JobQueue& queue() override { return *queue_; }
  void pass(std::chrono::milliseconds span) override { clock_.advance(span); }

 private:
  TempFolder folder_;
  ManualClock clock_;
  std::unique_ptr<SqliteJobQueue> queue_ = open_sqlite_queue(folder_ / "queue.db", clock_);
};

INSTANTIATE_TEST_SUITE_P(Sqlite, JobQueueSuite,
                         testing::Values(JobQueueMaker{"embedded",
                                                       [] { return std::make_unique<EmbeddedHarness>(); }}),
                         job_queue_maker_name);

NewJob new_job(const std::string& name, JobOptions options = {}) {
  return {.name = name, .data = "{}", .options = options};
}

Error error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "no error";
  return Error(ErrorCode::internal, "");
}

class SqliteJobQueueTest : public testing::Test {
 protected:
  std::unique_ptr<SqliteJobQueue> open() { return open_sqlite_queue(file_, clock_); }

  TempFolder folder_;
  fs::path file_ = folder_ / "queue.db";
  ManualClock clock_;
};

TEST_F(SqliteJobQueueTest, EverythingIsThereAfterItWasClosed) {
  JobId done, waiting;
  {
    const auto queue = open();
    done = queue->add(new_job("done")).id;
    const auto taken = queue->take({}, {});
    ASSERT_TRUE(taken);
    EXPECT_EQ(queue->append_log(taken->lock, "line"), LockState::held);
    EXPECT_EQ(queue->complete(taken->lock, "{\"rows\":3}"), LockState::held);
    waiting = queue->add(new_job("waiting", {.priority = 2})).id;
  }
  const auto queue = open();
  EXPECT_EQ(queue->get(done)->result, "{\"rows\":3}");
  EXPECT_EQ(queue->log(done, 0, 1)->lines, std::vector<std::string>{"line"});
  EXPECT_EQ(queue->take({}, {})->job.id, waiting);
  EXPECT_EQ(queue->read_events({}, 100, 0ms, {}).events.size(), 5u);
}

TEST_F(SqliteJobQueueTest, OnlyItsOwnerCanReadTheFile) {
  open()->add(new_job("a"));
  struct stat status = {};
  ASSERT_EQ(::stat(file_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(SqliteJobQueueTest, JobsOfAUserThatIsGoneAreTakenUpAtOnce) {
  JobId id;
  {
    const auto gone = open();
    id = gone->add(new_job("a")).id;
    ASSERT_TRUE(gone->take({.worker = "gone", .lock_duration = 1h}, {}));
  }
  const auto queue = open();
  EXPECT_EQ(queue->check_stalled(3).back_in_line, std::vector<JobId>{id});
}

TEST_F(SqliteJobQueueTest, JobsOfAnotherLivingUserAreLeftAlone) {
  const auto other = open(), queue = open();
  other->add(new_job("a"));
  ASSERT_TRUE(other->take({.worker = "other", .lock_duration = 1h}, {}));
  EXPECT_TRUE(queue->check_stalled(3).back_in_line.empty());
  EXPECT_FALSE(queue->take({}, {}));
}

TEST_F(SqliteJobQueueTest, TheCalendarSetForwardTakesNoLock) {
  const auto queue = open();
  queue->add(new_job("a"));
  const auto taken = queue->take({.worker = "w", .lock_duration = 1min}, {});
  clock_.jump_wall(24h);
  EXPECT_TRUE(queue->check_stalled(3).back_in_line.empty());
  EXPECT_EQ(queue->complete(taken->lock, "null"), LockState::held);
}

TEST_F(SqliteJobQueueTest, TheCalendarSetBackHoldsUpNoDelayedJob) {
  const auto queue = open();
  queue->add(new_job("a", {.delay = 1s}));
  clock_.jump_wall(-24h);
  clock_.advance(1001ms);
  EXPECT_TRUE(queue->take({}, {}));
}

TEST_F(SqliteJobQueueTest, AnotherUserOfTheFileHearsOfJobsEventsAndCancels) {
  const auto one = open_sqlite_queue(file_), other = open_sqlite_queue(file_);
  std::optional<TakenJob> taken;
  EventBatch events;
  std::thread worker([&] { taken = other->take({.worker = "w", .lock_duration = 1min, .wait = 1min}, {}); });
  std::thread reader([&] { events = other->read_events({}, 10, 1min, {}); });
  const JobId id = one->add(new_job("a")).id;
  worker.join();
  reader.join();
  ASSERT_TRUE(taken);
  EXPECT_FALSE(events.events.empty());

  std::vector<JobId> heard;
  std::thread listener([&] { heard = other->wait_for_cancel({&taken->lock, 1}, 1min, {}); });
  EXPECT_EQ(one->cancel(id), CancelOutcome::requested);
  listener.join();
  EXPECT_EQ(heard, std::vector<JobId>{id});
  static_assert(kQueuePoll <= 500ms, "a request to cancel is to be heard within a second");
}

TEST_F(SqliteJobQueueTest, AJobHasOneProgressEvent) {
  const auto queue = open();
  queue->add(new_job("a"));
  const auto taken = queue->take({}, {});
  for (int n = 0; n < 50; ++n) {
    EXPECT_EQ(queue->update_progress(taken->lock, std::to_string(n)), LockState::held);
  }
  const auto events = queue->read_events({}, 100, 0ms, {}).events;
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events.back().text, "49");
}

TEST_F(SqliteJobQueueTest, TheHistoryIsBoundedAndALateReaderHearsThatItMissedSome) {
  const auto queue = open();
  queue->add(new_job("a"));
  const EventId early = queue->last_event();
  const auto taken = queue->take({}, {});
  for (std::size_t n = 0; n < kMaxEventHistory + 200; ++n) {
    EXPECT_EQ(queue->update_progress(taken->lock, "1"), LockState::held);
  }
  EXPECT_TRUE(queue->read_events(early, 10, 0ms, {}).gap);
  EXPECT_FALSE(queue->read_events(queue->last_event(), 10, 0ms, {}).gap);
}

TEST_F(SqliteJobQueueTest, AnEventIdOfAnEarlierFileIsAGap) {
  const auto queue = open();
  queue->add(new_job("a"));
  EXPECT_TRUE(queue->read_events("1000", 10, 0ms, {}).gap);
}

// --- versions and copies

constexpr sqlite::Migration kNextVersion = "ALTER TABLE jobs ADD COLUMN colour TEXT NOT NULL DEFAULT 'red'";

std::vector<sqlite::Migration> with_next_version() {
  const auto released = sqlite::queue_migrations();
  std::vector<sqlite::Migration> migrations(released.begin(), released.end());
  migrations.push_back(kNextVersion);
  return migrations;
}

std::vector<fs::path> backups_in(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".bak") found.push_back(entry.path());
  }
  return found;
}

TEST_F(SqliteJobQueueTest, AnOlderSchemaIsCopiedAndMigrated) {
  const JobId id = open()->add(new_job("a")).id;
  sqlite::Database database(file_);
  sqlite::migrate(database, with_next_version(), clock_.wall_now());
  EXPECT_TRUE(sqlite::is_current(database, with_next_version()));
  EXPECT_EQ(database.integer("SELECT count(*) FROM jobs WHERE colour = 'red'"), 1);

  const auto copies = backups_in(folder_.path());
  ASSERT_EQ(copies.size(), 1u);
  EXPECT_TRUE(open_sqlite_queue(copies[0], clock_)->get(id)) << "the copy is the queue as it was";
}

TEST_F(SqliteJobQueueTest, AMigrationThatFailsChangesNothing) {
  const JobId id = open()->add(new_job("a")).id;
  auto migrations = with_next_version();
  migrations.push_back("ALTER TABLE no_such_table ADD COLUMN x");
  {
    sqlite::Database database(file_);
    EXPECT_THROW(sqlite::migrate(database, migrations, clock_.wall_now()), Error);
  }
  EXPECT_TRUE(open()->get(id));
}

TEST_F(SqliteJobQueueTest, ANewerSchemaIsRefused) {
  open()->add(new_job("a"));
  {
    sqlite::Database database(file_);
    sqlite::migrate(database, with_next_version(), clock_.wall_now());
  }
  const Error error = error_of([&] { open(); });
  EXPECT_EQ(error.code(), ErrorCode::invalid_config);
  EXPECT_NE(error.message().find("version 2"), std::string::npos) << error.message();
}

TEST_F(SqliteJobQueueTest, AnotherProgramsDatabaseIsRefusedAndLeftAlone) {
  {
    sqlite::Database database(file_);
    database.execute("CREATE TABLE songs (title TEXT)");
  }
  const auto before = fs::file_size(file_);
  EXPECT_EQ(error_of([&] { open(); }).code(), ErrorCode::invalid_config);
  EXPECT_EQ(fs::file_size(file_), before);
}

TEST_F(SqliteJobQueueTest, AFileThatIsNoDatabaseIsRefused) {
  std::ofstream(file_) << std::string(5000, 'x');
  EXPECT_EQ(error_of([&] { open(); }).code(), ErrorCode::invalid_config);
}

TEST_F(SqliteJobQueueTest, AFolderThatIsNotThereIsNamed) {
  const Error error = error_of([&] { open_sqlite_queue(folder_ / "none/queue.db"); });
  EXPECT_NE(error.message().find("none"), std::string::npos);
}

TEST_F(SqliteJobQueueTest, ABackupIsTheQueueAtThatMoment) {
  const auto queue = open();
  const JobId id = queue->add(new_job("a")).id;
  queue->backup(folder_ / "copy.db");
  queue->add(new_job("b"));
  const auto copy = open_sqlite_queue(folder_ / "copy.db", clock_);
  EXPECT_TRUE(copy->get(id));
  EXPECT_EQ(copy->counts()[JobState::waiting], 1u);
  EXPECT_EQ(error_of([&] { queue->backup(folder_ / "copy.db"); }).code(), ErrorCode::conflict);
}

TEST_F(SqliteJobQueueTest, AJobThatWasActiveInABackupRunsAgain) {
  const auto queue = open();
  queue->add(new_job("a"));
  ASSERT_TRUE(queue->take({.worker = "w", .lock_duration = 1h}, {}));
  queue->backup(folder_ / "copy.db");
  const auto copy = open_sqlite_queue(folder_ / "copy.db", clock_);
  EXPECT_EQ(copy->check_stalled(3).back_in_line.size(), 1u);
}

TEST_F(SqliteJobQueueTest, AFullDiskIsSaidAndTheQueueIsUnharmed) {
  const auto queue = open();
  queue->add(new_job("a"));
  // SQLite's own limit stands in for the disk: the same result code on the same path.
  sqlite::Database database(file_);
  database.execute("PRAGMA max_page_count = " + std::to_string(database.integer("PRAGMA page_count")));
  const Error error = error_of([&] {
    sqlite::Transaction transaction(database, sqlite::Durability::power);
    database.query("INSERT INTO events (type, job_id, at, text) VALUES (0, 'x', 0, ?1)")
        .bind(std::string(1 << 20, 'x'))
        .run();
    transaction.commit();
  });
  EXPECT_EQ(error.code(), ErrorCode::limit_exceeded);
  EXPECT_NE(error.message().find("free some space"), std::string::npos);
  EXPECT_EQ(queue->read_events({}, 10, 0ms, {}).events.size(), 1u);
}

}  // namespace
}  // namespace crm
