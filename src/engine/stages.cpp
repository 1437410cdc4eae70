#include "engine/stages.h"

#include <sys/resource.h>

#include <string>

namespace crm {

std::string_view stage_name(Stage stage) {
  switch (stage) {
    case Stage::import_original:
      return "import original";
    case Stage::import_enriched:
      return "import enriched";
    case Stage::consolidate:
      return "consolidate";
    case Stage::match:
      return "match";
    case Stage::export_:
      return "export";
  }
  return "";
}

StageClock::StageClock() : start_(std::chrono::steady_clock::now()), entered_(start_) {
  for (const Stage stage :
       {Stage::import_original, Stage::import_enriched, Stage::consolidate, Stage::match, Stage::export_}) {
    StageMeasure measure;
    measure.name = stage_name(stage);
    measures_.push_back(std::move(measure));
  }
}

void StageClock::enter(Stage stage, std::uint64_t spilled_bytes) {
  const auto now = std::chrono::steady_clock::now();
  if (current_ >= 0) {
    measures_[current_].wall += now - entered_;
    measures_[current_].spilled_bytes += spilled_bytes - spilled_before_;
  }
  entered_ = now;
  spilled_before_ = spilled_bytes;
  current_ = static_cast<int>(stage);
}

void StageClock::add_rows(Stage stage, std::uint64_t rows) {
  measures_[static_cast<int>(stage)].rows += rows;
}

void StageClock::divide(const std::vector<std::pair<Stage, std::chrono::duration<double>>>& work) {
  const auto now = std::chrono::steady_clock::now();
  const std::chrono::duration<double> wall = now - entered_;
  std::chrono::duration<double> sum{};
  for (const auto& [stage, time] : work) sum += time;
  if (sum.count() <= 0) return;
  for (const auto& [stage, time] : work) measures_[static_cast<int>(stage)].wall += wall * (time / sum);
  entered_ = now;
}

void StageClock::finish(std::uint64_t spilled_bytes, MergeReport& report) {
  enter(Stage::export_, spilled_bytes);
  report.stages = measures_;
  report.wall = std::chrono::steady_clock::now() - start_;
  report.spilled_bytes = spilled_bytes;
  report.peak_rss_bytes = peak_rss_bytes();
}

std::uint64_t peak_rss_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

}  // namespace crm
