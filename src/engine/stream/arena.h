#pragma once

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <vector>

#include "base/memory_cap.h"
#include "engine/stream/mapped_array.h"

namespace crm {

/// Blocks of memory that arenas take and give back, so that the next unit uses pages that are already there.
///
/// Threads: any.
class BlockPool {
 public:
  static constexpr std::size_t kBlockBytes = 1u << 20;

  /// `kept_blocks`: how many unused ones are kept.
  explicit BlockPool(std::size_t kept_blocks) : kept_blocks_(kept_blocks) {}

  /// A block of at least this size; its content is not defined.
  MappedArray<char> take(std::size_t bytes) {
    if (bytes <= kBlockBytes) {
      const std::lock_guard lock(mutex_);
      if (!blocks_.empty()) {
        MappedArray<char> block = std::move(blocks_.back());
        blocks_.pop_back();
        return block;
      }
    }
    Growth growth(std::max(bytes, kBlockBytes));
    MappedArray<char> block(std::max(bytes, kBlockBytes));
    growth.took(block.data());
    return block;
  }

  void give_back(MappedArray<char> block) {
    const std::lock_guard lock(mutex_);
    if (block.size() == kBlockBytes && blocks_.size() < kept_blocks_) blocks_.push_back(std::move(block));
  }

 private:
  const std::size_t kept_blocks_;
  std::mutex mutex_;
  std::vector<MappedArray<char>> blocks_;
};

/// Memory that is given back all at once.
class Arena {
 public:
  explicit Arena(BlockPool& pool) : pool_(&pool) {}
  Arena(Arena&& other) noexcept { swap(other); }
  Arena& operator=(Arena&& other) noexcept {
    swap(other);
    return *this;
  }
  ~Arena() {
    for (MappedArray<char>& block : blocks_) pool_->give_back(std::move(block));
  }

  /// Aligned to 8 bytes.
  char* allocate(std::size_t bytes) {
    bytes = (bytes + 7) & ~std::size_t{7};
    if (room_ < bytes) {
      blocks_.push_back(pool_->take(bytes));
      at_ = blocks_.back().data();
      room_ = blocks_.back().size();
      held_bytes_ += room_;
    }
    char* const result = at_;
    at_ += bytes;
    room_ -= bytes;
    return result;
  }

  /// Bytes of its blocks.
  std::size_t held_bytes() const { return held_bytes_; }

 private:
  void swap(Arena& other) noexcept {
    std::swap(pool_, other.pool_);
    std::swap(blocks_, other.blocks_);
    std::swap(at_, other.at_);
    std::swap(room_, other.room_);
    std::swap(held_bytes_, other.held_bytes_);
  }

  BlockPool* pool_ = nullptr;
  std::vector<MappedArray<char>> blocks_;
  char* at_ = nullptr;
  std::size_t room_ = 0;
  std::size_t held_bytes_ = 0;
};

}  // namespace crm
