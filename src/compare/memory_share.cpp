#include "compare/memory_share.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.h"

namespace crm {
namespace {

constexpr std::uint64_t kMiB = 1u << 20;
/// For each thread a batch being read, one being mapped and some waiting: text, fields, results.
constexpr std::uint64_t kBlocksPerThread = 8;
/// Allocator slack, stacks, caches of keys, small things.
constexpr std::uint64_t kMargin = 14 * kMiB;
constexpr std::uint64_t kLeastForSorting = 16 * kMiB;
/// A run that is larger is not faster, and is sorted for longer than a person who cancels wants to wait.
constexpr std::uint64_t kMostForSorting = 1024 * kMiB;
constexpr std::uint64_t kMostBlockBytes = 512u << 10, kLeastBlockBytes = 64u << 10;

}  // namespace

MemoryShare share_memory(std::uint64_t limit_bytes, std::uint64_t resident_bytes, int threads) {
  MemoryShare share;
  const std::uint64_t base = resident_bytes + kMargin;
  const std::uint64_t free = limit_bytes > base ? limit_bytes - base : 0;
  const std::uint64_t blocks = kBlocksPerThread * (static_cast<std::uint64_t>(std::max(threads, 1)) + 1);
  share.block = std::clamp(free / 4 / blocks, kLeastBlockBytes, kMostBlockBytes);
  const std::uint64_t scan = share.block * blocks;
  if (free < scan + kLeastForSorting) {
    throw Error(ErrorCode::limit_exceeded,
                fmt::format("--memory-limit {} MB is too small for {} threads: give it {} MB or more, or fewer threads",
                            limit_bytes / 1'000'000, threads, (base + scan + kLeastForSorting) / 1'000'000 + 1));
  }
  share_sorting(static_cast<std::size_t>(std::min(free - scan, kMostForSorting)), share);
  return share;
}

void share_sorting(std::size_t bytes, MemoryShare& share) {
  share.rows_a = share.rows_b = bytes / 10 * 3;
  share.pairs = bytes / 4;
  share.lone = bytes / 10;
  share.cells = bytes / 4;
  share.window = bytes / 8;
}

}  // namespace crm
