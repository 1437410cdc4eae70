#include "engine/memory_division.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/memory_cap.h"

namespace crm {
namespace {

constexpr std::uint64_t kMiB = 1u << 20;
/// For each thread a batch being read, one being mapped and one waiting: text, fields (8 bytes a cell),
/// results.
constexpr std::uint64_t kBlocksPerThread = 6;
constexpr std::uint64_t kLeastBlock = 64u << 10;
/// Of each thread but the first: stack, heap, caches of keys (measured: 2.6 MiB).
constexpr std::uint64_t kThreadBytes = 4 * kMiB;
/// Allocator slack, stacks, small things.
constexpr std::uint64_t kMargin = 12 * kMiB;
/// For hits and units.
constexpr std::uint64_t kLeastRest = 8 * kMiB;
constexpr int kMostParts = 64;

[[noreturn]] void refuse(std::uint64_t limit, std::uint64_t needed, const char* what) {
  throw Error(ErrorCode::limit_exceeded,
              fmt::format("--memory-limit {} MB is too small for {}: give it {} MB or more",
                          limit / 1'000'000, what, needed / 1'000'000 + 1));
}

}  // namespace

MemoryDivision divide_memory(std::uint64_t limit_bytes, int threads) {
  MemoryDivision division;
  division.base = rss_bytes() + kMargin;
  if (limit_bytes < kLeastMemoryBytes) refuse(limit_bytes, kLeastMemoryBytes, "a merge");
  // A quarter of what is free may lie in batches; smaller blocks where many threads would take more, and fewer
  // threads where even the smallest would.
  const std::uint64_t free = limit_bytes > division.base ? limit_bytes - division.base : 0;
  const std::uint64_t most_threads = free / 2 / (kThreadBytes + kBlocksPerThread * kLeastBlock);
  division.threads = static_cast<int>(
      std::clamp<std::uint64_t>(most_threads, 1, static_cast<std::uint64_t>(std::max(threads, 1))));
  const std::uint64_t blocks = kBlocksPerThread * (static_cast<std::uint64_t>(division.threads) + 1);
  division.block = std::clamp<std::uint64_t>(free / 4 / blocks, kLeastBlock, kBlockBytes);
  division.scan = division.block * blocks + kThreadBytes * (static_cast<std::uint64_t>(division.threads) - 1);
  if (free < division.scan + 16 * kMiB) refuse(limit_bytes, division.base + division.scan + 16 * kMiB, "a merge");
  division.spool = std::clamp<std::uint64_t>((free - division.scan) / 16, kMiB, 4 * kMiB);
  return division;
}

int divide_rest(std::uint64_t limit_bytes, const TableBytes& table, int least_parts,
                MemoryDivision& division) {
  const std::uint64_t fixed = division.base + division.scan + 3 * division.spool + table.flags;
  if (fixed + kLeastRest > limit_bytes) refuse(limit_bytes, fixed + kLeastRest, "the keys of the original");
  const std::uint64_t rest = limit_bytes - fixed;
  const std::uint64_t for_hashes = rest - kLeastRest / 2;
  int parts = std::max(least_parts, 1);
  if (table.hashes + kLeastRest > rest) {
    parts = std::max(
        parts, static_cast<int>(std::min<std::uint64_t>(table.hashes / for_hashes + 2, kMostParts + 1)));
    if (parts > kMostParts)
      refuse(limit_bytes, fixed + table.hashes / kMostParts * 2, "the keys of the original");
  }
  // Hashes in parts are gone before hits are stored; as a whole they stay until the last enriched file was
  // read.
  const std::uint64_t kept = parts == 1 ? table.hashes : 0;
  division.table = table.flags + table.hashes / static_cast<std::uint64_t>(parts);
  division.hits = std::clamp<std::uint64_t>((rest - kept) / 2, 4 * kMiB, 24 * kMiB);
  division.unit = std::clamp<std::uint64_t>((rest - kept) / 8, kMiB, 4 * kMiB);
  division.largest_unit = rest - division.hits;
  return parts;
}

}  // namespace crm
