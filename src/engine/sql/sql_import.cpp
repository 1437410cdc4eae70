#include <algorithm>
#include <tuple>

#include "base/error.h"
#include "engine/accounts.h"
#include "engine/sql/consolidate_steps.h"
#include "engine/sql/import_steps.h"
#include "engine/sql/key_functions.h"
#include "engine/sql/sql_run.h"

namespace crm {

void SqlRun::import_original() {
  begin(Stage::import_original, weight_of(0), 0.7);
  if (kept_) kept_->keep_input(session_, 0);
  create(original_key(shape_));
  report_.inputs[0] = tables_.account(0);
  clock_.add_rows(Stage::import_original, report_.inputs[0].rows);
  if (report_.inputs[0].rows >= std::uint64_t{1} << (62 - kEntryRowBits)) {
    throw Error(ErrorCode::limit_exceeded, "The sql engine takes an original of at most 17 thousand million rows");
  }
  begin(Stage::import_original, weight_of(0) * 0.3, 0.3);
  create(key_table(shape_));
  if (shape_.has_shared_limits()) create(shared_key(shape_));
  create(row_key(shape_));
  drop(Identifier("original_key"));
}

void SqlRun::import_enriched(int file) {
  begin(Stage::import_enriched, weight_of(file + 1), 1.0 / shape_.files, plan_.inputs[file].name);
  if (kept_) kept_->keep_input(session_, file + 1);
  create(enriched_key(shape_, file));
  report_.inputs[file + 1] = tables_.account(file + 1);
  clock_.add_rows(Stage::import_enriched, report_.inputs[file + 1].rows);

  const Identifier keys = numbered("enriched_key_", file + 1);
  keyed_rows_[file] = session_.query_bigint(sql("SELECT count(*) FROM {} WHERE place = 1", keys));
  const bool one_each = session_.query_bigint(sql("SELECT max(place) FROM {}", keys)) <= 1;
  matched_rows_[file] = session_.query_bigint(
      one_each ? sql("SELECT count(key_id) FROM {}", keys)
               : sql("SELECT count(DISTINCT row) FROM {} WHERE key_id IS NOT NULL", keys));
}

void SqlRun::count_shared_keys() {
  if (!shape_.has_shared_limits()) return;
  SharedKeyList list;
  const auto offer = [&](const Step& step, int place) {
    report_.shared_keys_total += session_.query_bigint(sql("SELECT count(*) FROM (\n{}\n)", step.print().indented()));
    // Each identifier's largest: the list takes the first of all in that order.
    Step first = step;
    first.selects.front().order_by = {sql("identifier"), sql("rows DESC"), sql("key")};
    session_.query(session_.main(), sql("{}\nLIMIT {}", first.print(), kMaxListedSharedKeys), [&](const duck::Chunk& chunk) {
      const duck::Column key = chunk.column(0), rows = chunk.column(1), identifier = chunk.column(2);
      for (std::size_t i = 0; i < chunk.rows(); ++i) {
        list.offer(plan_, static_cast<int>(identifier.bigint(i)), unscoped_key(key.text(i)), place,
                   static_cast<std::uint64_t>(rows.bigint(i)));
      }
    });
  };
  offer(shared_in_original(shape_), 0);
  for (int file = 0; file < shape_.files; ++file) offer(shared_in_file(shape_, file), file + 1);
  report_.shared_keys = list.list();
}

void SqlRun::match() {
  for (int file = 0; file < shape_.files; ++file) create(file_key(shape_, file));
  create(reach(shape_));
  drop(Identifier("row_key"));
  for (int file = 0; file < shape_.files; ++file) {
    create(used_key(shape_, file));
    drop(numbered("file_key_", file + 1));
  }
}

void SqlRun::consolidate(int file) {
  begin(Stage::consolidate, 2 * weight_of(file + 1), 1.0 / shape_.files, plan_.inputs[file].name);
  collect_hits(Side::original, file);
  if (shape_.needs_recency(file)) {
    report_.enriched[file].without_recency = session_.query_bigint(
        sql("SELECT count(DISTINCT row) FROM {} WHERE recency IS NULL",
            parts_.front().part_table(Side::original, "hit", file)));
  }
  if (plan_.want_unmatched) collect_unmatched(file);
  drop(numbered("enriched_key_", file + 1));
  if (!kept_) return;
  for (std::uint64_t number = 0; number < ranges_of(report_.inputs[0].rows); ++number) {
    kept_->keep_consolidated(session_, file, RangeSql::of(number, rows_per_range_, 0));
  }
}

/// Keys that are taken far from their first holder: their records are made once and laid out by the ranges that need them.
void SqlRun::carry(int file) {
  begin(Stage::match, 0, 1.0 / shape_.files, plan_.inputs[file].name);
  create(carried_key(shape_, file, rows_per_range_));
  const Identifier keys = numbered("carried_key_", file + 1);
  std::vector<std::uint64_t> homes;
  session_.query(session_.main(),
                 sql("SELECT DISTINCT ((key_id >> {}) - 1) // {} AS home FROM {} ORDER BY home", kEntryRowBits,
                     rows_per_range_, keys),
                 [&](const duck::Chunk& chunk) {
                   for (std::size_t i = 0; i < chunk.rows(); ++i) homes.push_back(chunk.column(0).bigint(i));
                 });
  carries_[file] = !homes.empty();
  for (const SqlShape& part : parts_) {
    if (carries_[file] && part.joins(file)) carry_records(part, file, homes);
  }
  drop(keys);
}

void SqlRun::carry_records(const SqlShape& part, int file, const std::vector<std::uint64_t>& homes) {
  const Identifier records = part.part_table(Side::original, "carried_record", file);
  for (const std::uint64_t home : homes) {
    const Sql record = pipeline(consolidated(part, Side::original, file, RangeSql::of(home, rows_per_range_, 0),
                                             numbered("carried_key_", file + 1)),
                                Reasons::hidden);
    session_.execute(home == homes.front() ? sql("CREATE TABLE {} AS\n{}", records, record)
                                           : sql("INSERT INTO {}\n{}", records, record));
  }
  create(carried(part, file));
  drop(records);
}

void SqlRun::collect_hits(Side side, int file) {
  create(owner(shape_, side, file));
  drop(side_table(side, "used_key", file));
  const Identifier owners = side_table(side, "owner", file);
  const std::shared_ptr<duck::Connection> connection = session_.connect();
  tables_.set_owners([&](int, std::uint64_t first_row, std::uint64_t end_row) {
    std::vector<OwnedRow> rows;
    session_.query(*connection,
                   sql("SELECT row, key_id, size FROM {} WHERE row > {} AND row <= {}", owners, first_row, end_row),
                   [&](const duck::Chunk& chunk) {
                     const duck::Column row = chunk.column(0), key_id = chunk.column(1), size = chunk.column(2);
                     for (std::size_t i = 0; i < chunk.rows(); ++i) {
                       rows.push_back({row.bigint(i), key_id.bigint(i), size.bigint(i)});
                     }
                   });
    std::sort(rows.begin(), rows.end(), [](const OwnedRow& a, const OwnedRow& b) {
      return std::tie(a.row, a.key_id) < std::tie(b.row, b.key_id);
    });
    return rows;
  });
  for (const SqlShape& part : parts_) {
    if (part.has_hits(file)) create(hit(part, side, file));
  }
  tables_.set_owners({});
  drop(owners);
}

void SqlRun::collect_unmatched(int file) { create(unmatched_row(shape_, file)); }

}  // namespace crm
