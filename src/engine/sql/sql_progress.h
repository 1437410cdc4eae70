#pragma once

#include <mutex>
#include <string>

#include "engine/engine.h"

namespace crm {

/// Progress of a merge by weighted parts; never goes back.
///
/// Threads: any.
class SqlProgress {
 public:
  SqlProgress(ProgressSink& sink, double total_weight) : sink_(sink), total_(total_weight) {}

  /// Ends the part before and begins one. `of_stage`: the part's share of its stage.
  void begin(Stage stage, double weight, double of_stage, std::string detail = {});
  /// So much of the part at hand is done: a share from 0 to 1, and rows.
  void advance(double fraction, std::uint64_t rows);
  void finish();

 private:
  void tell();

  ProgressSink& sink_;
  const double total_;
  std::mutex mutex_;  // of the rest
  double done_ = 0, weight_ = 0, fraction_ = 0;
  double stage_done_ = 0, of_stage_ = 0;
  std::uint64_t rows_before_ = 0;
  Progress progress_;
};

}  // namespace crm
