#include "engine/stream/hit_store.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

#include "base/temp_space.h"

namespace crm {
namespace {

constexpr std::size_t kSmallestChunk = 256;
constexpr std::size_t kLargestChunk = 64u << 10;
constexpr std::size_t kPieceBytes = 256u << 10;
constexpr std::size_t kWriteBytes = 256u << 10;
constexpr std::uint64_t kMostMemory = std::uint64_t{1} << 31;

/// Half of the memory may lie in chunks that are only begun, one for each bucket.
std::size_t chunk_bytes_for(std::uint64_t memory_bytes, std::size_t buckets) {
  const std::uint64_t share = memory_bytes / 2 / std::max<std::size_t>(buckets, 1);
  return std::clamp<std::uint64_t>(share, kSmallestChunk, kLargestChunk);
}

std::uint32_t record_bytes(const char* record) {
  std::uint32_t size;
  std::memcpy(&size, record, sizeof size);
  return size;
}

}  // namespace

HitStore::HitStore(TempSpace& temp, std::size_t buckets, std::uint64_t memory_bytes)
    : temp_(temp),
      chunk_bytes_(chunk_bytes_for(memory_bytes, buckets)),
      pool_(std::min(memory_bytes, kMostMemory) / chunk_bytes_ * chunk_bytes_),
      chunks_(buckets),
      in_memory_(buckets),
      bytes_(buckets) {}

HitStore::~HitStore() = default;

void HitStore::append(std::size_t bucket, std::string_view record) {
  bytes_[bucket] += record.size();
  total_bytes_ += record.size();
  if (!make_room(bucket, record.size())) {
    flush();
    if (!make_room(bucket, record.size())) return spill_one(bucket, record);
  }
  while (!record.empty()) {
    const std::size_t used = in_memory_[bucket] % chunk_bytes_;
    const std::size_t chunk = in_memory_[bucket] / chunk_bytes_;
    const std::size_t size = std::min(record.size(), chunk_bytes_ - used);
    std::memcpy(pool_.data() + chunks_[bucket][chunk] * chunk_bytes_ + used, record.data(), size);
    in_memory_[bucket] += size;
    record.remove_prefix(size);
  }
}

/// Gives the bucket chunks for so many bytes more; false (and nothing given) where there are not enough.
bool HitStore::make_room(std::size_t bucket, std::size_t bytes) {
  const std::size_t wanted = (in_memory_[bucket] + bytes + chunk_bytes_ - 1) / chunk_bytes_;
  std::vector<std::uint32_t>& own = chunks_[bucket];
  if (wanted <= own.size()) return true;
  const std::size_t more = wanted - own.size();
  if (free_.size() + pool_.size() / chunk_bytes_ - fresh_ < more) return false;
  for (std::size_t i = 0; i < more; ++i) {
    if (free_.empty()) {
      own.push_back(static_cast<std::uint32_t>(fresh_++));
    } else {
      own.push_back(free_.back());
      free_.pop_back();
    }
  }
  return true;
}

void HitStore::flush() {
  Flush flushed;
  std::string out;
  std::uint64_t end = 0;
  if (!spill_) spill_ = temp_.create_spill();
  flushed.offset = spill_->size();
  for (std::size_t bucket = 0; bucket < chunks_.size(); ++bucket) {
    std::uint64_t left = in_memory_[bucket];
    end += left;
    flushed.ends.push_back(static_cast<std::uint32_t>(end));
    for (const std::uint32_t chunk : chunks_[bucket]) {
      const std::uint64_t size = std::min<std::uint64_t>(left, chunk_bytes_);
      out.append(pool_.data() + chunk * chunk_bytes_, size);
      left -= size;
      if (out.size() < kWriteBytes) continue;
      spill_->append(out);
      out.clear();
    }
    chunks_[bucket].clear();
    in_memory_[bucket] = 0;
  }
  if (!out.empty()) spill_->append(out);
  free_.clear();
  fresh_ = 0;
  if (end > 0) flushes_.push_back(std::move(flushed));
}

void HitStore::spill_one(std::size_t bucket, std::string_view record) {
  Flush flushed;
  flushed.offset = spill_->append(record);
  flushed.first_bucket = bucket;
  flushed.ends.push_back(static_cast<std::uint32_t>(record.size()));
  flushes_.push_back(std::move(flushed));
}

/// Cuts pieces of bytes into records; the begun record at a piece's end waits for the next piece, a long one where it
/// will stay.
class HitStore::Splitter {
 public:
  Splitter(const std::function<void(const char*)>& each, const LongRecords& long_records)
      : each_(each), long_records_(long_records) {}

  /// Room for a piece of `bytes`, or for its beginning.
  std::span<char> room(std::size_t bytes) {
    if (long_ == nullptr && waiting_ >= sizeof(std::uint32_t)) begin_long(record_bytes(buffer_.data()));
    if (long_ != nullptr) return {long_ + filled_, std::min(bytes, long_bytes_ - filled_)};
    if (buffer_.size() < waiting_ + bytes) buffer_.resize(waiting_ + bytes);
    return {buffer_.data() + waiting_, bytes};
  }
  /// So many bytes were put there.
  void added(std::size_t bytes) {
    if (long_ == nullptr) return split(bytes);
    filled_ += bytes;
    if (filled_ == long_bytes_) long_records_.added(std::exchange(long_, nullptr));
  }

 private:
  void begin_long(std::size_t bytes) {
    if (bytes < kLongRecordBytes) return;
    if (!long_records_.room) {
      // It comes in many pieces: room for all of it at once, not for twice as much.
      if (bytes > buffer_.capacity()) buffer_.reserve(bytes + kPieceBytes);
      return;
    }
    long_ = long_records_.room(bytes);
    long_bytes_ = bytes;
    filled_ = std::exchange(waiting_, 0);
    std::memcpy(long_, buffer_.data(), filled_);
  }

  void split(std::size_t bytes) {
    const char* at = buffer_.data();
    const char* const end = at + waiting_ + bytes;
    while (static_cast<std::size_t>(end - at) >= sizeof(std::uint32_t)) {
      const std::uint32_t size = record_bytes(at);
      if (static_cast<std::size_t>(end - at) < size) break;
      each_(at);
      at += size;
    }
    waiting_ = static_cast<std::size_t>(end - at);
    std::memmove(buffer_.data(), at, waiting_);
  }

  const std::function<void(const char*)>& each_;
  const LongRecords& long_records_;
  std::string buffer_;
  std::size_t waiting_ = 0;
  char* long_ = nullptr;  // the long record that is being filled
  std::size_t long_bytes_ = 0, filled_ = 0;
};

void HitStore::read_flushed(const Flush& flush, std::size_t first, std::size_t last,
                            Splitter& splitter) const {
  const std::size_t from = std::max(first, flush.first_bucket);
  const std::size_t to = std::min(last, flush.first_bucket + flush.ends.size());
  if (from >= to) return;
  std::uint64_t at = from == flush.first_bucket ? 0 : flush.ends[from - flush.first_bucket - 1];
  const std::uint64_t end = flush.ends[to - flush.first_bucket - 1];
  while (at < end) {
    const std::span<char> room = splitter.room(std::min<std::uint64_t>(kPieceBytes, end - at));
    spill_->read_at(flush.offset + at, room.data(), room.size());
    splitter.added(room.size());
    at += room.size();
  }
}

void HitStore::read(std::size_t first, std::size_t last, const std::function<void(const char*)>& each,
                    const LongRecords& long_records) const {
  Splitter splitter(each, long_records);
  for (const Flush& flush : flushes_) read_flushed(flush, first, last, splitter);
  for (std::size_t bucket = first; bucket < last; ++bucket) {
    std::uint64_t left = in_memory_[bucket];
    for (const std::uint32_t chunk : chunks_[bucket]) {
      const char* at = pool_.data() + chunk * chunk_bytes_;
      const char* const end = at + std::min<std::uint64_t>(left, chunk_bytes_);
      left -= static_cast<std::uint64_t>(end - at);
      while (at < end) {
        const std::span<char> room = splitter.room(static_cast<std::size_t>(end - at));
        std::memcpy(room.data(), at, room.size());
        splitter.added(room.size());
        at += room.size();
      }
    }
  }
}

void HitStore::drop(std::size_t first, std::size_t last) {
  for (std::size_t bucket = first; bucket < last; ++bucket) {
    free_.insert(free_.end(), chunks_[bucket].begin(), chunks_[bucket].end());
    chunks_[bucket].clear();
    in_memory_[bucket] = 0;
  }
}

}  // namespace crm
