#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "duckdb/vector.h"
#include "engine/sql/merge_steps.h"
#include "engine/sql/sql_session.h"

namespace crm {

/// Most files whose records are joined in one statement.
inline constexpr int kMostJoinsAtOnce = 3;

/// How the rows of a part's files are brought together. A hash join takes 6 MB or so however few rows it has, and each
/// join of a chain holds the columns of all joins before it: so with more than a few files they are joined one by one.
Meeting meeting_of(const SqlShape& part);

/// The steps of one part that make the rows of a range, but for the last.
/// `carries`: per file, whether some records are carried here from other ranges.
struct RangeSteps {
  /// by_place: statements to be run before, each a temporary table by the name of its last step.
  std::vector<std::vector<Step>> tables;
  std::vector<Step> query;
};
RangeSteps range_steps(const SqlShape& part, Side side, const RangeSql& range, const std::vector<bool>& carries);

enum class Order { as_it_comes, sorted };

/// Views of a chunk's columns.
std::vector<duck::Column> columns_of(const duck::Chunk& chunk);

/// Makes the rows of a range, part by part of the columns.
///
/// Threads: `run` on several connections at once.
class RangeStatements {
 public:
  RangeStatements(const std::vector<SqlShape>& parts, Side side, Cells cells, std::vector<bool> carries);
  /// Where things stand in the columns that `run` hands out.
  const MergedLayout& layout() const { return layout_; }

  /// The query of a range where there is but one part; runs what must come before it.
  Sql query_of_one_part(SqlSession& session, duck::Connection& connection, const RangeSql& range, Order order) const;

  using Take = std::function<void(const std::vector<duck::Column>& columns, std::size_t rows)>;
  /// Hands out all rows of the range, in any order if there is one part and it is not to be sorted.
  void run(SqlSession& session, duck::Connection& connection, const RangeSql& range, Order order, const Take& take) const;

 private:
  Sql query(SqlSession& session, duck::Connection& connection, std::size_t part, const RangeSql& range, Order order) const;

  const std::vector<SqlShape>& parts_;
  const Side side_;
  const std::vector<bool> carries_;
  std::vector<Step> last_;  // per part
  MergedLayout layout_;
};

}  // namespace crm
