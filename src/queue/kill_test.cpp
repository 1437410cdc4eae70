#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "base/fd.h"
#include "queue/sqlite.h"
#include "queue/sqlite_job_queue.h"

// Producers and workers in processes of their own are killed at random moments, over and over.
namespace crm {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr int kProducers = 2, kWorkers = 3, kJobsPerProducer = 60, kKills = 120;
constexpr auto kAllJobs = static_cast<std::uint64_t>(kProducers * kJobsPerProducer);

/// What processes saw answered, a line each, however they ended.
void note(int journal, const std::string& line) { write_all(journal, line + "\n", "the journal"); }

void produce(SqliteJobQueue& queue, int journal, int producer) {
  for (int n = 0; n < kJobsPerProducer; ++n) {
    const std::string key = std::to_string(producer) + "-" + std::to_string(n);
    const AddResult added = queue.add({.name = "merge",
                                       .data = "{\"key\":\"" + key + "\"}",
                                       .options = {.priority = n % 3, .attempts = 100},
                                       .idempotency_key = key});
    note(journal, "added " + added.id);
  }
}

void work(SqliteJobQueue& queue, int journal) {
  int taken_so_far = 0;
  while (queue.counts()[JobState::completed] < kAllJobs) {
    queue.check_stalled(1'000'000);
    // An hour: only the death of its owner gives a job back.
    const auto taken = queue.take({.worker = "w", .lock_duration = 1h, .wait = 5ms}, {});
    if (!taken) continue;
    if (queue.update_progress(taken->lock, "{\"percentage\":50}") == LockState::lost) continue;
    if (queue.append_log(taken->lock, "half way") == LockState::lost) continue;
    if (++taken_so_far % 5 == 0) {
      if (queue.fail(taken->lock, {.reason = "unavailable: try again"}) == FailOutcome::lost)
        note(journal, "lost " + taken->job.id);
    } else if (queue.complete(taken->lock, "{\"done\":true}") == LockState::held) {
      note(journal, "completed " + taken->job.id);
    }
  }
}

class KillTest : public testing::Test {
 protected:
  KillTest() {
    std::string name = (fs::temp_directory_path() / "crm-merge-kill-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~KillTest() override { fs::remove_all(folder_); }

  /// Number `role`: first the producers, then the workers.
  pid_t start(int role) {
    const pid_t child = ::fork();
    if (child != 0) return child;
    try {
      const UniqueFd journal(::open((folder_ / "journal").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600));
      const auto queue = open_sqlite_queue(folder_ / "queue.db");
      if (role < kProducers) {
        produce(*queue, journal.get(), role);
      } else {
        work(*queue, journal.get());
      }
    } catch (const std::exception& error) {
      ::write(2, error.what(), std::char_traits<char>::length(error.what()));
      ::_exit(1);
    }
    ::_exit(0);
  }

  /// Waits for `child`; true if it was killed, and it must have ended well otherwise.
  static bool was_killed(pid_t child) {
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    if (WIFSIGNALED(status)) return true;
    EXPECT_EQ(WEXITSTATUS(status), 0);
    return false;
  }

  std::map<std::string, std::map<JobId, int>> journal() const {
    std::map<std::string, std::map<JobId, int>> lines;
    std::ifstream file(folder_ / "journal");
    for (std::string what, id; file >> what >> id;) ++lines[what][id];
    return lines;
  }

  fs::path folder_;
};

TEST_F(KillTest, NoJobIsLostOrCompletedTwiceHoweverOftenProcessesAreKilled) {
  std::mt19937 random(20261122);
  std::vector<pid_t> children;
  for (int role = 0; role < kProducers + kWorkers; ++role) children.push_back(start(role));
  for (int kills = 0; kills < kKills; ++kills) {
    // Some die while they open the queue, some in the middle of their work.
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 20'000));
    const auto role = random() % children.size();
    ::kill(children[role], SIGKILL);
    was_killed(children[role]);
    children[role] = start(static_cast<int>(role));
  }
  for (const pid_t child : children) EXPECT_FALSE(was_killed(child));

  const auto queue = open_sqlite_queue(folder_ / "queue.db");
  EXPECT_EQ(queue->counts()[JobState::completed], kAllJobs);
  std::map<JobId, int> completions;
  for (EventId after;;) {
    const auto batch = queue->read_events(after, kMaxEventsAtOnce, 0ms, {});
    EXPECT_FALSE(batch.gap);
    if (batch.events.empty()) break;
    after = batch.events.back().id;
    for (const JobEvent& event : batch.events)
      completions[event.job_id] += event.type == JobEventType::completed;
  }
  auto seen = journal();
  EXPECT_EQ(seen["added"].size(), kAllJobs) << "each key is one job";
  for (const auto& [id, times] : seen["added"]) {
    EXPECT_EQ(completions[id], 1) << id;
    EXPECT_LE(seen["completed"][id], 1) << id;
    EXPECT_EQ(queue->get(id)->result, "{\"done\":true}");
  }
  sqlite::Database database(folder_ / "queue.db");
  auto check = database.query("PRAGMA integrity_check");
  ASSERT_TRUE(check.step());
  EXPECT_EQ(check.text(0), "ok");
}

}  // namespace
}  // namespace crm
