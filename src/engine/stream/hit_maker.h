#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/stream/hit.h"
#include "engine/stream/row_slots.h"
#include "engine/stream/run_context.h"
#include "model/blank.h"

namespace crm {

class RecordBatch;

/// The columns of an enriched file that hits are made of, as positions in a projection.
struct HitColumns {
  /// Adds to `projection` what `file`'s hits need.
  static void add_to(const MergePlan& plan, const HitLayout& layout, std::size_t file,
                     Projection& projection);
  HitColumns(const MergePlan& plan, const HitLayout& layout, std::size_t file, const Projection& projection);

  std::vector<std::pair<int, int>> cells;  ///< merged column, position
  std::optional<int> recency;
};

/// Makes the hits of rows.
///
/// Threads: one each.
class HitMaker {
 public:
  HitMaker(const MergePlan& plan, const HitLayout& layout, std::size_t file, HitColumns columns);

  /// Reads the row's cells.
  void read(const RecordBatch& batch, std::size_t row);
  /// True if no cell could be of use: such a row needs no hit.
  bool empty() const { return cells_.empty(); }
  bool has_recency() const { return recency_ != kNoRecency; }
  /// Appends the hit of the row that was read for a key. Row and line are relative to the batch.
  void append(SlotRef key, std::string& out);

 private:
  const MergePlan& plan_;
  const HitLayout& layout_;
  BlankRule blank_;
  std::size_t file_;
  HitColumns columns_;
  HitHead head_;
  std::int64_t recency_ = kNoRecency;
  std::vector<HitCell> cells_;
  std::vector<std::string> unescaped_;  // per cell of `columns_`, where doubled quotes were undone
  std::string scratch_;

  bool is_blank(const RecordBatch& batch, std::size_t row, std::size_t column);
};

}  // namespace crm
