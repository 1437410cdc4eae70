#pragma once

#include <cstdint>
#include <vector>

#include "inspect/hash_set.h"

namespace crm {

/// Counts distinct values by their 64-bit hashes in bounded memory: exactly while there are few, then by a HyperLogLog
/// sketch.
///
/// Memory: at most 2^(precision + 3) bytes. Exact up to 2^(precision - 2) values; from there the standard error is
/// 1.04 / sqrt(2^precision): 0.8 % for the precision 14. Two different values count as one if their hashes collide,
/// which for a million values happens once in tens of millions of files.
class DistinctCount {
 public:
  static constexpr int kLeastPrecision = 7, kMostPrecision = 14;

  explicit DistinctCount(int precision = kMostPrecision) : precision_(precision) {}

  void add(std::uint64_t hash) {
    if (registers_.empty()) return add_exactly(hash);
    add_to_sketch(hash);
  }

  bool exact() const { return registers_.empty(); }
  std::uint64_t estimate() const;
  /// Standard error as a share, once it is not exact.
  double standard_error() const;

 private:
  void add_exactly(std::uint64_t hash);
  void add_to_sketch(std::uint64_t hash) {
    const std::uint64_t rest = hash << precision_ | std::uint64_t{1} << (precision_ - 1);
    const auto rank = static_cast<std::uint8_t>(1 + __builtin_clzll(rest));
    std::uint8_t& seen = registers_[hash >> (64 - precision_)];
    if (rank > seen) seen = rank;
  }

  int precision_;
  HashSet few_;
  std::vector<std::uint8_t> registers_;  // empty: few_ holds all
};

/// The precision with which so many columns keep within `memory_bytes` together.
int distinct_precision(std::size_t columns, std::uint64_t memory_bytes);

}  // namespace crm
