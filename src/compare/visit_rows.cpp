#include "compare/visit_rows.h"

#include <algorithm>
#include <vector>

namespace crm {
namespace {

/// So many batches without a wanted row are read in passing: to begin anew costs as much.
constexpr std::size_t kBatchesInPassing = 4;

struct BatchRange {
  std::size_t first = 0, last = 0;  // behind
};

std::vector<BatchRange> ranges_with(const std::vector<BatchPosition>& batches, std::span<const WantedRow> wanted) {
  std::vector<BatchRange> ranges;
  std::size_t batch = 0;
  for (const WantedRow& row : wanted) {
    if (!ranges.empty() && row.row < batches[batch].first_row + batches[batch].rows) continue;
    const auto behind = std::upper_bound(batches.begin() + static_cast<std::ptrdiff_t>(batch), batches.end(), row.row,
                                         [](std::uint64_t wanted_row, const BatchPosition& b) { return wanted_row < b.first_row; });
    batch = static_cast<std::size_t>(behind - batches.begin()) - 1;
    if (!ranges.empty() && batch <= ranges.back().last + kBatchesInPassing) ranges.back().last = batch + 1;
    else ranges.push_back({batch, batch + 1});
  }
  return ranges;
}

}  // namespace

void visit_rows(Input& input, const ScanOptions& scan, std::span<const WantedRow> wanted, const MapWanted& map,
                const CommitWanted& commit) {
  const auto map_batch = [&](const RecordBatch& batch, int) -> std::unique_ptr<Input::Mapped> {
    const auto first = std::lower_bound(wanted.begin(), wanted.end(), WantedRow{batch.first_row, 0});
    const auto last = std::lower_bound(first, wanted.end(), WantedRow{batch.first_row + batch.rows(), 0});
    return first == last ? nullptr : map(batch, std::span(first, last));
  };
  const auto commit_batch = [&](std::unique_ptr<Input::Mapped> mapped, const BatchPosition&) {
    if (mapped) commit(std::move(mapped));
  };
  for (const BatchRange& range : ranges_with(input.batches(), wanted)) {
    input.scan_range(scan, range.first, range.last, map_batch, commit_batch);
  }
}

}  // namespace crm
