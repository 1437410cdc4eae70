#include "engine/stream/net_new.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/memory_cap.h"
#include "engine/side_files.h"
#include "engine/stream/hit_units.h"
#include "engine/stream/key_table.h"
#include "engine/stream/varint.h"
#include "output/csv_writer.h"
#include "output/output_file.h"

namespace crm {
namespace {

constexpr std::size_t kWriteBytes = 1u << 20;
constexpr std::uint64_t kMostBuckets = 4096;

/// Puts the rows' hits into buckets under their group's number; returns the number of groups.
std::uint64_t group_rows(RunContext& run, const UnmatchedRows& rows, std::uint64_t bucket_rows,
                         HitStore& store) {
  std::uint64_t slots = 0;
  for (std::size_t i = 0; i < rows.counts.identifiers(); ++i) slots += KeyTable::slots_for(rows.counts.of(i));
  constexpr std::uint64_t kSlotBytes = 8 + 4 + 4;  // hash, check, number
  const std::uint64_t room = run.memory.largest_unit + run.memory.scan;
  if (slots * kSlotBytes > room) {
    throw Error(
        ErrorCode::limit_exceeded,
        fmt::format(
            "--unmatched-enriched: {} rows match nobody, and their keys do not fit in --memory-limit; "
            "give it {} MB more",
            slots * 4 / 5, (slots * kSlotBytes - room) / 1'000'000 + 1));
  }
  KeyTable table(rows.counts, Collisions::resolved);  // the merged file is written: no starting again
  MappedArray<std::uint32_t> numbers(table.slots());
  std::uint32_t groups = 0;
  std::string scratch, record;
  for (std::size_t b = 0; b < rows.spool.size(); ++b) {
    throw_if_stopped(run.stop);
    const std::string_view blob = rows.spool.read(b, scratch);
    for (const char* at = blob.data(); at != blob.data() + blob.size();) {
      const auto identifier = static_cast<int>(get_fixed<std::uint32_t>(at));
      const auto key = get_fixed<KeyHash>(at);
      HitHead head = hit_head(at);
      bool fresh = false;
      const std::uint32_t slot = table.insert(identifier, key, fresh);
      if (fresh) numbers[slot] = groups++;
      record.assign(at, head.bytes);
      at += head.bytes;
      head.slot = numbers[slot];
      std::memcpy(record.data(), &head, sizeof head);
      store.append(head.slot / bucket_rows, record);
    }
  }
  return groups;
}

/// Consolidates groups into records.
class GroupWriter {
 public:
  GroupWriter(const MergePlan& plan, const HitLayout& layout, char delimiter)
      : plan_(plan),
        layout_(layout),
        delimiter_(delimiter),
        consolidator_(plan, layout),
        values_(plan.columns.size()),
        outcomes_(plan.columns.size()) {}

  void write(const KeyedHits& hits, std::uint32_t group, std::string& out) {
    for (std::vector<Value>& values : values_) values.clear();
    for (std::size_t f = 0; f < plan_.inputs.size(); ++f) {
      records_.clear();
      hits.find(group, f, records_);
      for (const char* const record : records_) add_values(record);
    }
    fields_.clear();
    for (const int c : plan_.unmatched_columns) fields_.push_back(consolidate(c));
    append_record(fields_, delimiter_, out);
  }

 private:
  void add_values(const char* record) {
    for_each_cell(layout_, record, [&](const HitCell& cell) {
      values_[cell.column].push_back({cell.text, record, cell.count});
    });
  }

  std::string_view consolidate(int c) {
    std::vector<Value>& values = values_[c];
    if (values.empty()) return {};
    const PlanColumn& column = plan_.columns[c];
    std::stable_sort(values.begin(), values.end(), [&](const Value& a, const Value& b) {
      return column.rank[a.source().file] < column.rank[b.source().file];
    });
    consolidator_.consolidate(column, values, outcomes_[c]);
    return outcomes_[c].text;
  }

  const MergePlan& plan_;
  const HitLayout& layout_;
  char delimiter_;
  Consolidator consolidator_;
  std::vector<std::vector<Value>> values_;
  std::vector<Outcome> outcomes_;
  std::vector<const char*> records_;
  std::vector<std::string_view> fields_;
};

}  // namespace

std::uint64_t write_net_new(RunContext& run, const HitLayout& layout, const UnmatchedRows& rows,
                            OutputFile* file) {
  const char delimiter = file == nullptr ? ',' : output_delimiter(file->path());
  if (file != nullptr) file->append(unmatched_header(run.plan, delimiter));
  std::uint64_t most_groups = 0;
  for (std::size_t i = 0; i < rows.counts.identifiers(); ++i) most_groups += rows.counts.of(i);
  if (most_groups == 0) return 0;

  const std::uint64_t bucket_rows = run.tuning.partition_rows > 0
                                        ? run.tuning.partition_rows
                                        : std::max<std::uint64_t>(most_groups / kMostBuckets + 1, 1024);
  HitStore store(run.temp, (most_groups + bucket_rows - 1) / bucket_rows,
                 run.tuning.spill ? 0 : run.memory.hits);
  const std::uint64_t groups = group_rows(run, rows, bucket_rows, store);
  if (file == nullptr) return groups;

  UnitSource source = unit_source(run, layout, store);
  source.rows = groups;
  source.bucket_rows = bucket_rows;
  HitUnits units(std::move(source), run.threads > 1, run.stop);
  GroupWriter writer(run.plan, layout, delimiter);
  std::string out;
  for (std::uint64_t group = 0; group < groups;) {
    const std::shared_ptr<const HitUnit> unit = units.acquire(group);
    for (; group < unit->end_row; ++group) {
      writer.write(unit->hits, static_cast<std::uint32_t>(group), out);
      if (out.size() < kWriteBytes) continue;
      file->append(out);
      clear_scratch(out);
    }
    units.done(*unit, unit->end_row - unit->first_row);
  }
  file->append(out);
  return groups;
}

}  // namespace crm
