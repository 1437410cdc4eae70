#include "queue/job_queue_suite.h"

#include <algorithm>
#include <set>

#include "base/error.h"

// The producers' and readers' half of the suite.
namespace crm {
namespace {

using namespace std::chrono_literals;
using testing::Test;

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(JobQueueSuite);

template <class Action>
ErrorCode code_of(Action&& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  ADD_FAILURE() << "no error";
  return ErrorCode::internal;
}

std::vector<std::string> names_of(const std::vector<Job>& jobs) {
  std::vector<std::string> names;
  for (const Job& job : jobs) names.push_back(job.name);
  return names;
}

using Names = std::vector<std::string>;

TEST_P(JobQueueSuite, ANewJobWaitsAsItWasPut) {
  NewJob wanted;
  wanted.name = "merge";
  wanted.data = R"({"original": {"uri": "s3://b/naïve \"crm\".csv"}, "n": 123456789012345678})";
  wanted.options = {
      .priority = 7, .delay = 0ms, .attempts = 4, .backoff = {Backoff::Kind::exponential, 250ms}};
  wanted.submitted_by = "ops";
  const AddResult added = queue().add(wanted);
  EXPECT_FALSE(added.existed);
  const Job there = job(added.id);
  EXPECT_EQ(there.id, added.id);
  EXPECT_EQ(there.state, JobState::waiting);
  EXPECT_EQ(there.name, wanted.name);
  EXPECT_EQ(there.data, wanted.data);
  EXPECT_EQ(there.options.priority, 7);
  EXPECT_EQ(there.options.attempts, 4);
  EXPECT_EQ(there.options.backoff.kind, Backoff::Kind::exponential);
  EXPECT_EQ(there.options.backoff.delay, 250ms);
  EXPECT_EQ(there.submitted_by, "ops");
  EXPECT_EQ(there.attempts_made, 0);
  EXPECT_FALSE(there.finished_at);
}

TEST_P(JobQueueSuite, IdsAreSafeInUrlsAndPathsAndNeverTheSame) {
  std::set<JobId> ids;
  for (int n = 0; n < 50; ++n) ids.insert(add("merge"));
  EXPECT_EQ(ids.size(), 50u);
  for (const JobId& id : ids) {
    EXPECT_TRUE(!id.empty() && id.size() <= 128);
    EXPECT_EQ(id.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-"),
              std::string::npos);
  }
}

TEST_P(JobQueueSuite, DataAtTheLimitIsKeptAndOneByteMoreIsRefused) {
  const std::string largest = '"' + std::string(kMaxJobDataBytes - 2, 'x') + '"';
  EXPECT_EQ(job(add("large", {}, largest)).data, largest);
  EXPECT_EQ(code_of([&] { add("larger", {}, " " + largest); }), ErrorCode::invalid_input);
  EXPECT_EQ(queue().counts()[JobState::waiting], 1u);
}

TEST_P(JobQueueSuite, AJobThatCannotBeRightIsRefusedAndNotKept) {
  const std::vector<NewJob> wrong = {
      {.name = "", .data = "{}"},
      {.name = "merge", .data = ""},
      {.name = "merge", .data = "{\"a\": "},
      {.name = "merge", .data = "\"\xFF\""},
      {.name = std::string("a\0b", 3), .data = "{}"},
      {.name = "merge", .data = "{}", .options = {.priority = -1}},
      {.name = "merge", .data = "{}", .options = {.priority = kMaxPriority + 1}},
      {.name = "merge", .data = "{}", .options = {.attempts = 0}},
      {.name = "merge", .data = "{}", .options = {.delay = -1ms}},
      {.name = "merge", .data = "{}", .idempotency_key = std::string(256, 'k')},
  };
  for (std::size_t n = 0; n < wrong.size(); ++n) {
    EXPECT_EQ(code_of([&] { queue().add(wrong[n]); }), ErrorCode::invalid_input) << "case " << n;
  }
  EXPECT_TRUE(queue().list({}).jobs.empty());
}

TEST_P(JobQueueSuite, AnIdempotencyKeyGivesTheSameJobAgain) {
  NewJob wanted{.name = "merge", .data = "{\"a\":1}", .idempotency_key = "order-7"};
  const AddResult first = queue().add(wanted), second = queue().add(wanted);
  EXPECT_EQ(second.id, first.id);
  EXPECT_FALSE(first.existed);
  EXPECT_TRUE(second.existed);
  EXPECT_EQ(queue().counts()[JobState::waiting], 1u);

  const TakenJob taken = must_take();
  EXPECT_EQ(queue().complete(taken.lock, "null"), LockState::held);
  EXPECT_TRUE(queue().add(wanted).existed) << "a finished job still has its key";
}

TEST_P(JobQueueSuite, AnIdempotencyKeyOfAnotherJobIsAConflict) {
  NewJob wanted{.name = "merge", .data = "{\"a\":1}", .idempotency_key = "order-7"};
  queue().add(wanted);
  wanted.data = "{\"a\":2}";
  EXPECT_EQ(code_of([&] { queue().add(wanted); }), ErrorCode::conflict);
}

TEST_P(JobQueueSuite, AnIdempotencyKeyIsFreeOnceItsJobIsRemoved) {
  const NewJob wanted{.name = "merge", .data = "{}", .idempotency_key = "k"};
  EXPECT_EQ(queue().remove(queue().add(wanted).id), RemoveOutcome::removed);
  EXPECT_FALSE(queue().add(wanted).existed);
}

TEST_P(JobQueueSuite, AnUnknownJobIsNotThere) {
  for (const JobId& id : {JobId("no-such-job"), JobId(""), JobId("'; --")}) {
    EXPECT_FALSE(queue().get(id));
    EXPECT_FALSE(queue().log(id, 0, 10));
    EXPECT_EQ(queue().cancel(id), CancelOutcome::not_found);
    EXPECT_EQ(queue().retry(id), RetryOutcome::not_found);
    EXPECT_EQ(queue().remove(id), RemoveOutcome::not_found);
  }
}

TEST_P(JobQueueSuite, AListHasTheNewestFirst) {
  add("a"), add("b"), add("c");
  EXPECT_EQ(names_of(queue().list({}).jobs), (Names{"c", "b", "a"}));
}

TEST_P(JobQueueSuite, PagesOfAListNeitherRepeatNorLeaveOutWhileJobsCome) {
  for (int n = 0; n < 7; ++n) add("old " + std::to_string(n));
  JobQuery query;
  query.limit = 3;
  Names names;
  for (int pages = 0; pages < 5; ++pages) {
    const JobPage page = queue().list(query);
    for (const Job& job : page.jobs) names.push_back(job.name);
    add("new");
    if (!page.next) break;
    query.cursor = *page.next;
  }
  EXPECT_EQ(names, (Names{"old 6", "old 5", "old 4", "old 3", "old 2", "old 1", "old 0"}));
}

TEST_P(JobQueueSuite, APageOfExactlyTheRestIsTheLast) {
  add("a"), add("b");
  JobQuery query;
  query.limit = 2;
  EXPECT_FALSE(queue().list(query).next);
}

TEST_P(JobQueueSuite, APageHoldsNoMoreThanItsBytes) {
  const std::string megabyte = '"' + std::string(kMaxJobDataBytes - 2, 'x') + '"';
  for (int n = 0; n < 10; ++n) add("large", {}, megabyte);
  const JobPage page = queue().list({});
  EXPECT_LE(page.jobs.size(), kMaxPageBytes / kMaxJobDataBytes);
  ASSERT_TRUE(page.next);
  JobQuery rest;
  rest.cursor = *page.next;
  EXPECT_EQ(page.jobs.size() + queue().list(rest).jobs.size(), 10u);
}

TEST_P(JobQueueSuite, AListCanBeOfSomeStates) {
  add("to cancel"), add("to take"), add("to wait");
  EXPECT_EQ(queue().cancel(queue().list({}).jobs.back().id), CancelOutcome::cancelled);
  must_take();
  JobQuery query;
  query.states = {JobState::cancelled, JobState::active};
  EXPECT_EQ(names_of(queue().list(query).jobs), (Names{"to take", "to cancel"}));
  query.states = {JobState::waiting};
  EXPECT_EQ(names_of(queue().list(query).jobs), (Names{"to wait"}));
  query.states = {JobState::failed};
  EXPECT_TRUE(queue().list(query).jobs.empty());
}

TEST_P(JobQueueSuite, ASearchFindsPartsOfNameDataAndId) {
  const JobId id = add("Weekly merge", {}, R"({"original": {"uri": "s3://b/Acme 100%.csv"}})");
  add("other", {}, R"({"original": {"uri": "s3://b/x.csv"}})");
  for (const std::string& part : {std::string("weekly"), std::string("acme 100%.CSV"), id}) {
    JobQuery query;
    query.search = part;
    EXPECT_EQ(names_of(queue().list(query).jobs), (Names{"Weekly merge"})) << part;
  }
  JobQuery none;
  none.search = "1000";
  EXPECT_TRUE(queue().list(none).jobs.empty());
}

TEST_P(JobQueueSuite, AQueryThatCannotBeRightIsRefused) {
  JobQuery cursor, none, many;
  cursor.cursor = "not a cursor";
  none.limit = 0;
  many.limit = kMaxPageJobs + 1;
  for (const JobQuery& query : {cursor, none, many}) {
    EXPECT_EQ(code_of([&] { queue().list(query); }), ErrorCode::invalid_input);
  }
}

TEST_P(JobQueueSuite, CountsAreByState) {
  add("a"), add("b"), add("later", {.delay = 10s});
  const TakenJob done = must_take();
  EXPECT_EQ(queue().complete(done.lock, "null"), LockState::held);
  must_take();
  const JobCounts counts = queue().counts();
  EXPECT_EQ(counts[JobState::waiting], 0u);
  EXPECT_EQ(counts[JobState::active], 1u);
  EXPECT_EQ(counts[JobState::delayed], 1u);
  EXPECT_EQ(counts[JobState::completed], 1u);
}

TEST_P(JobQueueSuite, AWaitingOrDelayedJobIsCancelledAtOnceAndNeverTaken) {
  const JobId waiting = add("a"), delayed = add("b", {.delay = 1s});
  EXPECT_EQ(queue().cancel(waiting), CancelOutcome::cancelled);
  EXPECT_EQ(queue().cancel(delayed), CancelOutcome::cancelled);
  EXPECT_EQ(job(waiting).state, JobState::cancelled);
  EXPECT_TRUE(job(delayed).finished_at);
  pass(2s);
  EXPECT_FALSE(take());
  EXPECT_EQ(queue().cancel(waiting), CancelOutcome::already_finished);
}

TEST_P(JobQueueSuite, ARetriedJobHasAllItsAttemptsAgain) {
  const JobId id = add("a", {.attempts = 2});
  EXPECT_EQ(queue().fail(must_take().lock, {.reason = "invalid_input: no identifier", .retryable = false}),
            FailOutcome::failed);
  EXPECT_EQ(queue().retry(id), RetryOutcome::queued);
  EXPECT_EQ(job(id).state, JobState::waiting);
  EXPECT_EQ(job(id).failed_reason, "");
  EXPECT_EQ(job(id).attempts_made, 0);
  EXPECT_EQ(queue().fail(must_take().lock, {.reason = "unavailable: x"}), FailOutcome::will_retry);
  EXPECT_EQ(queue().fail(must_take().lock, {.reason = "unavailable: x"}), FailOutcome::failed);
}

TEST_P(JobQueueSuite, ACancelledJobCanBeRetriedAndIsNotCancelledAgain) {
  const JobId id = add("a");
  EXPECT_EQ(queue().cancel(id), CancelOutcome::cancelled);
  EXPECT_EQ(queue().retry(id), RetryOutcome::queued);
  const TakenJob taken = must_take();
  EXPECT_FALSE(taken.job.cancel_requested);
  EXPECT_TRUE(queue().wait_for_cancel({&taken.lock, 1}, 0ms, {}).empty());
}

TEST_P(JobQueueSuite, OnlyFailedAndCancelledJobsCanBeRetried) {
  const JobId id = add("a");
  EXPECT_EQ(queue().retry(id), RetryOutcome::not_failed);
  const TakenJob taken = must_take();
  EXPECT_EQ(queue().retry(id), RetryOutcome::not_failed);
  EXPECT_EQ(queue().complete(taken.lock, "null"), LockState::held);
  EXPECT_EQ(queue().retry(id), RetryOutcome::not_failed);
}

TEST_P(JobQueueSuite, ARemovedJobIsGoneWithItsLogAndItsEventsTellOnlyThat) {
  const JobId id = add("a");
  const TakenJob taken = must_take();
  EXPECT_EQ(queue().remove(id), RemoveOutcome::active);
  EXPECT_EQ(queue().append_log(taken.lock, "fetched"), LockState::held);
  EXPECT_EQ(queue().complete(taken.lock, "{\"rows\":1}"), LockState::held);
  EXPECT_EQ(queue().remove(id), RemoveOutcome::removed);
  EXPECT_FALSE(queue().get(id));
  EXPECT_FALSE(queue().log(id, 0, 10));
  const EventBatch events = queue().read_events({}, 100, 0ms, {});
  ASSERT_EQ(events.events.size(), 1u);
  EXPECT_EQ(events.events[0].type, JobEventType::removed);
  EXPECT_EQ(queue().remove(id), RemoveOutcome::not_found);
}

TEST_P(JobQueueSuite, FinishedJobsExpireByAge) {
  const JobId old = add("old");
  EXPECT_EQ(queue().complete(must_take().lock, "null"), LockState::held);
  pass(300ms);
  add("young");
  EXPECT_EQ(queue().complete(must_take().lock, "null"), LockState::held);
  add("never finished");
  RetentionPolicy policy;
  EXPECT_TRUE(queue().expired(policy, 10).empty());
  policy.completed.age = 200ms;
  EXPECT_EQ(queue().expired(policy, 10), std::vector<JobId>{old});
}

TEST_P(JobQueueSuite, FinishedJobsExpireByCountOfTheirState) {
  std::vector<JobId> ids;
  for (int n = 0; n < 4; ++n) {
    ids.push_back(add("a"));
    EXPECT_EQ(queue().fail(must_take().lock, {.reason = "internal: x"}), FailOutcome::failed);
    pass(2ms);
  }
  add("b");
  EXPECT_EQ(queue().complete(must_take().lock, "null"), LockState::held);
  RetentionPolicy policy;
  policy.failed.count = 1;
  EXPECT_EQ(queue().expired(policy, 10), (std::vector<JobId>{ids[0], ids[1], ids[2]}));
  EXPECT_EQ(queue().expired(policy, 2), (std::vector<JobId>{ids[0], ids[1]}));
  policy.failed.count = 0;
  EXPECT_EQ(queue().expired(policy, 10).size(), 4u);
}

}  // namespace
}  // namespace crm
