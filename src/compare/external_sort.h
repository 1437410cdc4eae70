#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <queue>
#include <stop_token>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/temp_space.h"

namespace crm {

/// Sorts more values than memory holds: sorted runs go to a spill file and are merged as they are read.
///
/// Memory: `memory_bytes` while values are added, and again while they are read; what fits is never spilled. Values are
/// plain data with a total order.
/// Threads: one. Errors: limit_exceeded when the disk is full or there are more than kMostRuns runs; cancelled.
template <class Value>
class ExternalSort {
  static_assert(std::is_trivially_copyable_v<Value>);

 public:
  /// Each run needs a buffer of its own when they are merged.
  static constexpr std::size_t kMostRuns = 1024;

  ExternalSort(TempSpace& temp, std::size_t memory_bytes, std::stop_token stop)
      : temp_(&temp), stop_(std::move(stop)), most_values_(std::max<std::size_t>(memory_bytes / sizeof(Value), kLeastValues)) {}

  void add(const Value& value) {
    if (values_.size() == most_values_) spill();
    if (values_.capacity() == values_.size()) grow();
    values_.push_back(value);
  }

  std::uint64_t size() const { return spilled_values_ + values_.size(); }

  /// Ends adding; `next` follows.
  void finish() {
    if (runs_.empty()) {
      std::sort(values_.begin(), values_.end());
      return;
    }
    spill();
    std::vector<Value>().swap(values_);
    const std::size_t room = std::max<std::size_t>(most_values_ / runs_.size(), kLeastValues);
    for (std::size_t run = 0; run < runs_.size(); ++run) {
      runs_[run].room = room;
      if (refill(runs_[run])) heads_.push({runs_[run].buffer[0], run});
    }
  }

  /// The next value in order; false at the end.
  bool next(Value& value) {
    if (runs_.empty()) {
      if (at_ == values_.size()) return false;
      value = values_[at_++];
      return true;
    }
    if (heads_.empty()) return false;
    const Head head = heads_.top();
    heads_.pop();
    value = head.value;
    Run& run = runs_[head.run];
    if (++run.at < run.buffer.size() || refill(run)) heads_.push({run.buffer[run.at], head.run});
    return true;
  }

 private:
  static constexpr std::size_t kLeastValues = 4;

  struct Run {
    std::uint64_t offset = 0, left = 0;  ///< in the spill file; values not yet in the buffer
    std::size_t room = 0, at = 0;
    std::vector<Value> buffer;
  };
  struct Head {
    Value value;
    std::size_t run;
    bool operator<(const Head& other) const { return other.value < value; }  // the least on top
  };

  /// Not more than is asked for: a vector that doubles would hold twice as much for a moment.
  void grow() {
    constexpr std::size_t kFirst = 1024;
    values_.reserve(std::min(most_values_, std::max(kFirst, values_.size() * 2)));
  }

  void spill() {
    if (stop_.stop_requested()) throw Error(ErrorCode::cancelled, "cancelled");
    if (values_.empty()) return;
    if (runs_.size() == kMostRuns) {
      throw Error(ErrorCode::limit_exceeded, "the files are too large for this --memory-limit; give a larger one");
    }
    if (!file_) file_ = temp_->create_spill();
    std::sort(values_.begin(), values_.end());
    Run run;
    run.offset = file_->append({reinterpret_cast<const char*>(values_.data()), values_.size() * sizeof(Value)});
    run.left = values_.size();
    spilled_values_ += values_.size();
    runs_.push_back(std::move(run));
    values_.clear();
  }

  bool refill(Run& run) {
    if (run.left == 0) return false;
    if (stop_.stop_requested()) throw Error(ErrorCode::cancelled, "cancelled");
    run.buffer.resize(static_cast<std::size_t>(std::min<std::uint64_t>(run.room, run.left)));
    const std::size_t bytes = run.buffer.size() * sizeof(Value);
    file_->read_at(run.offset, reinterpret_cast<char*>(run.buffer.data()), bytes);
    run.offset += bytes;
    run.left -= run.buffer.size();
    run.at = 0;
    return true;
  }

  TempSpace* temp_;
  std::stop_token stop_;
  std::size_t most_values_;
  std::vector<Value> values_;
  std::size_t at_ = 0;
  std::uint64_t spilled_values_ = 0;
  std::unique_ptr<SpillFile> file_;
  std::vector<Run> runs_;
  std::priority_queue<Head> heads_;
};

}  // namespace crm
