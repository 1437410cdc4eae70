#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/temp_space.h"

namespace crm {

/// Consecutive numbers of listed rows whose partners in B are compared at once.
struct Portion {
  std::uint64_t first = 0, count = 0;
};

/// One row of B as it is kept: its line, and its compared cells.
class FetchedRow {
 public:
  explicit FetchedRow(std::string_view bytes) : bytes_(bytes) {}

  std::uint64_t line() const;
  /// The next cell; begins with the first.
  std::string_view next_cell();

  static void append(std::uint64_t line, std::string& out);
  static void append_cell(std::string_view cell, std::string& out);

 private:
  std::string_view bytes_;
  std::size_t at_ = sizeof(std::uint64_t);
};

/// Rows of B by the numbers of their partners: put in B's order, taken portion by portion. A buffer is in memory, the
/// rest in a spill file.
///
/// Threads: one.
class FetchedRows {
 public:
  FetchedRows(TempSpace& temp, std::vector<Portion> portions, std::size_t buffer_bytes);

  /// Memory that a row takes in a loaded portion, beside its cells.
  static std::uint64_t overhead_bytes(std::size_t cells) { return 48 + sizeof(std::uint32_t) * cells; }

  void put(std::uint64_t number, std::string_view row);
  const std::vector<Portion>& portions() const { return portions_; }

  /// Loads one portion instead of the one before.
  void load(std::size_t portion);
  /// A row of the loaded portion.
  FetchedRow row(std::uint64_t number) const;

 private:
  struct Extent {
    std::uint64_t offset = 0, size = 0;
  };

  void flush();

  TempSpace* temp_;
  std::unique_ptr<SpillFile> file_;
  std::vector<Portion> portions_;
  std::size_t buffer_bytes_, buffered_ = 0;
  std::vector<std::string> buffers_;          // of each portion
  std::vector<std::vector<Extent>> extents_;  // of each portion
  // Of the loaded portion:
  std::uint64_t first_ = 0;
  std::string text_;
  std::vector<std::uint64_t> begins_;
};

}  // namespace crm
