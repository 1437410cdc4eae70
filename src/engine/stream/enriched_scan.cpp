#include "engine/stream/enriched_scan.h"

#include <memory>
#include <utility>

#include "engine/stream/hit_maker.h"
#include "engine/stream/varint.h"

namespace crm {

/// What the keys of a batch's rows lead to.
struct EnrichedScan::Probed {
  struct Unmatched {
    std::uint32_t row = 0;
    RowKey key;  // that it is grouped by
  };
  RowSlots slots;  // keys that the original has
  std::uint64_t unmatched = 0, without_key = 0;
  std::vector<Unmatched> unmatched_rows;  // where they are wanted

  /// Ends the row whose keys were added to `slots`. `group_key`: null where unmatched rows are not wanted.
  void end_row(bool found, bool has_keys, const RowKey* group_key) {
    const auto row = static_cast<std::uint32_t>(slots.rows());
    slots.end_row();
    if (found) return;
    if (!has_keys) {
      ++without_key;
      return;
    }
    ++unmatched;
    if (group_key != nullptr) unmatched_rows.push_back({row, *group_key});
  }

  std::uint64_t matched() const { return slots.rows() - unmatched - without_key; }

  void encode(std::string& blob) const {
    slots.encode(blob);
    put_varint(unmatched_rows.size(), blob);
    for (const Unmatched& row : unmatched_rows) put_fixed(row, blob);
  }
  void decode(std::string_view blob) {
    const char* at = blob.data();
    slots.decode(at);
    unmatched_rows.clear();
    for (std::uint64_t rows = get_varint(at); rows > 0; --rows)
      unmatched_rows.push_back(get_fixed<Unmatched>(at));
  }
};

struct EnrichedScan::Mapped : Input::Mapped {
  Probed probed;
  std::string blob;                    // of `probed`, for the second scan
  std::string hits;                    // records; row and line still relative to the batch
  std::vector<std::uint16_t> buckets;  // of the hits
  std::string unmatched;               // key and record each; likewise
  KeyCounts unmatched_counts;
  std::uint64_t without_recency = 0;
};

/// Looks a batch's keys up. One per thread.
class EnrichedScan::Prober {
 public:
  Prober(const RunContext& run, const OriginalIndex& index, const std::vector<std::vector<int>>& columns,
         bool keep_unmatched)
      : index_(index),
        table_(index.table()),
        maker_(run.plan, columns, run.seed),
        keep_unmatched_(keep_unmatched) {}

  void probe(const RecordBatch& batch, Probed& probed) {
    all_.clear();
    ends_.clear();
    group_keys_.clear();
    for (std::size_t row = 0; row < batch.rows(); ++row) {
      maker_.make(batch, row, keys_);
      for (const RowKey& key : keys_) {
        table_.prefetch(key.identifier, key.hash);
        all_.push_back(key);
      }
      ends_.push_back(all_.size());
      if (keep_unmatched_) group_keys_.push_back(keys_.empty() ? RowKey{} : maker_.group_key());
      // Look up some rows behind, when the table's lines have come.
      if (row >= kBehind) look_up(row - kBehind, probed);
    }
    const std::size_t rest = batch.rows() > kBehind ? batch.rows() - kBehind : 0;
    for (std::size_t row = rest; row < batch.rows(); ++row) look_up(row, probed);
  }

 private:
  static constexpr std::size_t kBehind = 16;

  void look_up(std::size_t row, Probed& probed) {
    const std::size_t begin = row == 0 ? 0 : ends_[row - 1];
    bool found = false;
    for (std::size_t i = begin; i < ends_[row]; ++i) {
      const std::uint32_t slot = table_.find(all_[i].identifier, all_[i].hash);
      if (slot == KeyTable::kNone) continue;
      probed.slots.add({slot, all_[i].hash.short_check()});
      index_.prefetch_bucket(slot);
      found = true;
    }
    probed.end_row(found, ends_[row] > begin, keep_unmatched_ ? &group_keys_[row] : nullptr);
  }

  const OriginalIndex& index_;
  const KeyTable& table_;
  RowKeyMaker maker_;
  bool keep_unmatched_;
  std::vector<RowKey> keys_, all_, group_keys_;
  std::vector<std::size_t> ends_;
};

EnrichedScan::EnrichedScan(RunContext& run, OriginalIndex& index, const HitLayout& layout, std::size_t file,
                           EnrichedResults& results)
    : run_(run),
      index_(index),
      layout_(layout),
      file_(file),
      results_(results),
      input_(*run.inputs.enriched[file]) {}

/// Makes the hits of a batch's rows: of each key that was chosen (`chosen` null: of all).
void EnrichedScan::make_hits(const RecordBatch& batch, const Probed& probed, const BitArray* chosen,
                             HitMaker& maker, Mapped& mapped) const {
  for (std::size_t row = 0; row < batch.rows(); ++row) {
    bool reached = false;
    for (const SlotRef& ref : probed.slots.row(row)) {
      if (chosen != nullptr && !chosen->test(ref.slot)) continue;
      if (!reached) {
        maker.read(batch, row);
        mapped.without_recency += !maker.has_recency();
        reached = true;
      }
      if (maker.empty()) continue;
      maker.append(ref, mapped.hits);
      mapped.buckets.push_back(static_cast<std::uint16_t>(index_.first_bucket(ref.slot)));
    }
  }
  if (!probed.unmatched_rows.empty()) mapped.unmatched_counts = KeyCounts(run_.plan.identifiers.size());
  for (const Probed::Unmatched& row : probed.unmatched_rows) {
    maker.read(batch, row.row);
    put_fixed(static_cast<std::uint32_t>(row.key.identifier), mapped.unmatched);
    put_fixed(row.key.hash, mapped.unmatched);
    maker.append({0, row.key.hash.short_check()}, mapped.unmatched);
    mapped.unmatched_counts.add(row.key);
  }
}

namespace {

/// Makes row and line absolute.
std::uint32_t place_hit(char* record, const BatchPosition& position) {
  HitHead head = hit_head(record);
  head.row = (head.row + position.first_row) & kRowMask;
  head.line = (head.line + position.first_line) & kRowMask;
  std::memcpy(record, &head, sizeof head);
  return head.bytes;
}

}  // namespace

void EnrichedScan::commit_hits(Mapped& mapped, const BatchPosition& position) {
  char* record = mapped.hits.data();
  for (const std::uint16_t bucket : mapped.buckets) {
    const std::uint32_t bytes = place_hit(record, position);
    results_.hits.append(bucket, {record, bytes});
    record += bytes;
  }
  if (layout_.recency) results_.accounts[file_].without_recency += mapped.without_recency;
  if (results_.unmatched == nullptr || mapped.unmatched.empty()) return;
  constexpr std::size_t kKeyBytes = sizeof(std::uint32_t) + sizeof(KeyHash);
  for (std::size_t at = 0; at < mapped.unmatched.size();) {
    at += kKeyBytes;
    at += place_hit(mapped.unmatched.data() + at, position);
  }
  UnmatchedRows& unmatched = *results_.unmatched;
  unmatched.spool.append(unmatched.spool.size(), mapped.unmatched);
  unmatched.counts.add(mapped.unmatched_counts);
}

void EnrichedScan::count(const Probed& probed) {
  EnrichedAccount& account = results_.accounts[file_];
  account.unmatched += probed.unmatched;
  account.without_key += probed.without_key;
  results_.matched[file_] += probed.matched();
  for (const SlotRef& ref : probed.slots.all()) results_.usable.set(ref.slot, file_);
}

void EnrichedScan::scan_once() {
  ScanOptions options = run_.scan_options(true);
  const PlanInput& file = run_.plan.inputs[file_];
  Projection projection(static_cast<std::size_t>(file.column_count));
  for (const std::vector<int>& columns : file.identifier_columns) {
    for (const int column : columns) projection.add(column);
  }
  HitColumns::add_to(run_.plan, layout_, file_, projection);
  projection.settle(options);
  std::vector<Prober> probers;
  std::vector<HitMaker> makers;
  for (int t = 0; t < run_.threads; ++t) {
    probers.emplace_back(run_, index_, projection.places(file.identifier_columns),
                         results_.unmatched != nullptr);
    makers.emplace_back(run_.plan, layout_, file_, HitColumns(run_.plan, layout_, file_, projection));
  }
  results_.inputs[file_] = input_.scan(
      options,
      [&](const RecordBatch& batch, int thread) -> std::unique_ptr<Input::Mapped> {
        auto mapped = std::make_unique<Mapped>();
        probers[thread].probe(batch, mapped->probed);
        make_hits(batch, mapped->probed, nullptr, makers[thread], *mapped);
        return mapped;
      },
      [&](std::unique_ptr<Input::Mapped> base, const BatchPosition& position) {
        auto& mapped = static_cast<Mapped&>(*base);
        count(mapped.probed);
        commit_hits(mapped, position);
        run_.progress.advance(position.bytes_done, position.first_row + position.rows);
      });
}

void EnrichedScan::scan_twice() {
  BatchSpool spool(run_.temp, run_.tuning.spill ? 0 : run_.memory.spool);
  scan_keys(spool);
  const BitArray chosen = settle();
  scan_cells(spool, chosen);
}

void EnrichedScan::scan_after(const FileKeys& keys) {
  BatchSpool spool(run_.temp, run_.tuning.spill ? 0 : run_.memory.spool);
  take_keys(keys, spool);
  const BitArray chosen = settle();
  scan_cells(spool, chosen);
}

void EnrichedScan::take_keys(const FileKeys& file, BatchSpool& spool) {
  results_.inputs[file_] = file.keys.account;
  SpooledKeys batch;
  Probed probed;
  std::string scratch, blob;
  for (std::size_t b = 0; b < file.keys.spool.size(); ++b) {
    throw_if_stopped(run_.stop);
    batch.decode(file.keys, b);
    const std::string_view numbers = file.slots->read(b, scratch);
    const char* number = numbers.data();
    probed = Probed();
    std::size_t next = 0;
    for (std::size_t row = 0; row < batch.ends.size(); ++row) {
      const std::size_t begin = next;
      bool found = false;
      for (; next < batch.ends[row]; ++next) {
        const auto slot = get_fixed<std::uint32_t>(number);
        if (slot == KeyTable::kNone) continue;
        probed.slots.add({slot, batch.keys[next].hash.short_check()});
        found = true;
      }
      probed.end_row(found, next > begin, results_.unmatched != nullptr ? &batch.group_keys[row] : nullptr);
    }
    blob.clear();
    probed.encode(blob);
    commit_keys(probed, blob, file.keys.spool.first_row(b), spool);
  }
}

void EnrichedScan::commit_keys(const Probed& probed, std::string_view blob, std::uint64_t first_row,
                               BatchSpool& spool) {
  count(probed);
  SharedKeys& shared = index_.shared();
  if (shared.any()) {
    for (const SlotRef& ref : probed.slots.all()) shared.hold_in_file(ref.slot);
  }
  spool.append(first_row, blob);
}

void EnrichedScan::scan_keys(BatchSpool& spool) {
  ScanOptions options = run_.scan_options(true);
  const PlanInput& file = run_.plan.inputs[file_];
  Projection projection(static_cast<std::size_t>(file.column_count));
  for (const std::vector<int>& columns : file.identifier_columns) {
    for (const int column : columns) projection.add(column);
  }
  projection.settle(options);
  std::vector<Prober> probers;
  for (int t = 0; t < run_.threads; ++t) {
    probers.emplace_back(run_, index_, projection.places(file.identifier_columns),
                         results_.unmatched != nullptr);
  }
  results_.inputs[file_] = input_.scan(
      options,
      [&](const RecordBatch& batch, int thread) -> std::unique_ptr<Input::Mapped> {
        auto mapped = std::make_unique<Mapped>();
        probers[thread].probe(batch, mapped->probed);
        mapped->probed.encode(mapped->blob);
        return mapped;
      },
      [&](std::unique_ptr<Input::Mapped> base, const BatchPosition& position) {
        const auto& mapped = static_cast<const Mapped&>(*base);
        commit_keys(mapped.probed, mapped.blob, position.first_row, spool);
        run_.progress.advance(position.bytes_done / 2, position.first_row + position.rows);
      });
}

/// Takes each original row's cascade to its end: the keys that some row takes in this file.
BitArray EnrichedScan::settle() {
  index_.shared().settle_file(file_, results_.usable);
  BitArray chosen(index_.table().slots());
  RowSlots slots;
  std::string scratch;
  for (std::size_t b = 0; b < index_.row_slots().size(); ++b) {
    throw_if_stopped(run_.stop);
    const std::string_view blob = index_.row_slots().read(b, scratch);
    const char* at = blob.data();
    slots.decode(at);
    for (std::size_t row = 0; row < slots.rows(); ++row) {
      for (const SlotRef& ref : slots.row(row)) {
        if (!results_.usable.test(ref.slot, file_)) continue;
        chosen.set(ref.slot);
        break;
      }
    }
  }
  return chosen;
}

void EnrichedScan::scan_cells(const BatchSpool& spool, const BitArray& chosen) {
  ScanOptions options = run_.scan_options(false);
  Projection projection(static_cast<std::size_t>(run_.plan.inputs[file_].column_count));
  HitColumns::add_to(run_.plan, layout_, file_, projection);
  projection.settle(options);
  struct Worker {
    HitMaker maker;
    Probed probed;
    std::string scratch;
  };
  std::vector<Worker> workers;
  for (int t = 0; t < run_.threads; ++t) {
    workers.push_back(
        {HitMaker(run_.plan, layout_, file_, HitColumns(run_.plan, layout_, file_, projection)), {}, {}});
  }
  const std::uint64_t rows = results_.inputs[file_].rows;
  run_.progress.set_total_rows(rows);
  const std::uint64_t bytes = input_.text_bytes();
  input_.scan(
      options,
      [&](const RecordBatch& batch, int thread) -> std::unique_ptr<Input::Mapped> {
        auto mapped = std::make_unique<Mapped>();
        if (batch.rows() == 0) return mapped;
        Worker& worker = workers[thread];
        worker.probed.decode(spool.read(spool.find(batch.first_row), worker.scratch));
        make_hits(batch, worker.probed, &chosen, worker.maker, *mapped);
        return mapped;
      },
      [&](std::unique_ptr<Input::Mapped> base, const BatchPosition& position) {
        commit_hits(static_cast<Mapped&>(*base), position);
        run_.progress.advance((bytes + position.bytes_done) / 2, rows);
      });
}

}  // namespace crm
