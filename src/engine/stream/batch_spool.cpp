#include "engine/stream/batch_spool.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "base/temp_space.h"

namespace crm {
namespace {
constexpr std::size_t kSegmentBytes = 1u << 20;
}

BatchSpool::BatchSpool(TempSpace& temp, std::uint64_t memory_bytes)
    : temp_(temp), memory_bytes_(memory_bytes) {}

BatchSpool::~BatchSpool() = default;

void BatchSpool::append(std::uint64_t first_row, std::string_view blob) {
  if (blob.size() > UINT32_MAX) {
    throw Error(ErrorCode::limit_exceeded,
                "one batch of rows has more than 4 GiB of keys; split the cells that hold them");
  }
  Blob entry;
  entry.first_row = first_row;
  entry.size = static_cast<std::uint32_t>(blob.size());
  if (spill_ == nullptr && used_bytes_ + blob.size() > memory_bytes_) spill_ = temp_.create_spill();
  if (spill_ != nullptr) {
    entry.offset = spill_->append(blob);
  } else {
    char* const at = reserve(blob.size());
    std::memcpy(at, blob.data(), blob.size());
    entry.memory = at;
    used_bytes_ += blob.size();
  }
  blobs_.push_back(entry);
}

char* BatchSpool::reserve(std::size_t size) {
  if (segments_.empty() || segments_.back().size() - segment_used_ < size) {
    segments_.emplace_back(std::max(size, kSegmentBytes));
    segment_used_ = 0;
  }
  char* const at = segments_.back().data() + segment_used_;
  segment_used_ += size;
  return at;
}

std::string_view BatchSpool::read(std::size_t batch, std::string& scratch) const {
  const Blob& blob = blobs_[batch];
  if (blob.memory != nullptr || blob.size == 0) return {blob.memory, blob.size};
  scratch.resize(blob.size);
  spill_->read_at(blob.offset, scratch.data(), blob.size);
  return scratch;
}

std::size_t BatchSpool::find(std::uint64_t first_row) const {
  // Of several batches with this first row all but the last are empty.
  const auto after =
      std::upper_bound(blobs_.begin(), blobs_.end(), first_row,
                       [](std::uint64_t row, const Blob& blob) { return row < blob.first_row; });
  if (after == blobs_.begin() || (after - 1)->first_row != first_row) {
    throw Error(ErrorCode::internal, "a later scan of an input found other batches than the first");
  }
  return static_cast<std::size_t>(after - blobs_.begin() - 1);
}

}  // namespace crm
