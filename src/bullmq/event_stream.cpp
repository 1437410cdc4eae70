#include "bullmq/event_stream.h"

#include <charconv>
#include <optional>

#include "bullmq/keys.h"
#include "bullmq/stored_job.h"
#include "queue/job_rules.h"

namespace crm::bullmq {
namespace {

std::optional<JobEventType> type_of(const StreamEntry& entry) {
  const std::string& event = entry.event;
  if (event == "added") return JobEventType::added;
  if (event == "active") return JobEventType::active;
  if (event == "progress") return JobEventType::progress;
  if (event == "completed") return JobEventType::completed;
  if (event == "failed")
    return entry.text == kCancelledReason ? JobEventType::cancelled : JobEventType::failed;
  if (event == "stalled") return JobEventType::stalled;
  // A new job also "waits" or is "delayed", which its "added" has said.
  if (event == "waiting" && !entry.previous.empty()) return JobEventType::waiting;
  if (event == "delayed") return JobEventType::delayed;
  if (event == "removed") return JobEventType::removed;
  return std::nullopt;
}

bool is_back_in_line(const StreamEntry& entry) {
  return entry.event == "waiting" && entry.previous == "active";
}

std::string text_of(const StreamEntry& entry, JobEventType type) {
  return type == JobEventType::progress || type == JobEventType::failed ? entry.text : std::string();
}

}  // namespace

std::vector<StreamEntry> to_entries(const RedisReply& list) {
  std::vector<StreamEntry> entries;
  for (const RedisReply& one : list.list) {
    StreamEntry entry{.id = one.list.at(0).text, .event = {}, .job_id = {}, .previous = {}, .text = {}};
    const std::vector<RedisReply>& fields = one.list.at(1).list;
    for (std::size_t n = 0; n + 1 < fields.size(); n += 2) {
      const std::string& name = fields[n].text;
      const std::string& value = fields[n + 1].text;
      if (name == "event") entry.event = value;
      if (name == "jobId") entry.job_id = value;
      if (name == "prev") entry.previous = value;
      if (name == "data" || name == "failedReason") entry.text = value;
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

bool ends_in_half(const std::vector<StreamEntry>& entries) {
  return entries.size() > 1 && is_back_in_line(entries.back());
}

std::vector<JobEvent> to_events(std::vector<StreamEntry> entries) {
  for (std::size_t n = 0; n + 1 < entries.size(); ++n) {
    StreamEntry &first = entries[n], &second = entries[n + 1];
    if (!is_back_in_line(first) || second.event != "stalled" || first.job_id != second.job_id) continue;
    std::swap(first, second);
    std::swap(first.id, second.id);
  }
  std::vector<JobEvent> events;
  for (const StreamEntry& entry : entries) {
    const auto type = type_of(entry);
    if (!type || entry.job_id.empty()) continue;
    const auto ms = static_cast<std::int64_t>(parse_stream_id(entry.id).ms);
    events.push_back({.id = entry.id,
                      .type = *type,
                      .job_id = to_job_id(entry.job_id),
                      .at = WallTime(std::chrono::milliseconds(ms)),
                      .text = text_of(entry, *type)});
  }
  return events;
}

StreamId parse_stream_id(std::string_view text) {
  StreamId id;
  if (text.empty()) return id;
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, id.ms);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != '-') throw_bad_cursor("event id");
  const auto second = std::from_chars(first.ptr + 1, end, id.number);
  if (second.ec != std::errc() || second.ptr != end) throw_bad_cursor("event id");
  return id;
}

}  // namespace crm::bullmq
