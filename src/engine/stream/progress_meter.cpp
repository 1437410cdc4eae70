#include "engine/stream/progress_meter.h"

#include <algorithm>
#include <utility>

namespace crm {
namespace {
/// A sink hears no more often than this within a part.
constexpr std::chrono::milliseconds kInterval{20};
}  // namespace

void ProgressMeter::begin(Stage stage, double weight, std::uint64_t bytes, int parts_left,
                          std::string detail) {
  if (stage == progress_.stage && detail == progress_.detail && weight_ > 0) {
    stage_before_ = progress_.stage_fraction;
  } else {
    stage_before_ = 0;
    progress_.rows = 0;
    progress_.total_rows = 0;
  }
  stage_share_ = (1 - stage_before_) / parts_left;
  done_before_ += weight_;
  weight_ = weight;
  bytes_ = bytes;
  progress_.stage = stage;
  progress_.detail = std::move(detail);
  progress_.stage_fraction = stage_before_;
  tell();
}

void ProgressMeter::advance(std::uint64_t bytes_done, std::uint64_t rows_done) {
  const double part =
      bytes_ == 0 ? 1 : std::min(1.0, static_cast<double>(bytes_done) / static_cast<double>(bytes_));
  progress_.stage_fraction = std::max(progress_.stage_fraction, stage_before_ + stage_share_ * part);
  progress_.rows = std::max(progress_.rows, rows_done);
  if (total_ > 0)
    progress_.fraction = std::clamp((done_before_ + weight_ * part) / total_, progress_.fraction, 1.0);
  if (part >= 1 || std::chrono::steady_clock::now() - told_ >= kInterval) tell();
}

void ProgressMeter::restart() {
  done_before_ = 0;
  weight_ = 0;
}

void ProgressMeter::tell() {
  told_ = std::chrono::steady_clock::now();
  sink_.update(progress_);
}

}  // namespace crm
