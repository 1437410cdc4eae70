#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "model/plan.h"
#include "model/report.h"

// What every engine counts in the same way.
//
// - A *shared key* is listed for the place where it is shared (the original, or an enriched file), and only
// where it
//   kept rows from matching: for the original, more than N of its rows hold the key and a row of some
//   enriched file has it; for an enriched file, more than N of its rows have the key and a row of the
//   original holds it. A key shared in two places is listed and counted twice. Only with MatchMode::any.
// - `without_recency` of an enriched file: its rows that at least one row of the original reached (each
// counted once) and
//   whose recency cell is missing or not a time, where some merged column's strategy is most_recent; else 0.
// - `filled_by` counts a concatenated cell once for each file that has a share in it.
// - `filled_after` of an original column under create_alternate equals `filled_before`; the alternate's
// non-blank cells
//   are `alternate_filled`. `changed` counts the changed cells of the column, the alternate's included.
namespace crm {

/// A report with all its lists at their size, all zero.
MergeReport empty_report(const MergePlan& plan);

/// The account of one column, all zero.
ColumnAccount empty_column(const MergePlan& plan);

/// Adds the counts of `more` to `sum`.
void add_account(ColumnAccount& sum, const ColumnAccount& more);

/// The first kMaxListedSharedKeys of the shared keys, in the report's order, however many are offered.
class SharedKeyList {
 public:
  /// `place` 0 is the original, f + 1 the enriched file f. Each (identifier, key, place) may be offered more
  /// than once.
  void offer(const MergePlan& plan, int identifier, const std::string& key, int place, std::uint64_t rows);
  /// True if a key with this many rows could still be listed: saves making its text.
  bool wants(int identifier, std::uint64_t rows) const;
  /// In order: identifier, rows descending, key, the original before the enriched files in rank order.
  std::vector<SharedKey> list() const;

 private:
  struct Entry {
    int identifier = 0;
    int place = 0;
    SharedKey shared;
  };
  static bool before(const Entry& a, const Entry& b);
  std::vector<Entry> entries_;  // sorted
};

}  // namespace crm
