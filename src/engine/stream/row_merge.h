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

/// Merges one row at a time: which rows of which files it reaches, what they give it, what the policies make of that.
///
/// Threads: one each.
class RowMerge {
 public:
  explicit RowMerge(const MergeContext& context);

  /// Finds the keys that the row matches on; `slots` are its keys.
  void match(std::span<const SlotRef> slots);
  bool matched() const { return first_identifier_ >= 0; }
  /// The earliest identifier used; -1: none.
  int first_identifier() const { return first_identifier_; }
  /// Identifier used in a file; -1: not matched there.
  int identifier(std::size_t file) const { return reached_[file].identifier; }

  /// Merges the row's cells; after `match`. `hits` may be null where nothing matched.
  void merge(const RecordBatch& batch, std::size_t row, const KeyedHits* hits);
  /// By index into MergePlan::columns.
  const MergedCell& cell(int column) const { return cells_[column]; }
  bool changed() const { return changed_; }

  Consolidator& consolidator() { return consolidator_; }

 private:
  struct Reached {
    SlotRef key;
    int identifier = -1;
    bool company = false;  ///< fills only the identifier's own columns
  };
  void gather(const KeyedHits& hits);
  void decide(const PlanColumn& column, MergedCell& cell);

  MergeContext context_;
  BlankRule blank_;
  Consolidator consolidator_;
  std::vector<std::vector<bool>> fills_;  // per identifier, per column
  std::vector<bool> ranked_;              // per column: its rank is not the files' own
  std::vector<Reached> reached_;          // per file
  std::vector<MergedCell> cells_;
  std::vector<int> touched_;              // columns with values
  std::vector<const char*> records_;
  int first_identifier_ = -1;
  bool changed_ = false;
};

}  // namespace crm
