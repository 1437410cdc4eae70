#include <algorithm>
#include <bit>
#include <optional>

#include "engine/accounts.h"
#include "engine/sql/consolidate_steps.h"
#include "engine/sql/import_steps.h"
#include "engine/sql/merge_steps.h"
#include "engine/sql/range_statements.h"
#include "engine/sql/range_workers.h"
#include "engine/sql/sql_run.h"
#include "output/csv_writer.h"
#include "output/output_file.h"

namespace crm {
namespace {

// What the statement of a range takes of DuckDB's memory at least: 40 MB with 2 files. Measured.
constexpr std::uint64_t kStatementBytes = 16u << 20;
constexpr std::uint64_t kStatementBytesPerJoin = 12u << 20;
constexpr std::uint64_t kStatementBytesPerColumn = 200u << 10;

WantedBytes wanted_bytes(const EngineOutputs& outputs) {
  WantedBytes wanted;
  wanted.merged = outputs.merged != nullptr;
  wanted.changes = outputs.changes != nullptr;
  wanted.provenance = outputs.provenance != nullptr;
  wanted.conflicts = outputs.conflicts != nullptr;
  if (outputs.merged != nullptr) wanted.merged_delimiter = output_delimiter(outputs.merged->path());
  if (outputs.provenance != nullptr) wanted.provenance_delimiter = output_delimiter(outputs.provenance->path());
  if (outputs.conflicts != nullptr) wanted.conflicts_delimiter = output_delimiter(outputs.conflicts->path());
  return wanted;
}

}  // namespace

void SqlRun::merge() {
  begin(Stage::export_, 3 * weight_of(0), 1.0);
  const WantedBytes wanted = wanted_bytes(outputs_);
  if (wanted.merged) outputs_.merged->append(merged_header(plan_, wanted.merged_delimiter));
  if (wanted.provenance) outputs_.provenance->append(provenance_header(wanted.provenance_delimiter));
  if (wanted.conflicts) outputs_.conflicts->append(conflicts_header(wanted.conflicts_delimiter));

  const int workers = range_workers();
  session_.begin_ranges(workers);
  const RangeStatements statements(parts_, Side::original, kept_ ? Cells::all : Cells::changing, carries_);
  std::vector<std::unique_ptr<MergedRows>> writers;
  for (int worker = 0; worker < workers; ++worker) {
    writers.push_back(std::make_unique<MergedRows>(shape_, statements.layout(), wanted, key_options_));
  }
  std::vector<std::shared_ptr<const RangeRows>> rows_in_work(workers);
  RangeFeed feed(tables_, plan_.original_column_count, rows_per_range_);
  RangeWork work;
  work.fetch = [&](std::uint64_t, int worker) {
    tables_.put(worker, nullptr);
    rows_in_work[worker] = nullptr;
    const auto rows = feed.next();
    tables_.count(feed.fraction(), rows ? rows->rows : 0);
    tables_.put(worker, rows);
    rows_in_work[worker] = rows;
    return rows != nullptr;
  };
  work.work = [&](std::uint64_t number, int worker, duck::Connection& connection) {
    const RangeSql range = RangeSql::of(number, rows_per_range_, static_cast<std::uint64_t>(worker), report_.inputs[0].rows);
    writers[worker]->start(rows_in_work[worker]);
    const auto take = [&](const std::vector<duck::Column>& columns, std::size_t rows) { writers[worker]->add(columns, rows); };
    if (kept_) {
      const Sql query = statements.query_of_one_part(session_, connection, range, Order::sorted);
      const Sql kept = kept_->keep_merged(session_, connection, query, plan_.output.size());
      session_.query(connection, kept, [&](const duck::Chunk& chunk) { take(columns_of(chunk), chunk.rows()); });
    } else {
      statements.run(session_, connection, range, Order::as_it_comes, take);
    }
  };
  work.commit = [&](std::uint64_t, int worker) { commit(writers[worker]->take()); };
  run_ranges(session_, workers, work);
  count_contributed();
  if (wanted.changes) changes_.write(*outputs_.changes);
}

/// A range's statement has a hash table or two per file, which take some megabytes each however few rows they hold; and
/// buffers for 2,048 rows of each column in each of its operators.
int SqlRun::range_workers() const {
  if (kept_) return 1;
  std::uint64_t bytes = 0;
  for (const SqlShape& part : parts_) {
    std::uint64_t columns = 0;
    for (const std::vector<int>& of_file : part.columns_of_file) columns += of_file.size();
    const std::uint64_t joins = std::min<std::uint64_t>(plan_.inputs.size(), kMostJoinsAtOnce);
    bytes = std::max(bytes, kStatementBytes + kStatementBytesPerJoin * joins + kStatementBytesPerColumn * columns);
  }
  return static_cast<int>(std::clamp<std::uint64_t>(memory_bytes_ * 3 / 8 / bytes, 1, session_.threads()));
}

void SqlRun::commit(RangeOutcome outcome) {
  if (outputs_.merged != nullptr) outputs_.merged->append(outcome.merged);
  if (outputs_.provenance != nullptr) outputs_.provenance->append(outcome.provenance);
  if (outputs_.conflicts != nullptr) outputs_.conflicts->append(outcome.conflicts);
  if (outputs_.changes != nullptr) {
    for (const auto& [row, batch] : outcome.changes) changes_.append(batch);
  }
  report_.output_rows += outcome.rows;
  report_.matched_rows += outcome.matched;
  report_.unmatched_rows += outcome.rows - outcome.matched;
  report_.changed_rows += outcome.changed_rows;
  for (std::size_t i = 0; i < outcome.matched_on.size(); ++i) {
    report_.identifiers[i].rows_matched += outcome.matched_on[i];
  }
  for (std::size_t c = 0; c < outcome.columns.size(); ++c) add_account(report_.columns[c], outcome.columns[c]);
  for (std::size_t file = 0; file < outcome.sources.size(); ++file) {
    for (const std::uint64_t row : outcome.sources[file]) contributed_[file][row / 64] |= std::uint64_t{1} << (row % 64);
  }
  clock_.add_rows(Stage::export_, outcome.rows);
}

void SqlRun::count_contributed() {
  for (int file = 0; file < shape_.files; ++file) {
    EnrichedAccount& account = report_.enriched[file];
    const std::uint64_t rows = report_.inputs[file + 1].rows;
    for (const std::uint64_t bits : contributed_[file]) account.contributed += std::popcount(bits);
    account.nothing_used = matched_rows_[file] - account.contributed;
    account.unmatched = keyed_rows_[file] - matched_rows_[file];
    account.without_key = rows - keyed_rows_[file];
  }
}

void SqlRun::merge_unmatched() {
  begin(Stage::export_, weight_of(0) * 0.3, 0);
  create(unmatched_record(shape_));
  for (int file = 0; file < shape_.files; ++file) {
    create(unmatched_member(shape_, file));
    create(unmatched_used_key(shape_, file));
    drop(numbered("unmatched_row_", file + 1));
  }
  create(unmatched_reach(shape_));
  for (int file = 0; file < shape_.files; ++file) {
    collect_hits(Side::unmatched, file);
    drop(numbered("unmatched_member_", file + 1));
  }
  const std::uint64_t records = session_.query_bigint(sql("SELECT count(*) FROM unmatched_record"));
  report_.net_new_records = records;
  if (outputs_.unmatched == nullptr) return;
  const char delimiter = output_delimiter(outputs_.unmatched->path());
  outputs_.unmatched->append(unmatched_header(plan_, delimiter));
  const RangeStatements statements(parts_, Side::unmatched, Cells::all, std::vector<bool>(plan_.inputs.size()));
  const std::vector<int>& places = statements.layout().output;
  std::string bytes;
  std::vector<std::string_view> fields;
  for (std::uint64_t number = 0; number < ranges_of(records); ++number) {
    const RangeSql range = RangeSql::of(number, rows_per_range_, 0, records);
    statements.run(session_, session_.main(), range, Order::sorted,
                   [&](const std::vector<duck::Column>& columns, std::size_t rows) {
                     for (std::size_t row = 0; row < rows; ++row) {
                       fields.clear();
                       for (const int place : places) fields.push_back(columns[place].text(row));
                       append_record(fields, delimiter, bytes);
                     }
                   });
    outputs_.unmatched->append(bytes);
    bytes.clear();
  }
}

}  // namespace crm
