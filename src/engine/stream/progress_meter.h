#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "engine/engine.h"

namespace crm {

/// Turns bytes read into progress of the whole, which never goes back.
///
/// Threads: one at a time.
class ProgressMeter {
 public:
  /// `total`: the sum of the weights of all parts to come.
  ProgressMeter(ProgressSink& sink, double total) : sink_(sink), total_(total) {}

  /// Ends the part before and begins one that reads `bytes`. A second part of the same stage and detail goes
  /// on where the first ended: of its `parts_left` parts, this one included, it fills the first.
  void begin(Stage stage, double weight, std::uint64_t bytes, int parts_left, std::string detail = {});
  void set_total_rows(std::uint64_t rows) { progress_.total_rows = rows; }
  /// So much of the part is done.
  void advance(std::uint64_t bytes_done, std::uint64_t rows_done);
  /// The merge begins again (HashCollision): it has its old place to catch up with.
  void restart();

 private:
  void tell();

  ProgressSink& sink_;
  double total_;
  double done_before_ = 0, weight_ = 0;
  double stage_before_ = 0, stage_share_ = 1;
  std::uint64_t bytes_ = 0;
  Progress progress_;
  std::chrono::steady_clock::time_point told_{};
};

}  // namespace crm
