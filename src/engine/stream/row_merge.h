#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/stream/hit.h"
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
  std::vector<Value> values;       ///< reached, in the column's order
  Choice choice;                   ///< where there are values
  std::string_view original;       ///< the original's cell; empty for a new column
  bool original_blank = true;
  bool takes_choice = false;       ///< the column's own output cell is the choice
  bool alternate = false;          ///< the alternate column's cell is the choice
  std::string unescaped;           ///< holds `original` where it had doubled quotes

  bool changed() const { return takes_choice || alternate; }
};

/// Merges rows: which rows of which files each one reaches, what they give it, what the policies make of that.
///
/// Keys, their hits and the rows of these lie anywhere in memory, so rows are matched some at a time, each step for all of
/// them before the next, and the memory of the next step is asked for early.
///
/// Threads: one each.
class RowMerge {
 public:
  static constexpr std::size_t kMostRows = 32;

  explicit RowMerge(const MergeContext& context);

  /// Matches the rows [first, first + rows) of `slots`, at most kMostRows, all of them in the unit of `hits`.
  /// Errors: HashCollision.
  void match(const RowSlots& slots, std::size_t first, std::size_t rows, const KeyedHits& hits);
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

  Consolidator& consolidator() { return consolidator_; }

 private:
  struct Reached {
    SlotRef key;
    int identifier = -1;
    const KeyedHits::Row* last = nullptr;
  };
  void take_key(std::span<const SlotRef> slots, std::size_t file, Reached& reached) const;
  bool fills_only_some(const Reached& reached) const;
  void gather();
  void gather_record(const char* record, const std::vector<bool>* fills);
  void decide(const PlanColumn& column, MergedCell& cell);

  MergeContext context_;
  BlankRule blank_;
  Consolidator consolidator_;
  std::vector<std::vector<bool>> fills_;  // per identifier, per column
  std::vector<bool> ranked_;              // per column: its rank is not the files' own
  std::vector<int> of_original_;          // merged columns that the original has
  std::vector<Reached> reached_;          // per row and file
  const Reached* current_ = nullptr;      // of the row being merged
  std::vector<MergedCell> cells_;
  std::vector<int> touched_;
  std::vector<const char*> records_;
  int first_identifier_ = -1;
  bool changed_ = false;
};

}  // namespace crm
