#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/stream/heavy_keys.h"
#include "engine/stream/hit.h"
#include "engine/stream/hit_units.h"
#include "engine/stream/key_table.h"
#include "engine/stream/keyed_hits.h"
#include "engine/stream/row_slots.h"
#include "engine/stream/shared_keys.h"
#include "engine/stream/values.h"
#include "model/blank.h"
#include "model/plan.h"

namespace crm {

class RecordBatch;

/// What matching has settled, for those who merge rows. All const while they do.
struct MergeContext {
  const MergePlan& plan;
  const HitLayout& layout;
  const KeyTable& table;
  const UsableKeys& usable;
};

/// The merged cell of one column of one row.
struct MergedCell {
  const Outcome* outcome = nullptr;  ///< what the values come to; null where there are none
  std::span<const Value> values;     ///< in the column's order; of heavy keys only where conflicts are listed
  std::string_view original;         ///< the original's cell; empty for a new column
  bool original_blank = true;
  bool takes_choice = false;  ///< the column's own output cell is the outcome's
  bool alternate = false;     ///< the alternate column's cell is the outcome's

  bool changed() const { return takes_choice || alternate; }
};

/// Merges rows: which rows of which files each one reaches, what they give it, what the policies make of
/// that.
///
/// Keys, their hits and the rows of these lie anywhere in memory, so rows are matched some at a time, each
/// step for all of them before the next, and the memory of the next step is asked for early.
///
/// Threads: one each.
class RowMerge {
 public:
  static constexpr std::size_t kMostRows = 32;

  explicit RowMerge(const MergeContext& context);

  /// Matches the rows [first, first + rows) of `slots`, at most kMostRows, all of them in `unit`.
  /// Errors: HashCollision.
  void match(const RowSlots& slots, std::size_t first, std::size_t rows, const HitUnit& unit);
  /// Merges the cells of row `i` of those that were matched, which is row `row` of the batch.
  void merge(const RecordBatch& batch, std::size_t row, std::size_t i);

  bool matched() const { return first_identifier_ >= 0; }
  /// The earliest identifier used; -1: none.
  int first_identifier() const { return first_identifier_; }
  /// Identifier used in a file; -1: not matched there.
  int identifier(std::size_t file) const { return current_[file].identifier; }

  /// By index into MergePlan::columns.
  const MergedCell& cell(int column) const { return cells_[column]; }
  /// Columns with values, in no order.
  const std::vector<int>& touched() const { return touched_; }
  bool changed() const { return changed_; }
  /// Whose outcomes these are, where other rows share them; else null.
  const std::shared_ptr<const SharedOutcomes>& shared() const { return shared_; }

  Consolidator& consolidator() { return consolidator_; }

 private:
  struct Reached {
    SlotRef key;
    int identifier = -1;
    const KeyedHits::Row* last = nullptr;
    std::uint64_t chain = 0;  // id of the heavy chain, if it is one
  };
  /// What is worked out for a row, kept to be used again.
  struct Scratch {
    std::vector<Value> values;
    Outcome outcome;
    std::string unescaped;
  };
  void take_key(std::span<const SlotRef> slots, std::size_t file, Reached& reached) const;
  const std::vector<bool>* fills_of(const Reached& reached) const;
  void gather();
  void gather_record(const char* record, const std::vector<bool>* fills);
  void sort_by_rank(int column, std::vector<Value>& values) const;
  bool is_heavy() const;
  void take_shared();
  std::shared_ptr<const SharedOutcomes> make_shared();
  void decide(const PlanColumn& column, MergedCell& cell);

  MergeContext context_;
  BlankRule blank_;
  Consolidator consolidator_;
  std::vector<std::vector<bool>> fills_;  // per identifier, per column
  std::vector<bool> ranked_;              // per column: its rank is not the files' own
  std::vector<int> of_original_;          // merged columns that the original has
  std::vector<Reached> reached_;          // per row and file
  const Reached* current_ = nullptr;      // of the row being merged
  const HitUnit* unit_ = nullptr;
  std::vector<MergedCell> cells_;
  std::vector<Scratch> scratch_;  // per column
  std::shared_ptr<const SharedOutcomes> shared_;
  std::vector<int> touched_;
  std::vector<const char*> records_;
  int first_identifier_ = -1;
  bool changed_ = false;
};

}  // namespace crm
