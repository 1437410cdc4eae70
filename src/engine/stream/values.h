#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/side_files.h"
#include "match/keys.h"
#include "model/plan.h"

namespace crm {

/// A value that an original row reached for one merged column; never blank.
struct Value {
  std::string_view text;
  ValueSource source;
  std::uint32_t completeness = 0;
  std::int64_t recency = 0;  ///< microseconds, or kNoRecency
  std::uint64_t count = 1;   ///< rows of the same comparison key that it stands for; 0: counted with an earlier one
};

/// The value of a column, consolidated.
struct Choice {
  std::string_view text;              ///< a value's, or `joined`
  std::vector<std::uint32_t> values;  ///< those that it came from, in order; several for concat only
  std::string joined;
};

enum class Difference { none, formatting, real };

/// Chooses among the values of a column by its strategy, and compares them. Values go in the column's order: rank of the
/// file for that column, then row.
///
/// Threads: one each.
class Consolidator {
 public:
  explicit Consolidator(const MergePlan& plan);

  /// Replaces `choice`. At least one value. Errors: limit_exceeded for a cell over kMaxConsolidatedCellBytes.
  void choose(const PlanColumn& column, std::span<const Value> values, Choice& choice);

  /// How far the values, and the original's cell unless that is blank (`original` null), differ from each other.
  Difference difference(const PlanColumn& column, const std::string_view* original, std::span<const Value> values);

  /// True if two non-blank cells of the column differ in formatting only, or not at all.
  bool same_value(const PlanColumn& column, std::string_view a, std::string_view b) {
    return a == b || keys_.same_value(column.kind, a, b);
  }

  /// Finds the values of one file without which every choice and every difference, together with any other files'
  /// values, would be the same. Sets `keep` for the others and gives them the counts of those that go.
  void thin_out(const PlanColumn& column, std::span<Value> values, std::vector<bool>& keep);

 private:
  /// Values of one comparison key.
  struct Group {
    std::uint32_t first = 0;
    std::uint64_t count = 0;
  };
  /// Groups in order of their first value; `group_of_` tells each value's.
  void group(const PlanColumn& column, std::span<const Value> values);
  void join(std::span<const Value> values, const PlanColumn& column, Choice& choice);

  const MergePlan& plan_;
  KeyMaker keys_;
  std::vector<Group> groups_;
  std::vector<std::uint32_t> group_of_;
};

}  // namespace crm
