#include "model/report.h"

#include <fmt/format.h>

#include "base/error.h"

namespace crm {
namespace {

void require(bool balanced, const std::string& what) {
  if (!balanced) {
    throw Error(ErrorCode::internal, "the accounts do not balance: " + what +
                                         "; nothing was published. This is a fault in crm-merge: please report it");
  }
}

}  // namespace

CellAccount& CellAccount::operator+=(const CellAccount& more) {
  filled += more.filled;
  filled_alone += more.filled_alone;
  replaced += more.replaced;
  agreeing += more.agreeing;
  overridden += more.overridden;
  return *this;
}

CellAccount cells_of(const MergeReport& report, std::size_t file) {
  CellAccount sum;
  for (const ColumnAccount& column : report.columns) {
    if (file < column.cells_by.size()) sum += column.cells_by[file];
  }
  return sum;
}

void check_accounts(const MergePlan& plan, const MergeReport& report) {
  for (std::size_t i = 0; i < report.inputs.size(); ++i) {
    const InputAccount& in = report.inputs[i];
    const std::string name = i == 0 ? "original" : plan.inputs[i - 1].name;
    require(in.records == in.rows + in.rejected,
            fmt::format("{}: {} records read, but {} rows + {} rejected", name, in.records, in.rows, in.rejected));
  }
  for (std::size_t f = 0; f < report.enriched.size(); ++f) {
    const EnrichedAccount& e = report.enriched[f];
    const std::uint64_t rows = report.inputs[f + 1].rows;
    require(rows == e.contributed + e.nothing_used + e.unmatched + e.without_key,
            fmt::format("{}: {} rows, but {} contributed + {} matched, nothing used + {} unmatched + {} without key",
                        plan.inputs[f].name, rows, e.contributed, e.nothing_used, e.unmatched, e.without_key));
  }
  for (std::size_t c = 0; c < report.columns.size(); ++c) {
    const ColumnAccount& column = report.columns[c];
    for (std::size_t f = 0; f < column.cells_by.size(); ++f) {
      const CellAccount& cells = column.cells_by[f];
      require(cells.filled + cells.replaced == column.filled_by[f] && cells.filled_alone <= cells.filled,
              fmt::format("column {} by {}: {} cells with its value, but {} filled ({} alone) + {} replaced", plan.columns[c].name,
                          plan.inputs[f].name, column.filled_by[f], cells.filled, cells.filled_alone, cells.replaced));
    }
  }
  const std::uint64_t original = report.inputs.empty() ? 0 : report.inputs[0].rows;
  require(original == report.matched_rows + report.unmatched_rows,
          fmt::format("original: {} rows, but {} matched + {} unmatched", original, report.matched_rows,
                      report.unmatched_rows));
  require(original == report.output_rows,
          fmt::format("merged: {} rows written for {} of the original", report.output_rows, original));
  std::uint64_t by_identifier = 0;
  for (const IdentifierAccount& id : report.identifiers) by_identifier += id.rows_matched;
  require(by_identifier == report.matched_rows,
          fmt::format("{} rows matched, but {} by identifier", report.matched_rows, by_identifier));
}

}  // namespace crm
