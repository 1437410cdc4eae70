#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <string>

namespace crm {

/// Resident memory of this process now.
std::uint64_t rss_bytes();

/// A growth that would have passed the cap: whoever asked for the memory just has not got it.
class MemoryCapReached : public std::bad_alloc {
 public:
  MemoryCapReached(std::uint64_t cap_bytes, std::uint64_t needed_bytes);
  /// One line that a person can act on.
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  std::string message_;
};

/// Growths from this size on are held against the cap; smaller ones have their share by engine/memory_division.h.
inline constexpr std::size_t kLargeGrowthBytes = std::size_t{1} << 20;

/// From now on the process's resident memory stays below `bytes` (0: no cap): the last word, for what no division of
/// memory foresees, such as a row of a few very long cells. The program's operator new asks too
/// (app/bin/new_delete.cpp).
void cap_memory(std::uint64_t bytes);

/// Taking memory of `bytes`: asks before (the constructor), and until it is over others that ask count with it.
///
/// Cost: nothing for a small one, some microseconds for a large one. Errors: MemoryCapReached. Threads: any.
class Growth {
 public:
  explicit Growth(std::size_t bytes);
  ~Growth();
  Growth(const Growth&) = delete;
  Growth& operator=(const Growth&) = delete;

  /// The memory that was taken. Where the cap is near its pages are brought in now, so that they are counted: memory
  /// that is only promised would let others take it, too.
  void took(void* memory);

 private:
  std::size_t bytes_ = 0;  // that others count with: what has not come yet
  bool near_cap_ = false;
};

/// Empties a text that is used again and again, and gives its memory back where one long cell made it large.
inline void clear_scratch(std::string& text) {
  text.clear();
  if (text.capacity() > kLargeGrowthBytes) std::string().swap(text);
}

/// Makes malloc give memory back: large blocks come from the kernel and return to it at once (by default glibc begins
/// to keep blocks of up to 32 MiB), and threads share a few heaps. For the whole process.
void use_lean_malloc();

}  // namespace crm
