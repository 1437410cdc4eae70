#include "engine/sql/range_statements.h"

#include <algorithm>

#include "base/error.h"
#include "duckdb/rows_copy.h"
#include "engine/sql/consolidate_steps.h"

namespace crm {
namespace {

void add_record(const SqlShape& part, Side side, int file, const RangeSql& range, bool carries, std::vector<Step>& steps) {
  for (Step& step : consolidated(part, side, file, range)) steps.push_back(std::move(step));
  steps.push_back(record(part, side, file, range, carries));
}

}  // namespace

Meeting meeting_of(const SqlShape& part) {
  int joins = 0;
  for (int file = 0; file < part.files; ++file) joins += part.joins(file) ? 1 : 0;
  return joins <= kMostJoinsAtOnce ? Meeting::by_key : Meeting::by_place;
}

RangeSteps range_steps(const SqlShape& part, Side side, const RangeSql& range, const std::vector<bool>& carries) {
  RangeSteps steps;
  const Meeting meeting = meeting_of(part);
  if (meeting == Meeting::by_place) {
    steps.tables.push_back({taken(part, side, range), taken_in_order(part, side, range)});
  }
  for (int file = 0; file < part.files; ++file) {
    if (!part.joins(file)) continue;
    if (meeting == Meeting::by_key) {
      add_record(part, side, file, range, carries[file], steps.query);
      continue;
    }
    steps.tables.emplace_back();
    add_record(part, side, file, range, carries[file], steps.tables.back());
    steps.tables.back().push_back(value(part, side, file));
  }
  if (meeting == Meeting::by_key) steps.query.push_back(taken(part, side, range));
  steps.query.push_back(chosen_value(part, side, range, meeting));
  return steps;
}

std::vector<duck::Column> columns_of(const duck::Chunk& chunk) {
  std::vector<duck::Column> columns;
  for (std::size_t i = 0; i < chunk.columns(); ++i) columns.push_back(chunk.column(i));
  return columns;
}

RangeStatements::RangeStatements(const std::vector<SqlShape>& parts, Side side, Cells cells, std::vector<bool> carries)
    : parts_(parts), side_(side), carries_(std::move(carries)) {
  int columns = 0;
  for (const SqlShape& part : parts_) {
    MergedResult result = side == Side::original ? merged_result(part, cells) : unmatched_result(part);
    layout_.add_part(result.layout, columns);
    columns += static_cast<int>(result.step.selects.front().columns.size());
    last_.push_back(std::move(result.step));
  }
}

Sql RangeStatements::query(SqlSession& session, duck::Connection& connection, std::size_t part, const RangeSql& range,
                           Order order) const {
  RangeSteps steps = range_steps(parts_[part], side_, range, carries_);
  for (const std::vector<Step>& table : steps.tables) {
    session.execute(connection, sql("CREATE OR REPLACE TEMP TABLE {} AS\n{}", Identifier(table.back().name),
                                    pipeline(table, Reasons::hidden)));
  }
  steps.query.push_back(last_[part]);
  if (order == Order::sorted) steps.query.back().selects.front().order_by = {sql("row")};
  return pipeline(steps.query, Reasons::hidden);
}

Sql RangeStatements::query_of_one_part(SqlSession& session, duck::Connection& connection, const RangeSql& range,
                                       Order order) const {
  if (parts_.size() != 1) throw Error(ErrorCode::internal, "A range of several parts is more than one query");
  return query(session, connection, 0, range, order);
}

void RangeStatements::run(SqlSession& session, duck::Connection& connection, const RangeSql& range, Order order,
                          const Take& take) const {
  if (parts_.size() == 1) {
    session.query(connection, query(session, connection, 0, range, order), [&](const duck::Chunk& chunk) {
      take(columns_of(chunk), chunk.rows());
    });
    return;
  }
  std::vector<duck::RowsCopy> copies(parts_.size());
  for (std::size_t part = 0; part < parts_.size(); ++part) {
    session.query(connection, query(session, connection, part, range, Order::sorted),
                  [&](const duck::Chunk& chunk) { copies[part].append(chunk); });
    if (copies[part].rows() != copies[0].rows()) throw Error(ErrorCode::internal, "The parts of a range differ in rows");
  }
  if (copies[0].rows() == 0) return;
  std::vector<duck::Column> columns;
  for (const duck::RowsCopy& copy : copies) copy.add_columns(columns);
  take(columns, copies[0].rows());
}

}  // namespace crm
