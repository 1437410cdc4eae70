#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compare/column_pairs.h"
#include "model/profile.h"
#include "model/report.h"

// What a comparison of two files, A and B, found. Plain data.
namespace crm {

/// One differing cell, to be shown.
struct CellExample {
  std::string key;
  std::uint64_t line_a = 0, line_b = 0;  ///< physical, 1-based
  std::string a, b;
};

/// What differs in one compared column, over the rows that both files have.
struct ColumnDifferences {
  std::uint64_t cells = 0;
  std::uint64_t only_in_a = 0;           ///< of them: B's cell is blank
  std::uint64_t only_in_b = 0;           ///< A's is
  std::vector<CellExample> examples;     ///< the first in A's order, at most kShownExamples
};

/// A row of one file whose key the other has not, or not as often.
struct LoneRow {
  std::string key;
  std::uint64_t line = 0;
};

/// One of the two files.
struct ComparedFile {
  InputProfile profile;
  InputAccount account;
  std::uint64_t lone_rows = 0;
  std::vector<LoneRow> lone_examples;    ///< the first, at most kShownExamples
  std::uint64_t repeated_keys = 0;       ///< keys that several of its rows have
  std::uint64_t rows_of_repeated_keys = 0;
  std::uint64_t blank_keys = 0;          ///< rows whose key columns are all blank
};

struct Comparison {
  ColumnPairs columns;
  ComparedFile a, b;
  std::uint64_t paired_rows = 0;
  std::uint64_t equal_rows = 0;          ///< of them
  std::uint64_t differing_cells = 0;
  std::vector<ColumnDifferences> by_column;  ///< as columns.pairs
  /// Rows of A whose partner in B stands before the partner of the row before: 0 where the order is the same.
  std::uint64_t steps_back = 0;
  std::uint64_t spilled_bytes = 0;

  std::uint64_t changed_rows() const { return paired_rows - equal_rows; }
  bool rows_differ() const { return a.lone_rows + b.lone_rows + changed_rows() > 0; }
  bool columns_differ() const;
  bool order_differs() const;
};

inline constexpr std::size_t kShownExamples = 3;
/// Of a long value no more is shown.
inline constexpr std::size_t kKeptExampleBytes = 200;

/// The comparison as JSON, indented; docs/compare.md describes the shape. `equal`: what the exit status says.
std::string comparison_json(const Comparison& comparison, bool equal);

}  // namespace crm
