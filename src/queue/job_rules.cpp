#include "queue/job_rules.h"

#include <array>
#include <cstdint>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/random.h"
#include "base/text.h"

namespace crm {
namespace {

[[noreturn]] void refuse(const std::string& message) { throw Error(ErrorCode::invalid_input, message); }

void require_size(std::string_view what, std::size_t size, std::size_t limit) {
  if (size <= limit) return;
  refuse("the job's " + std::string(what) + " has " + std::to_string(size) + " bytes; at most " +
         std::to_string(limit) + " are allowed");
}

void require_plain_text(std::string_view what, std::string_view text, std::size_t limit) {
  require_size(what, text.size(), limit);
  if (!is_utf8(text) || text.find('\0') != std::string_view::npos) {
    refuse("the job's " + std::string(what) + " is not text in UTF-8");
  }
}

void require_json(std::string_view what, std::string_view text, std::size_t limit) {
  require_size(what, text.size(), limit);
  if (!is_utf8(text) || !nlohmann::json::accept(text))
    refuse("the job's " + std::string(what) + " is no valid JSON");
}

void require_range(std::string_view what, std::int64_t value, std::int64_t low, std::int64_t high) {
  if (value >= low && value <= high) return;
  refuse("the job's " + std::string(what) + " is " + std::to_string(value) + "; it must be " +
         std::to_string(low) + " to " + std::to_string(high));
}

}  // namespace

void require_new_job(const NewJob& job) {
  if (job.name.empty()) refuse("the job has no name");
  require_plain_text("name", job.name, kMaxJobNameBytes);
  require_plain_text("idempotency key", job.idempotency_key, kMaxIdempotencyKeyBytes);
  require_plain_text("submitter's name", job.submitted_by, kMaxJobNameBytes);
  require_json("data", job.data, kMaxJobDataBytes);
  const JobOptions& options = job.options;
  require_range("priority", options.priority, 0, kMaxPriority);
  require_range("number of attempts", options.attempts, 1, kMaxAttempts);
  require_range("delay in ms", options.delay.count(), 0, kMaxDelay.count());
  require_range("backoff delay in ms", options.backoff.delay.count(), 0, kMaxBackoff.count());
}

void require_progress(std::string_view json) { require_json("progress", json, kMaxProgressBytes); }
void require_result(std::string_view json) { require_json("result", json, kMaxResultBytes); }

void require_query(const JobQuery& query) {
  if (query.limit < 1 || query.limit > kMaxPageJobs) {
    refuse("a page of jobs has 1 to " + std::to_string(kMaxPageJobs) + " of them, not " +
           std::to_string(query.limit));
  }
  if (query.search.size() > kMaxSearchBytes) {
    refuse("the text to search for has more than " + std::to_string(kMaxSearchBytes) + " bytes");
  }
}

void require_take(const TakeOptions& options) {
  if (options.lock_duration.count() <= 0)
    throw Error(ErrorCode::invalid_config, "a lock must last longer than 0 ms");
  if (options.limit && (options.limit->max < 1 || options.limit->duration.count() < 1)) {
    throw Error(ErrorCode::invalid_config, "the rate limit must allow at least 1 job in at least 1 ms");
  }
}

std::string_view cut_text(std::string_view text, std::size_t limit) {
  text = text.substr(0, utf8_prefix(text.substr(0, limit)));
  return text.substr(0, text.find('\0'));
}

void throw_bad_cursor(std::string_view what) {
  refuse("the " + std::string(what) + " was not given out by this queue; begin again without one");
}

JobId new_job_id(WallTime now) {
  std::array<unsigned char, 16> bytes;
  fill_random(bytes);
  auto ms = static_cast<std::uint64_t>(now.time_since_epoch().count());
  for (int i = 5; i >= 0; --i, ms >>= 8) bytes[static_cast<std::size_t>(i)] = static_cast<unsigned char>(ms);
  bytes[6] = static_cast<unsigned char>(0x70 | (bytes[6] & 0x0F));  // version 7
  bytes[8] = static_cast<unsigned char>(0x80 | (bytes[8] & 0x3F));  // the RFC's variant
  std::string id = hex(bytes);
  for (const std::size_t place : {20u, 16u, 12u, 8u}) id.insert(place, 1, '-');
  return id;
}

std::string new_lock_token() { return random_hex(); }

}  // namespace crm
