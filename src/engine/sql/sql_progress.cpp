#include "engine/sql/sql_progress.h"

#include <algorithm>

namespace crm {

void SqlProgress::begin(Stage stage, double weight, double of_stage, std::string detail) {
  const std::lock_guard lock(mutex_);
  done_ += weight_;
  stage_done_ += of_stage_;
  if (stage != progress_.stage || detail != progress_.detail) {
    if (stage != progress_.stage) stage_done_ = 0;
    progress_.rows = 0;
  }
  rows_before_ = progress_.rows;
  progress_.stage = stage;
  progress_.detail = std::move(detail);
  weight_ = weight;
  of_stage_ = of_stage;
  fraction_ = 0;
  tell();
}

void SqlProgress::advance(double fraction, std::uint64_t rows) {
  const std::lock_guard lock(mutex_);
  fraction_ = std::clamp(fraction, fraction_, 1.0);
  progress_.rows = std::max(progress_.rows, rows_before_ + rows);
  tell();
}

void SqlProgress::finish() {
  const std::lock_guard lock(mutex_);
  done_ = total_;
  weight_ = 0;
  stage_done_ = 1;
  of_stage_ = 0;
  tell();
}

void SqlProgress::tell() {
  progress_.fraction = std::clamp((done_ + weight_ * fraction_) / total_, progress_.fraction, 1.0);
  progress_.stage_fraction = std::clamp(stage_done_ + of_stage_ * fraction_, 0.0, 1.0);
  sink_.update(progress_);
}

}  // namespace crm
