#pragma once

#include <cstdint>
#include <tuple>
#include <vector>

#include "compare/compare_files.h"
#include "compare/external_sort.h"
#include "compare/memory_share.h"

namespace crm {

/// Where a row stands and about how long it is, in one word: the row's number above, its size in 64 bytes below.
class RowPlace {
 public:
  RowPlace() = default;
  RowPlace(std::uint64_t row, std::size_t bytes) : word_(row << kSizeBits | size_units(bytes)) {}

  std::uint64_t row() const { return word_ >> kSizeBits; }
  /// Not less than its bytes.
  std::uint64_t size_bytes() const { return (word_ & kMostUnits) * kUnitBytes; }
  auto operator<=>(const RowPlace&) const = default;

 private:
  static constexpr int kSizeBits = 24;
  static constexpr std::uint64_t kUnitBytes = 64, kMostUnits = (std::uint64_t{1} << kSizeBits) - 1;

  static std::uint64_t size_units(std::size_t bytes) {
    const std::uint64_t units = (bytes + kUnitBytes - 1) / kUnitBytes;
    return units < kMostUnits ? units : kMostUnits;
  }

  std::uint64_t word_ = 0;
};

struct Hash128 {
  std::uint64_t high = 0, low = 0;
  auto operator<=>(const Hash128&) const = default;
};

/// A row as it takes part in the join: rows of one key in the order of their file.
struct HashedRow {
  Hash128 key;
  RowPlace place;
  Hash128 cells;
  bool operator<(const HashedRow& other) const { return std::tie(key, place) < std::tie(other.key, other.place); }
};

/// One file's columns: those of the key, and those that are compared, in A's order for both files.
struct SideColumns {
  std::vector<int> key;
  std::vector<std::optional<Kind>> key_kinds;
  std::vector<int> compared;
  std::vector<int> projection;       ///< all of them, each once
  std::vector<std::size_t> key_at;   ///< places of `key` in the projection
  std::vector<std::size_t> compared_at;
};

enum class Side { a, b };
SideColumns side_columns(const ColumnPairs& pairs, Side side);

/// What one reading of a file found, beside its rows' hashes.
struct HashedFile {
  InputAccount account;
  std::uint64_t blank_keys = 0;
};

/// Reads `input` and adds the hashes of its rows to `rows`.
HashedFile hash_rows(Input& input, const SideColumns& columns, const CompareOptions& options, std::uint64_t block_bytes,
                     ComparePart part, ExternalSort<HashedRow>& rows);

}  // namespace crm
