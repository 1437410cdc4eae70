#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "queue/job.h"

namespace crm::bullmq {

/// Names of a queue's keys in Redis: BullMQ's own, and beside them (never among them) ours.
class Keys {
 public:
  /// Errors: invalid_config for names that BullMQ does not take.
  Keys(std::string prefix, std::string queue);

  const std::string& queue() const { return queue_; }
  const std::string& prefix() const { return prefix_; }
  /// "bull:merge:", with the colon: what scripts call the key prefix.
  const std::string& base() const { return base_; }
  std::string operator()(std::string_view name) const { return base_ + std::string(name); }
  std::string job(std::string_view raw_id) const { return base_ + std::string(raw_id); }
  std::string lock(std::string_view raw_id) const { return job(raw_id) + ":lock"; }
  std::string logs(std::string_view raw_id) const { return job(raw_id) + ":logs"; }

  /// Channel on which an id is published to cancel an active job.
  std::string cancel_channel() const { return "crm-merge:cancel:" + queue_; }
  /// There as long as a job is to be cancelled.
  std::string cancel(std::string_view raw_id) const { return cancel_channel() + ":" + std::string(raw_id); }
  /// Sorted set of the jobs that were cancelled; those of them count that are also in BullMQ's `failed`.
  std::string cancelled() const { return own("cancelled"); }
  /// Sorted set of all jobs by the order in which they came.
  std::string index() const { return own("index"); }

 private:
  std::string own(std::string_view what) const {
    return "crm-merge:" + std::string(what) + ":" + prefix_ + ":" + queue_;
  }

  std::string prefix_, queue_, base_;
};

/// BullMQ takes nearly any text as a job's id; ours are safe in URLs and paths. Those that are not so appear
/// as `raw-` and their bytes in hex.
JobId to_job_id(std::string_view raw_id);
/// Nothing: no job can have this id (one of BullMQ's keys has the name, or it was not made here).
std::optional<std::string> to_raw_id(const JobId& id);
/// The id of the job that has this idempotency key: the key itself where it is fit to be one, else a hash of
/// it.
std::string raw_id_for_key(std::string_view idempotency_key);

}  // namespace crm::bullmq
