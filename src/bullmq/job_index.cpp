#include "bullmq/job_index.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "bullmq/own_scripts.h"

namespace crm::bullmq {
namespace {

constexpr std::size_t kEntriesAtOnce = 500;
constexpr std::size_t kIdsAtOnce = 1'000;
/// Another process may rebuild at the same time; nobody needs to do it twice.
constexpr int kRebuildTries = 3;

std::int64_t number_from(const std::string& text) {
  double number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return std::isfinite(number) ? static_cast<std::int64_t>(number) : 0;
}

std::vector<std::string> texts_of(const RedisReply& reply) {
  std::vector<std::string> texts;
  for (const RedisReply& one : reply.list) texts.push_back(one.text);
  return texts;
}

/// Calls `act` with slices of `all`.
template <class Act>
void in_slices(const std::vector<std::string>& all, Act&& act) {
  for (std::size_t at = 0; at < all.size(); at += kIdsAtOnce) {
    const auto from = all.begin() + static_cast<std::ptrdiff_t>(at);
    act(std::vector<std::string>(from,
                                 from + static_cast<std::ptrdiff_t>(std::min(kIdsAtOnce, all.size() - at))));
  }
}

RedisCommand with_words(RedisCommand command, const std::vector<std::string>& words) {
  command.insert(command.end(), words.begin(), words.end());
  return command;
}

}  // namespace

void JobIndex::catch_up(RedisConnection& redis) const {
  const std::vector<std::string> keys = {keys_("events"), keys_.index(), keys_.index() + ":at",
                                         keys_.index() + ":next"};
  for (int rebuilds = 0;;) {
    const auto read =
        index_script().run(redis, keys, {std::to_string(kEntriesAtOnce), std::to_string(kMaxJobs)}).integer;
    if (read < 0 && ++rebuilds <= kRebuildTries) {
      rebuild(redis);
    } else if (read < static_cast<std::int64_t>(kEntriesAtOnce)) {
      return;
    }
  }
}

std::vector<std::string> JobIndex::all_ids(RedisConnection& redis) const {
  std::vector<std::string> ids;
  for (const char* list : {"wait", "paused", "active"}) {
    // A list has its newest on the left.
    auto there = texts_of(redis.ask({"LRANGE", keys_(list), "0", std::to_string(kMaxJobs - 1)}));
    ids.insert(ids.end(), there.rbegin(), there.rend());
  }
  for (const char* set : {"prioritized", "delayed", "waiting-children", "completed", "failed"}) {
    auto there = texts_of(
        redis.ask({"ZRANGE", keys_(set), std::to_string(-static_cast<std::int64_t>(kMaxJobs)), "-1"}));
    ids.insert(ids.end(), std::make_move_iterator(there.begin()), std::make_move_iterator(there.end()));
  }
  return ids;
}

void JobIndex::rebuild(RedisConnection& redis) const {
  const RedisReply newest = redis.ask({"XREVRANGE", keys_("events"), "+", "-", "COUNT", "1"});
  const std::string at = newest.list.empty() ? "0-0" : newest.list[0].list.at(0).text;
  struct Found {
    double timestamp;
    std::string raw_id;
  };
  std::vector<Found> found;
  in_slices(all_ids(redis), [&](const std::vector<std::string>& ids) {
    std::vector<RedisCommand> questions;
    for (const std::string& id : ids) questions.push_back({"HGET", keys_.job(id), "timestamp"});
    const auto answers = redis.ask_all(questions);
    for (std::size_t n = 0; n < ids.size(); ++n) {
      if (!answers[n].text.empty())
        found.push_back({static_cast<double>(number_from(answers[n].text)), ids[n]});
    }
  });
  std::ranges::stable_sort(found, {}, &Found::timestamp);
  const std::int64_t last =
      redis.ask({"INCRBY", keys_.index() + ":next", std::to_string(found.size())}).integer;
  std::int64_t number = last - static_cast<std::int64_t>(found.size());
  std::vector<std::string> words;
  for (Found& one : found) {
    words.push_back(std::to_string(++number));
    words.push_back(std::move(one.raw_id));
  }
  static_assert(kIdsAtOnce % 2 == 0);
  in_slices(words, [&](const std::vector<std::string>& pairs) {
    redis.ask(with_words({"ZADD", keys_.index(), "NX"}, pairs));
  });
  redis.ask({"SET", keys_.index() + ":at", at});
}

std::vector<JobIndex::Entry> JobIndex::before(RedisConnection& redis, std::int64_t before,
                                              std::size_t limit) const {
  const RedisReply reply = redis.ask({"ZRANGE", keys_.index(), "(" + std::to_string(before), "-inf",
                                      "BYSCORE", "REV", "LIMIT", "0", std::to_string(limit), "WITHSCORES"});
  std::vector<Entry> entries;
  for (std::size_t n = 0; n + 1 < reply.list.size(); n += 2)
    entries.push_back({number_from(reply.list[n + 1].text), reply.list[n].text});
  return entries;
}

std::vector<JobIndex::Entry> JobIndex::find(RedisConnection& redis,
                                            const std::vector<std::string>& raw_ids) const {
  std::vector<Entry> entries;
  in_slices(raw_ids, [&](const std::vector<std::string>& ids) {
    const RedisReply reply = redis.ask(with_words({"ZMSCORE", keys_.index()}, ids));
    for (std::size_t n = 0; n < ids.size(); ++n) {
      if (!reply.list.at(n).is_nil()) entries.push_back({number_from(reply.list[n].text), ids[n]});
    }
  });
  std::ranges::sort(entries, std::greater<>(), &Entry::number);
  return entries;
}

void JobIndex::remove(RedisConnection& redis, const std::vector<std::string>& raw_ids) const {
  if (!raw_ids.empty()) redis.ask(with_words({"ZREM", keys_.index()}, raw_ids));
}

}  // namespace crm::bullmq
