#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/side_files.h"
#include "engine/stream/hit.h"
#include "engine/stream/value_groups.h"
#include "match/keys.h"
#include "model/plan.h"

namespace crm {

/// A value that an original row reached for one merged column; never blank.
struct Value {
  std::string_view text;
  const char* record = nullptr;  ///< the hit that it is a cell of
  std::uint64_t count =
      1;  ///< rows of the same comparison key that it stands for; 0: counted with an earlier one

  ValueSource source() const {
    const HitHead head = hit_head(record);
    return {static_cast<int>(head.file), head.row, head.line};
  }
};

enum class Difference { none, formatting, real };

/// What one file's values alone come to.
struct Offer {
  int file = 0;
  bool used = false;      ///< the outcome's text is the file's, or has a share of it
  std::string_view text;  ///< for concat the first; where all values have one key, any of the file's
};

/// What the values of a column come to.
struct Outcome {
  std::string_view text;                ///< chosen: a value's, or `joined`
  std::vector<ValueSource> sources;     ///< of `text`, in order; several for concat only
  std::vector<Offer> offers;            ///< per file with a value, in the order of values
  std::string_view first;               ///< the first value
  Difference among = Difference::none;  ///< of the values from each other
  std::string joined;
};

/// Chooses among the values of a column by its strategy, and compares them. Values go in the column's order:
/// rank of the file for that column, then row.
///
/// Threads: one each.
class Consolidator {
 public:
  Consolidator(const MergePlan& plan, const HitLayout& layout);

  /// Replaces `outcome`. At least one value. Errors: limit_exceeded for a cell over
  /// kMaxConsolidatedCellBytes.
  void consolidate(const PlanColumn& column, std::span<const Value> values, Outcome& outcome);

  /// How far the values, and the original's cell unless that is blank (`original` null), differ from each
  /// other.
  Difference difference(const PlanColumn& column, const std::string_view* original, const Outcome& outcome);

  /// True if two non-blank cells of the column differ in formatting only, or not at all.
  bool same_value(const PlanColumn& column, std::string_view a, std::string_view b) {
    return a == b || keys_.same_value(column.kind, a, b);
  }

  /// Finds the values of one file without which every outcome and every difference, together with any other
  /// files' values, would be the same. Sets `keep` for the others and gives them the counts of those that go.
  void thin_out(const PlanColumn& column, std::span<Value> values, std::vector<bool>& keep);

 private:
  std::uint32_t chosen_of(Strategy strategy, std::span<const Value> values) const;
  void choose(const PlanColumn& column, std::span<const Value> values, Outcome& outcome);
  void tell_offers(const PlanColumn& column, std::span<const Value> values, Outcome& outcome);
  std::string_view alone(const PlanColumn& column, std::span<const Value> of_file);
  std::uint32_t commonest() const;
  Difference among(const PlanColumn& column, std::span<const Value> values);
  void group(const PlanColumn& column, std::span<const Value> values);
  void join(std::span<const Value> values, const PlanColumn& column, Outcome& outcome);

  const MergePlan& plan_;
  const HitLayout& layout_;
  KeyMaker keys_;
  ValueGroups groups_;
};

}  // namespace crm
