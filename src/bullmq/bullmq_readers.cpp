#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "bullmq/bullmq_queue.h"
#include "bullmq/event_stream.h"
#include "queue/job_rules.h"

// What readers ask: jobs, lists, counts, logs, events.
namespace crm::bullmq {
namespace {

using std::chrono::milliseconds;

/// One page of a list looks at so many jobs and no more.
constexpr std::size_t kMaxSearchedJobs = 5'000;
/// Jobs are read in such bunches: their data may be large.
constexpr std::size_t kJobsAtOnce = 16;
/// Up to so many jobs of the states that are asked for, the list is made from these alone.
constexpr std::int64_t kFewJobs = 2'000;
constexpr std::size_t kExpiredAtOnce = 500;
/// Cancelled jobs that are gone stay in their set until there are so many.
constexpr std::int64_t kMaxForgotten = 1'000;
constexpr milliseconds kLongestBlock{5'000};
constexpr milliseconds kLate{5'000};
/// The score of a delayed job is its time by so much, plus a number.
constexpr double kDelayedScale = 4096;

struct Stopped {};

bool contains_folded(std::string_view text, std::string_view part) {
  const auto fold = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::search(text.begin(), text.end(), part.begin(), part.end(),
                     [&](char a, char b) { return fold(a) == fold(b); }) != text.end();
}

bool matches(const Job& job, const JobQuery& query) {
  const std::string_view part = query.search;
  const bool is_wanted =
      query.states.empty() || std::ranges::find(query.states, job.state) != query.states.end();
  return is_wanted && (part.empty() || contains_folded(job.id, part) || contains_folded(job.name, part) ||
                       contains_folded(job.submitted_by, part) || contains_folded(job.data, part));
}

/// The keys that hold the jobs of a state (and maybe of others): lists, then sorted sets.
struct Places {
  std::vector<const char*> lists, sets;
};

Places places_of(JobState state) {
  switch (state) {
    case JobState::waiting:
      return {{"wait", "paused"}, {"prioritized", "waiting-children"}};
    case JobState::active:
      return {{"active"}, {}};
    case JobState::delayed:
      return {{}, {"delayed"}};
    case JobState::completed:
      return {{}, {"completed"}};
    case JobState::failed:
    case JobState::cancelled:
      return {{}, {"failed"}};
  }
  return {};
}

/// All jobs in these states; nothing when there are many.
std::optional<std::vector<std::string>> few_ids(RedisConnection& redis, const Keys& keys,
                                                const std::vector<JobState>& states) {
  if (states.empty()) return std::nullopt;
  Places places;
  for (const JobState state : states) {
    const Places more = places_of(state);
    places.lists.insert(places.lists.end(), more.lists.begin(), more.lists.end());
    places.sets.insert(places.sets.end(), more.sets.begin(), more.sets.end());
  }
  std::vector<RedisCommand> sizes, reads;
  for (const char* name : places.lists)
    sizes.push_back({"LLEN", keys(name)}), reads.push_back({"LRANGE", keys(name), "0", "-1"});
  for (const char* name : places.sets)
    sizes.push_back({"ZCARD", keys(name)}), reads.push_back({"ZRANGE", keys(name), "0", "-1"});
  std::int64_t total = 0;
  for (const RedisReply& size : redis.ask_all(sizes)) total += size.integer;
  if (total > kFewJobs) return std::nullopt;
  std::vector<std::string> ids;
  for (const RedisReply& found : redis.ask_all(reads)) {
    for (const RedisReply& id : found.list) ids.push_back(id.text);
  }
  std::ranges::sort(ids);
  ids.erase(std::ranges::unique(ids).begin(), ids.end());
  return ids;
}

std::int64_t parse_cursor(const std::string& cursor) {
  if (cursor.empty()) return JobIndex::kNewest;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(cursor.data(), cursor.data() + cursor.size(), number);
  if (error != std::errc() || end != cursor.data() + cursor.size() || number < 0) throw_bad_cursor("cursor");
  return number;
}

double to_double(const std::string& text) {
  double number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// Walks through candidates, from the index or from few of them, the newest first.
class Candidates {
 public:
  Candidates(RedisConnection& redis, const JobIndex& index, const Keys& keys, const JobQuery& query,
             std::int64_t before)
      : redis_(redis), index_(index), before_(before) {
    if (const auto ids = few_ids(redis, keys, query.states)) few_ = index.find(redis, *ids);
  }

  std::vector<JobIndex::Entry> next(std::size_t limit) {
    std::vector<JobIndex::Entry> found;
    if (!few_) {
      found = index_.before(redis_, before_, limit);
    } else {
      const auto from =
          std::ranges::find_if(*few_, [&](const JobIndex::Entry& entry) { return entry.number < before_; });
      for (auto at = from; at != few_->end() && found.size() < limit; ++at) found.push_back(*at);
    }
    return found;
  }
  void pass(const JobIndex::Entry& entry) { before_ = entry.number; }
  std::int64_t place() const { return before_; }

 private:
  RedisConnection& redis_;
  const JobIndex& index_;
  std::optional<std::vector<JobIndex::Entry>> few_;
  std::int64_t before_;
};

}  // namespace

std::vector<Job> BullmqQueue::read_jobs(RedisConnection& redis, const std::vector<std::string>& raw_ids) {
  constexpr std::size_t kQuestions = 6;
  std::vector<RedisCommand> questions;
  for (const std::string& id : raw_ids) {
    questions.insert(questions.end(), {{"HGETALL", keys_.job(id)},
                                       {"ZSCORE", keys_("completed"), id},
                                       {"ZSCORE", keys_("failed"), id},
                                       {"ZSCORE", keys_("delayed"), id},
                                       {"LPOS", keys_("active"), id},
                                       {"EXISTS", keys_.cancel(id)}});
  }
  const std::vector<RedisReply> answers = redis.ask_all(questions);
  std::vector<Job> jobs;
  for (std::size_t n = 0; n < raw_ids.size(); ++n) {
    const RedisReply* const answer = &answers[n * kQuestions];
    const JobFields fields = to_fields(answer[0]);
    Job job = to_job(raw_ids[n], fields);
    // Without it, it is no job, or one whose hash somebody deleted.
    if (!fields.contains("timestamp")) job.id.clear();
    if (!answer[1].is_nil())
      job.state = JobState::completed;
    else if (!answer[2].is_nil())
      job.state = job.failed_reason == kCancelledReason ? JobState::cancelled : JobState::failed;
    else if (!answer[3].is_nil())
      job.state = JobState::delayed;
    else if (!answer[4].is_nil())
      job.state = JobState::active;
    if (job.state == JobState::delayed) {
      job.run_at =
          WallTime(milliseconds(static_cast<std::int64_t>(to_double(answer[3].text) / kDelayedScale)));
    }
    job.cancel_requested = answer[5].integer == 1;
    jobs.push_back(std::move(job));
  }
  return jobs;
}

std::optional<Job> BullmqQueue::get(const JobId& id) {
  const auto raw_id = to_raw_id(id);
  if (!raw_id) return std::nullopt;
  return pool_.with(kAskPatience, [&](RedisConnection& redis, bool) -> std::optional<Job> {
    Job job = std::move(read_jobs(redis, {*raw_id}).front());
    if (job.id.empty()) return std::nullopt;
    return job;
  });
}

JobPage BullmqQueue::list(const JobQuery& query) {
  require_query(query);
  parse_cursor(query.cursor);
  return pool_.with(kAskPatience, [&](RedisConnection& redis, bool) { return page_of(redis, query); });
}

JobPage BullmqQueue::page_of(RedisConnection& redis, const JobQuery& query) {
  index_.catch_up(redis);
  Candidates candidates(redis, index_, keys_, query, parse_cursor(query.cursor));
  JobPage page;
  std::size_t bytes = 0;
  std::vector<std::string> gone;
  for (std::size_t looked = 0; looked < kMaxSearchedJobs;) {
    const auto entries = candidates.next(kJobsAtOnce);
    std::vector<std::string> ids;
    for (const JobIndex::Entry& entry : entries) ids.push_back(entry.raw_id);
    std::vector<Job> jobs = read_jobs(redis, ids);
    for (std::size_t n = 0; n < jobs.size(); ++n) {
      candidates.pass(entries[n]);
      ++looked;
      if (jobs[n].id.empty()) gone.push_back(ids[n]);
      if (jobs[n].id.empty() || !matches(jobs[n], query)) continue;
      bytes += jobs[n].data.size() + jobs[n].progress.size() + jobs[n].result.size();
      page.jobs.push_back(std::move(jobs[n]));
      if (page.jobs.size() < query.limit && bytes < kMaxPageBytes) continue;
      if (!candidates.next(1).empty()) page.next = std::to_string(candidates.place());
      index_.remove(redis, gone);
      return page;
    }
    if (entries.size() < kJobsAtOnce) {
      index_.remove(redis, gone);
      return page;
    }
  }
  index_.remove(redis, gone);
  page.next = std::to_string(candidates.place());
  return page;
}

JobCounts BullmqQueue::counts() {
  return pool_.with(kAskPatience, [&](RedisConnection& redis, bool) {
    const auto sizes = redis.ask_all({{"LLEN", keys_("wait")},
                                      {"LLEN", keys_("paused")},
                                      {"ZCARD", keys_("prioritized")},
                                      {"ZCARD", keys_("waiting-children")},
                                      {"LLEN", keys_("active")},
                                      {"ZCARD", keys_("delayed")},
                                      {"ZCARD", keys_("completed")},
                                      {"ZCARD", keys_("failed")},
                                      {"ZINTERCARD", "2", keys_("failed"), keys_.cancelled()},
                                      {"ZCARD", keys_.cancelled()}});
    const auto size = [&](std::size_t n) {
      return static_cast<std::uint64_t>(std::max<std::int64_t>(0, sizes.at(n).integer));
    };
    if (sizes[9].integer > sizes[8].integer + kMaxForgotten) {
      redis.ask(
          {"ZINTERSTORE", keys_.cancelled(), "2", keys_.cancelled(), keys_("failed"), "WEIGHTS", "1", "0"});
    }
    JobCounts counts;
    const auto set = [&](JobState state, std::uint64_t count) {
      counts.by_state.at(static_cast<std::size_t>(state)) = count;
    };
    set(JobState::waiting, size(0) + size(1) + size(2) + size(3));
    set(JobState::active, size(4));
    set(JobState::delayed, size(5));
    set(JobState::completed, size(6));
    set(JobState::failed, size(7) - std::min(size(7), size(8)));
    set(JobState::cancelled, size(8));
    return counts;
  });
}

std::optional<LogPage> BullmqQueue::log(const JobId& id, std::uint64_t first, std::size_t limit) {
  const auto raw_id = to_raw_id(id);
  if (!raw_id) return std::nullopt;
  return pool_.with(kAskPatience, [&](RedisConnection& redis, bool) -> std::optional<LogPage> {
    if (!is_job(redis, *raw_id)) return std::nullopt;
    // The list is short, and its length and its lines belong together.
    const auto answers = redis.ask_all({{"MULTI"},
                                        {"HGET", keys_.job(*raw_id), kLogLines},
                                        {"LRANGE", keys_.logs(*raw_id), "0", "-1"},
                                        {"EXEC"}});
    if (!answers.back().is_list()) throw_redis_error(answers.back());
    const std::vector<RedisReply>& found = answers.back().list;
    const std::uint64_t kept = found.at(1).list.size();
    LogPage page{.first = first,
                 .total = std::max(static_cast<std::uint64_t>(to_double(found.at(0).text)), kept),
                 .lines = {}};
    const std::uint64_t lost = page.total - kept;
    for (std::uint64_t n = std::max(first, lost);
         n < page.total && page.lines.size() < std::min(limit, kMaxLogLines); ++n) {
      if (page.lines.empty()) page.first = n;
      page.lines.push_back(found[1].list[n - lost].text);
    }
    return page;
  });
}

std::vector<std::string> BullmqQueue::expired_of(RedisConnection& redis, JobState state, const KeepJobs& keep,
                                                 std::size_t limit) {
  std::vector<std::string> ids;
  if (!keep.age && !keep.count) return ids;
  const std::string set = keys_(state == JobState::completed ? "completed" : "failed");
  const auto sizes = redis.ask_all({{"ZCARD", set}, {"ZINTERCARD", "2", set, keys_.cancelled()}});
  const std::int64_t total =
      state == JobState::cancelled ? sizes[1].integer : sizes[0].integer - sizes[1].integer;
  const std::int64_t kept =
      keep.count ? static_cast<std::int64_t>(std::min<std::uint64_t>(*keep.count, JobIndex::kNewest)) : total;
  const auto oldest =
      keep.age ? static_cast<double>((clock_.wall_now() - *keep.age).time_since_epoch().count()) : 0;
  std::int64_t surplus = std::max<std::int64_t>(0, total - kept);
  for (std::size_t from = 0;; from += kExpiredAtOnce) {
    const RedisReply page = redis.ask(
        {"ZRANGE", set, std::to_string(from), std::to_string(from + kExpiredAtOnce - 1), "WITHSCORES"});
    if (page.list.empty()) return ids;
    RedisCommand question{"ZMSCORE", keys_.cancelled()};
    for (std::size_t n = 0; n < page.list.size(); n += 2) question.push_back(page.list[n].text);
    const RedisReply cancelled = redis.ask(question);
    for (std::size_t n = 0; n < page.list.size(); n += 2) {
      if (cancelled.list.at(n / 2).is_nil() == (state == JobState::cancelled)) continue;
      if (surplus-- <= 0 && !(keep.age && to_double(page.list[n + 1].text) < oldest)) return ids;
      ids.push_back(page.list[n].text);
      if (ids.size() == limit) return ids;
    }
  }
}

std::vector<JobId> BullmqQueue::expired(const RetentionPolicy& policy, std::size_t limit) {
  return pool_.with(kAskPatience, [&](RedisConnection& redis, bool) {
    std::vector<JobId> ids;
    const auto collect = [&](JobState state, const KeepJobs& keep) {
      if (ids.size() >= limit) return;
      for (const std::string& raw_id : expired_of(redis, state, keep, limit - ids.size()))
        ids.push_back(to_job_id(raw_id));
    };
    collect(JobState::completed, policy.completed);
    collect(JobState::failed, policy.failed);
    collect(JobState::cancelled, policy.cancelled);
    return ids;
  });
}

EventId BullmqQueue::last_event() {
  return pool_.with(kAskPatience, [&](RedisConnection& redis, bool) -> EventId {
    const auto entries = to_entries(redis.ask({"XREVRANGE", keys_("events"), "+", "-", "COUNT", "20"}));
    if (entries.empty()) return "0-0";
    // What readers never hear of is no event to go on after.
    for (const StreamEntry& entry : entries) {
      const auto told = to_events({entry});
      if (!told.empty()) return told.front().id;
    }
    return entries.front().id;
  });
}

EventBatch BullmqQueue::read_events(const EventId& after, std::size_t limit, milliseconds wait,
                                    std::stop_token stop) {
  parse_stream_id(after);
  const SteadyTime deadline = clock_.steady_now() + wait;
  std::string place = after.empty() ? "0-0" : after;
  RedisWaker waker;
  const std::stop_callback wake(stop, [&] { waker.wake(); });
  limit = std::clamp<std::size_t>(limit, 1, kMaxEventsAtOnce);
  try {
    for (;;) {
      EventBatch batch = pool_.with(
          kAskPatience, [&](RedisConnection& redis, bool) { return events_after(redis, place, limit); });
      const auto left = deadline - clock_.steady_now();
      if (!batch.events.empty() || batch.gap || stop.stop_requested() || left.count() <= 0) return batch;
      pool_.with(kAskPatience, [&](RedisConnection& redis, bool) {
        const milliseconds span = std::min(left, kLongestBlock);
        redis.send({"XREAD", "COUNT", "1", "BLOCK", std::to_string(std::max<std::int64_t>(1, span.count())),
                    "STREAMS", keys_("events"), place});
        const auto reply = redis.receive(span + kLate, &waker);
        // A connection that still waits is of no use to anybody else.
        if (stop.stop_requested()) throw Stopped{};
        if (!reply) throw RedisUnavailable("Redis did not answer in time");
        return true;
      });
    }
  } catch (const Stopped&) {
    return {};
  }
}

EventBatch BullmqQueue::events_after(RedisConnection& redis, std::string& place, std::size_t limit) {
  EventBatch batch;
  for (;;) {
    // One more than is wanted, as some are told in pairs.
    const std::size_t count = limit + 1;
    const auto answers =
        redis.ask_all({{"XRANGE", keys_("events"), "(" + place, "+", "COUNT", std::to_string(count)},
                       {"XINFO", "STREAM", keys_("events")}});
    if (answers[0].is_error()) throw_redis_error(answers[0]);
    auto entries = to_entries(answers[0]);
    batch.gap = is_gap(answers[1], place, !entries.empty());
    if (entries.empty()) return batch;
    const bool is_all = entries.size() < count;
    if (!is_all && ends_in_half(entries)) entries.pop_back();
    const std::string last = entries.back().id;
    batch.events = to_events(std::move(entries));
    if (batch.events.size() > limit) batch.events.resize(limit);
    if (!batch.events.empty() || is_all || batch.gap) {
      if (batch.events.empty()) place = last;
      return batch;
    }
    place = last;
  }
}

bool BullmqQueue::is_gap(const RedisReply& stream, const std::string& place, bool has_more) {
  const StreamId at = parse_stream_id(place);
  const StreamId beginning{};
  // No stream: the queue was made anew, or nothing ever happened.
  if (stream.is_error()) return at != beginning;
  std::int64_t length = 0, added = 0;
  StreamId first{}, last{};
  for (std::size_t n = 0; n + 1 < stream.list.size(); n += 2) {
    const std::string& name = stream.list[n].text;
    const RedisReply& value = stream.list[n + 1];
    if (name == "length") length = value.integer;
    if (name == "entries-added") added = value.integer;
    if (name == "last-generated-id") last = parse_stream_id(value.text);
    if (name == "first-entry" && value.is_list() && !value.list.empty())
      first = parse_stream_id(value.list[0].text);
  }
  // An id from the future is another stream's: a backup was restored, or the queue made anew.
  return at > last || (has_more && added > length && first > at);
}

}  // namespace crm::bullmq
