#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/engine.h"
#include "model/report.h"

namespace crm {

/// "import original", "import enriched", "consolidate", "match", "export".
std::string_view stage_name(Stage stage);

/// Measures the stages for the report. Stages may be entered again; their times add up.
class StageClock {
 public:
  StageClock();
  /// Ends the stage before, if any. `spilled_bytes` is the total so far.
  void enter(Stage stage, std::uint64_t spilled_bytes);
  void add_rows(Stage stage, std::uint64_t rows);
  /// Divides the time since the last `enter` among stages that ran at once, by the time that each was at work.
  void divide(const std::vector<std::pair<Stage, std::chrono::duration<double>>>& work);
  /// Ends the last stage and fills stages, wall, spilled_bytes and peak_rss_bytes.
  void finish(std::uint64_t spilled_bytes, MergeReport& report);

 private:
  std::chrono::steady_clock::time_point start_, entered_;
  std::vector<StageMeasure> measures_;
  int current_ = -1;
  std::uint64_t spilled_before_ = 0;
};

/// Peak resident memory of this process so far, as the kernel counts it.
std::uint64_t peak_rss_bytes();

}  // namespace crm
