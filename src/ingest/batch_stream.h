#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "ingest/input.h"

namespace crm {

/// A copy of a batch that lives on its own.
class OwnedBatch : public RecordBatch {
 public:
  explicit OwnedBatch(const RecordBatch& batch);

 private:
  std::unique_ptr<char[]> bytes_;
};

/// Batches that are ready and not yet taken: so many at most.
inline constexpr std::size_t kMaxWaitingBatches = 3;

/// An input's batches one after another, for those who pull (DuckDB's table function): a scan on threads of its own runs
/// ahead by a few batches. Positions are set.
///
/// Destroyed early, it stops the scan and waits for it, which takes no longer than a block.
/// Threads: next and account by one at a time; the input belongs to the stream while that lives, and so does
/// `options.rejects`, which is called on the stream's threads.
class BatchStream {
 public:
  BatchStream(Input& input, const ScanOptions& options);
  ~BatchStream();
  BatchStream(const BatchStream&) = delete;
  BatchStream& operator=(const BatchStream&) = delete;

  /// The next batch, good until the next call; false at the end. Errors: what the scan threw.
  bool next(const RecordBatch*& batch);

  /// Known when `next` has returned false.
  const InputAccount& account() const { return account_; }

 private:
  void run(ScanOptions options);
  void put(std::unique_ptr<OwnedBatch> batch);

  Input& input_;
  std::stop_source stop_;
  std::unique_ptr<OwnedBatch> current_;
  std::mutex mutex_;  // of the four below
  std::condition_variable_any changed_;
  std::deque<std::unique_ptr<OwnedBatch>> waiting_;
  bool finished_ = false;
  std::exception_ptr failure_;
  InputAccount account_;
  std::optional<std::stop_callback<std::function<void()>>> follow_;  // stops when options.stop does
  std::jthread thread_;
};

}  // namespace crm
