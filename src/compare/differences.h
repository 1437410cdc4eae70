#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "compare/comparison.h"
#include "compare/fetched_rows.h"
#include "compare/row_hashes.h"
#include "ingest/input.h"

namespace crm {

/// What one batch of rows that differ adds to the comparison.
struct FoundDifferences : Input::Mapped {
  std::string csv;                                    ///< lines of the file of differences
  std::map<std::size_t, ColumnDifferences> columns;   ///< by place among the compared columns
  std::vector<LoneRow> lone;                          ///< at most kShownExamples
  std::uint64_t rows = 0;                             ///< looked at
};

/// Puts differences into words: lines of the file of differences, and examples.
///
/// Threads: any; it has no state but what it was made with.
class DifferenceWriter {
 public:
  struct Options {
    const std::vector<std::string>* header_a = nullptr;
    bool lists = false;        ///< the file of differences is wanted
    char delimiter = ',';
    BlankRule blank;
  };

  DifferenceWriter(const SideColumns& columns_a, Options options) : columns_(&columns_a), options_(std::move(options)) {}

  /// "kind,line_a,line_b,<key columns>,column,a,b".
  std::string header() const;

  /// Compares row `row` of a batch of A with its partner.
  void compare(const RecordBatch& batch, std::size_t row, FetchedRow partner, FoundDifferences& found) const;

  /// Tells of a row that only `side` has.
  void add_lone(Side side, const RecordBatch& batch, std::size_t row, const std::vector<std::size_t>& key_at,
                FoundDifferences& found) const;

 private:
  struct Cell {
    std::string_view column, a, b;
  };
  void append_line(std::string_view kind, std::string_view line_a, std::string_view line_b,
                   const std::vector<std::string>& key, const Cell& cell, std::string& csv) const;

  const SideColumns* columns_;
  Options options_;
};

/// The key's cells for people: "17 / a@x.com".
std::string key_text(const std::vector<std::string>& key);

/// `text` cut to kKeptExampleBytes at most, between characters.
std::string example_text(std::string_view text);

}  // namespace crm
