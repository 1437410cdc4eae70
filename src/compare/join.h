#pragma once

#include <cstdint>

#include "compare/external_sort.h"
#include "compare/row_hashes.h"

namespace crm {

/// What became of a row of A.
enum class Fate : std::uint64_t { equal, changed, lone };

/// A row of A and its partner in B, if it has one. Sorted in A's order.
class RowPair {
 public:
  RowPair() = default;
  RowPair(std::uint64_t row_a, Fate fate, RowPlace b) : word_(row_a << 2 | static_cast<std::uint64_t>(fate)), b_(b) {}

  std::uint64_t row_a() const { return word_ >> 2; }
  Fate fate() const { return static_cast<Fate>(word_ & 3); }
  RowPlace b() const { return b_; }   ///< of no meaning where it is lone
  bool operator<(const RowPair& other) const { return word_ < other.word_; }

 private:
  std::uint64_t word_ = 0;
  RowPlace b_;
};

struct RepeatedKeys {
  std::uint64_t keys = 0, rows = 0;
};

struct JoinCounts {
  std::uint64_t paired = 0, equal = 0, lone_a = 0, lone_b = 0;
  RepeatedKeys repeated_a, repeated_b;
};

/// Joins the finished rows of both files: of a key, the first row of A with the first of B, and so on.
JoinCounts join_rows(ExternalSort<HashedRow>& a, ExternalSort<HashedRow>& b, ExternalSort<RowPair>& pairs,
                     ExternalSort<RowPlace>& lone_b);

}  // namespace crm
