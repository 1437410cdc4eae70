#pragma once

#include <string>
#include <vector>

#include "queue/job.h"
#include "redis/redis_connection.h"

namespace crm::bullmq {

/// An entry of BullMQ's events stream.
struct StreamEntry {
  std::string id;
  std::string event, job_id, previous, text;
};

std::vector<StreamEntry> to_entries(const RedisReply& list);

/// What of it concerns readers here, in order. BullMQ tells that a job waits before it tells that it stalled;
/// readers hear first why.
std::vector<JobEvent> to_events(std::vector<StreamEntry> entries);

/// True where the last entry may only be told together with the one that follows.
bool ends_in_half(const std::vector<StreamEntry>& entries);

/// An id of the stream as two numbers. Errors: invalid_input for what is none. Empty: before the first.
struct StreamId {
  std::uint64_t ms = 0, number = 0;
  auto operator<=>(const StreamId&) const = default;
};
StreamId parse_stream_id(std::string_view text);

}  // namespace crm::bullmq
