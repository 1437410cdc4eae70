#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/temp_space.h"

namespace crm {

/// Bytes that are appended, then read anywhere: in memory while they fit, else in an unlinked file behind a cache of
/// pages.
///
/// Threads: one.
class PagedBytes {
 public:
  PagedBytes(TempSpace& temp, std::size_t memory_bytes);
  void append(std::string_view bytes);
  std::uint64_t size() const { return size_; }
  /// A view that holds until the next call, perhaps into `scratch`.
  std::string_view read(std::uint64_t offset, std::size_t size, std::string& scratch);

 private:
  static constexpr std::size_t kPageBytes = 64 * 1024;
  struct Page {
    std::uint64_t number = ~std::uint64_t{0};
    std::string bytes;
  };
  const std::string& page(std::uint64_t number);

  TempSpace& temp_;
  std::size_t memory_bytes_;
  std::uint64_t size_ = 0;
  std::string memory_;               // all of it, or what is not yet in the file
  std::unique_ptr<SpillFile> file_;  // once it did not fit
  std::vector<Page> pages_;          // of number % size
};

/// The table of a workbook's texts, to which its cells refer by number. There may be tens of millions of them.
class SharedStrings {
 public:
  SharedStrings(TempSpace& temp, std::size_t memory_bytes)
      : texts_(temp, memory_bytes / 4 * 3), ends_(temp, memory_bytes / 4) {}
  void add(std::string_view text);
  std::uint64_t count() const { return count_; }
  /// The text with this number, which is below count(). A view that holds until the next call.
  std::string_view get(std::uint64_t number);

 private:
  std::uint64_t end_of(std::uint64_t number);

  PagedBytes texts_, ends_;
  std::uint64_t count_ = 0;
  std::string scratch_, number_scratch_;
};

}  // namespace crm
