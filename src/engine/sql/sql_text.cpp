#include "engine/sql/sql_text.h"

#include "engine/sql/consolidate_steps.h"
#include "engine/sql/import_steps.h"
#include "engine/sql/merge_steps.h"
#include "engine/sql/range_statements.h"

namespace crm {
namespace {

constexpr std::uint64_t kRowsPerRange = 65'536;  // as the engine takes for rows of common width

class Explanation {
 public:
  void heading(const char* title, const std::string& text) {
    if (!text_.empty()) text_ += "\n";
    text_ += std::string("-- == ") + title + " ==\n";
    text_ += Sql::comment(text).text();
  }

  void table(std::vector<Step> steps, SqlTemplate kind = "") {
    const Sql why = Sql::comment(steps.back().reason);
    const Identifier name(steps.back().name);
    steps.back().reason.clear();
    text_ += "\n" + sql("{}CREATE {}TABLE {} AS\n{};\n", why, sql(kind), name, pipeline(steps, Reasons::shown)).text();
  }

  void statement(std::vector<Step> steps) { text_ += "\n" + pipeline(steps, Reasons::shown).text() + ";\n"; }

  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

std::string names_of_files(const MergePlan& plan) {
  std::string text;
  for (std::size_t i = 0; i < plan.inputs.size(); ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(i + 1) + " is " + plan.inputs[i].name;
  }
  return text;
}

std::string names_of_columns(const MergePlan& plan) {
  std::string text;
  for (std::size_t i = 0; i < plan.columns.size(); ++i) {
    text += (i == 0 ? "v" : ", v") + std::to_string(i) + " is " + plan.columns[i].name;
  }
  return text;
}

/// Everything that is done for a range.
void explain_range(const SqlShape& shape, Side side, Step last, Explanation& out) {
  const std::vector<bool> carries(static_cast<std::size_t>(shape.files), side == Side::original);
  RangeSteps steps = range_steps(shape, side, RangeSql::parameters(), carries);
  for (std::vector<Step>& table : steps.tables) out.table(std::move(table), "TEMP ");
  last.selects.front().order_by = {sql("row")};
  steps.query.push_back(std::move(last));
  out.statement(std::move(steps.query));
}

void explain_unmatched(const SqlShape& shape, Explanation& out) {
  out.heading("Unmatched enriched",
              "Rows of nobody, grouped by their first key and consolidated by the same rules, in order of appearance.");
  for (int file = 0; file < shape.files; ++file) out.table(unmatched_row(shape, file));
  out.table(unmatched_record(shape));
  for (int file = 0; file < shape.files; ++file) {
    out.table(unmatched_member(shape, file));
    out.table(unmatched_used_key(shape, file));
    out.table(owner(shape, Side::unmatched, file));
    out.table(hit(shape, Side::unmatched, file));
  }
  out.table(unmatched_reach(shape));
  explain_range(shape, Side::unmatched, unmatched_result(shape).step, out);
}

}  // namespace

std::string explain_sql(const MergePlan& plan) {
  const SqlShape shape(plan);
  Explanation out;
  out.heading("Import original",
              "The files are read by crm-merge's own reader: crm_read(0) is the original, crm_read(1) the enriched file "
              "of the highest rank. c0, c1, ... are a file's columns by position. Of the files, " +
                  names_of_files(plan) + ". Of the merged columns, " + names_of_columns(plan) +
                  ". Functions that begin with crm_ are the contract's own: the same code in every engine.");
  out.table(original_key(shape));
  out.table(key_table(shape));
  if (shape.has_shared_limits()) out.table(shared_key(shape));
  out.table(row_key(shape));

  out.heading("Import enriched", "Per file: which of its rows meet which keys of the original.");
  for (int file = 0; file < shape.files; ++file) out.table(enriched_key(shape, file));

  out.heading("Consolidate", "Per file: the key that each row of the original takes, and the rows that have it.");
  for (int file = 0; file < shape.files; ++file) out.table(file_key(shape, file));
  out.table(reach(shape));
  for (int file = 0; file < shape.files; ++file) {
    out.table(used_key(shape, file));
    out.table(owner(shape, Side::original, file));
    out.table(hit(shape, Side::original, file));
    out.table(carried_key(shape, file, kRowsPerRange));
    std::vector<Step> records = consolidated(shape, Side::original, file, RangeSql::parameters(),
                                             numbered("carried_key_", file + 1));
    records.back().name = numbered("carried_record_", file + 1).name();
    records.back().reason = "The records of those keys, slice by slice.";
    out.table(std::move(records));
    out.table(carried(shape, file));
  }

  out.heading("Match and merge, export",
              "For each range of " + std::to_string(kRowsPerRange) +
                  " rows or so of the original, as one statement: the records of the range's keys, what its rows reach, "
                  "what is chosen, and the merged rows in order. Rows go to the output as they come. A wide plan is done in parts "
                  "of its columns, each with tables of its own (hit_1_part_2), so that no statement is wider than memory.");
  explain_range(shape, Side::original, merged_result(shape, Cells::all).step, out);
  if (plan.want_unmatched) explain_unmatched(shape, out);
  return out.take();
}

}  // namespace crm
