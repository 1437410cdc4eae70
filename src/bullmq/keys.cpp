#include "bullmq/keys.h"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include "base/error.h"
#include "base/random.h"

namespace crm::bullmq {
namespace {

constexpr std::size_t kMaxJobIdBytes = 128;
constexpr std::size_t kMaxNameBytes = 200;
constexpr std::string_view kRaw = "raw-", kKey = "key-";
constexpr std::array<std::string_view, 19> kReserved = {
    "wait",   "paused",  "active",        "prioritized", "pc",     "delayed", "waiting-children", "completed",
    "failed", "stalled", "stalled-check", "limiter",     "marker", "meta",    "events",           "id",
    "repeat", "de",      "metrics"};

bool is_reserved(std::string_view id) { return std::ranges::find(kReserved, id) != kReserved.end(); }

bool is_safe(std::string_view id) {
  const auto fits = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '-';
  };
  return !id.empty() && id.size() <= kMaxJobIdBytes && std::ranges::all_of(id, fits);
}

bool is_number(std::string_view id) {
  return std::ranges::all_of(id, [](char c) { return c >= '0' && c <= '9'; });
}

std::string hex_of(std::string_view text) {
  return hex({reinterpret_cast<const unsigned char*>(text.data()), text.size()});
}

std::optional<std::string> from_hex(std::string_view digits) {
  if (digits.size() % 2 != 0) return std::nullopt;
  std::string text;
  for (std::size_t at = 0; at < digits.size(); at += 2) {
    unsigned value = 0;
    if (std::from_chars(digits.data() + at, digits.data() + at + 2, value, 16).ptr != digits.data() + at + 2)
      return std::nullopt;
    text += static_cast<char>(value);
  }
  return text;
}

void require_name(const char* what, std::string_view name) {
  if (!name.empty() && name.size() <= kMaxNameBytes && name.find('\0') == std::string_view::npos) return;
  throw Error(ErrorCode::invalid_config, std::string("the queue's ") + what + " must have 1 to " +
                                             std::to_string(kMaxNameBytes) + " bytes");
}

}  // namespace

Keys::Keys(std::string prefix, std::string queue) : prefix_(std::move(prefix)), queue_(std::move(queue)) {
  require_name("name", queue_);
  require_name("prefix", prefix_);
  if (queue_.find(':') != std::string::npos) {
    throw Error(ErrorCode::invalid_config,
                "the queue's name \"" + queue_ + "\" holds a colon, which BullMQ does not take");
  }
  base_ = prefix_ + ":" + queue_ + ":";
}

JobId to_job_id(std::string_view raw_id) {
  if (is_safe(raw_id) && !raw_id.starts_with(kRaw)) return std::string(raw_id);
  return std::string(kRaw) + hex_of(raw_id);
}

std::optional<std::string> to_raw_id(const JobId& id) {
  if (!is_safe(id) || is_reserved(id)) return std::nullopt;
  if (!std::string_view(id).starts_with(kRaw)) return id;
  auto raw = from_hex(std::string_view(id).substr(kRaw.size()));
  return raw && to_job_id(*raw) == id && !is_reserved(*raw) ? raw : std::nullopt;
}

std::string raw_id_for_key(std::string_view key) {
  const bool fits = is_safe(key) && !is_number(key) && !is_reserved(key) && !key.starts_with(kRaw) &&
                    !key.starts_with(kKey);
  if (fits) return std::string(key);
  XXH128_canonical_t hash;
  XXH128_canonicalFromHash(&hash, XXH3_128bits(key.data(), key.size()));
  return std::string(kKey) + hex(hash.digest);
}

}  // namespace crm::bullmq
