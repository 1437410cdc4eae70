#include "base/memory_cap.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <cstring>

namespace crm {
namespace {

std::atomic<std::uint64_t> cap_bytes{0};
std::atomic<std::uint64_t> growing_bytes{0};  // of all Growths that are not over

/// From here on pages are brought in at once, however far the cap.
constexpr std::size_t kVeryLargeBytes = 4u << 20;
constexpr std::size_t kPopulatedAtOnce = 1u << 20;
/// Small allocations meanwhile.
constexpr std::uint64_t kMargin = 2u << 20;
constexpr int kMostHeaps = 4;
constexpr int kKeptHeapBytes = 2 << 20;

/// Where statm is read; without the heap, since operator new asks.
int statm() {
  static const int fd = ::open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  return fd;
}

}  // namespace

std::uint64_t rss_bytes() {
  static const auto page_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  std::array<char, 128> text{};
  const ssize_t size = ::pread(statm(), text.data(), text.size() - 1, 0);
  if (size <= 0) return 0;
  const char* const end = text.data() + size;
  const char* const at = std::strchr(text.data(), ' ');  // behind the total
  std::uint64_t pages = 0;
  if (at != nullptr) std::from_chars(at + 1, end, pages);
  return pages * page_bytes;
}

MemoryCapReached::MemoryCapReached(std::uint64_t cap, std::uint64_t needed)
    : message_(fmt::format("--memory-limit {} MB is too small for the longest cells of these files: give it {} MB or "
                           "more, or leave long columns out (--columns, --drop)",
                           cap / 1'000'000, needed / 1'000'000 + 1)) {}

void cap_memory(std::uint64_t bytes) { cap_bytes = bytes; }

Growth::Growth(std::size_t bytes) {
  if (bytes < kLargeGrowthBytes) return;
  const std::uint64_t cap = cap_bytes.load(std::memory_order_relaxed);
  if (cap == 0) return;
  const std::uint64_t growing = growing_bytes.fetch_add(bytes) + bytes;
  const std::uint64_t needed = rss_bytes() + growing + kMargin;
  if (needed > cap) {
    growing_bytes.fetch_sub(bytes);
    throw MemoryCapReached(cap, needed);
  }
  bytes_ = bytes;
  near_cap_ = bytes >= kVeryLargeBytes || needed > cap / 4 * 3;
}

Growth::~Growth() {
  if (bytes_ != 0) growing_bytes.fetch_sub(bytes_);
}

void Growth::took(void* memory) {
  if (bytes_ == 0 || !near_cap_ || memory == nullptr) return;
  static const auto page_bytes = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto at = reinterpret_cast<std::uintptr_t>(memory);
  const std::uintptr_t begin = (at + page_bytes - 1) / page_bytes * page_bytes;
  const std::uintptr_t end = (at + bytes_) / page_bytes * page_bytes;
  // Where the kernel does not know it (before 5.14) the pages come when they are used.
  // Bit by bit, so that who asks meanwhile does not count the same bytes as resident and as still to come.
  for (std::uintptr_t part = begin; part < end; part += kPopulatedAtOnce) {
    const std::size_t size = std::min<std::size_t>(kPopulatedAtOnce, end - part);
    if (::madvise(reinterpret_cast<void*>(part), size, MADV_POPULATE_WRITE) != 0) return;
    growing_bytes.fetch_sub(size);
    bytes_ -= size;
  }
}

void use_lean_malloc() {
  ::mallopt(M_MMAP_THRESHOLD, static_cast<int>(kLargeGrowthBytes));
  ::mallopt(M_TRIM_THRESHOLD, kKeptHeapBytes);
  ::mallopt(M_ARENA_MAX, kMostHeaps);
}

}  // namespace crm
