#include "engine/stream/run_context.h"

#include "base/error.h"

namespace crm {

void RejectsOnce::add(const Reject& reject) {
  if (++seen_[reject.input] <= handed_on_[reject.input]) return;
  ++handed_on_[reject.input];
  sink_->add(reject);
}

void throw_if_stopped(const std::stop_token& stop) {
  if (stop.stop_requested())
    throw Error(ErrorCode::cancelled, "the merge was cancelled; no output was written");
}

void Projection::settle(ScanOptions& options) {
  int next = 0;
  options.columns.clear();
  for (std::size_t column = 0; column < place_.size(); ++column) {
    if (place_[column] < 0) continue;
    place_[column] = next++;
    options.columns.push_back(static_cast<int>(column));
  }
  options.all_columns = options.columns.size() == place_.size();
}

std::vector<std::vector<int>> Projection::places(const std::vector<std::vector<int>>& columns) const {
  std::vector<std::vector<int>> result;
  for (const std::vector<int>& list : columns) {
    std::vector<int>& places = result.emplace_back();
    for (const int column : list) places.push_back(place(column));
  }
  return result;
}

}  // namespace crm
