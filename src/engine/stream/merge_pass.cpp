#include "engine/stream/merge_pass.h"

#include <algorithm>
#include <utility>

#include "engine/side_files.h"
#include "output/output_file.h"

namespace crm {

struct MergePass::Mapped : Input::Mapped {
  explicit Mapped(const MergePlan& plan) : written(plan) {}
  WrittenRows written;
  std::chrono::duration<double> time{};
  std::vector<std::pair<std::uint32_t, std::string>> shared;  // slot and text of listed shared keys
};

struct MergePass::Worker {
  RowMerge merge;
  RowWriter writer;
  RowKeyMaker keys;  // for the texts of shared keys only
  RowSlots slots;
  std::string scratch;
  std::vector<RowKey> row_keys;
};

MergePass::MergePass(RunContext& run, const EngineOutputs& outputs, const OriginalIndex& index,
                     const HitLayout& layout, const UsableKeys& usable, HitStore& hits)
    : run_(run),
      outputs_(outputs),
      index_(index),
      layout_(layout),
      context_{run.plan, layout, index.table(), usable},
      hits_(hits),
      overflow_(run.temp, run.stop),
      changes_(run.plan, run.temp, run.tuning.spill ? 0 : run.memory.spool),
      account_(run.plan) {
  const auto delimiter = [](const OutputFile* file) {
    return file == nullptr ? ',' : output_delimiter(file->path());
  };
  format_.merged = outputs.merged != nullptr;
  format_.provenance = outputs.provenance != nullptr;
  format_.conflicts = outputs.conflicts != nullptr;
  format_.changes = outputs.changes != nullptr;
  format_.merged_delimiter = delimiter(outputs.merged);
  format_.provenance_delimiter = delimiter(outputs.provenance);
  format_.conflicts_delimiter = delimiter(outputs.conflicts);
}

void MergePass::map_batch(const RecordBatch& batch, Worker& worker, HitUnits& units, Mapped& mapped) const {
  const BatchSpool& spool = index_.row_slots();
  const std::string_view blob = spool.read(spool.find(batch.first_row), worker.scratch);
  const char* at = blob.data();
  worker.slots.decode(at);
  for (std::size_t row = 0; row < batch.rows();) {
    const std::shared_ptr<const HitUnit> unit = units.acquire(batch.first_row + row);
    const std::size_t end = std::min<std::uint64_t>(batch.rows(), unit->end_row - batch.first_row);
    const std::size_t begin = row;
    for (std::size_t i = RowMerge::kMostRows; row < end; ++row, ++i) {
      if (i >= RowMerge::kMostRows) {
        throw_if_stopped(run_.stop);
        i = 0;
        worker.merge.match(worker.slots, row, std::min(RowMerge::kMostRows, end - row), *unit);
      }
      worker.merge.merge(batch, row, i);
      worker.writer.write(batch, row, batch.first_row + row, worker.merge, mapped.written);
      list_shared(batch, row, worker.slots.row(row), worker, mapped);
    }
    units.done(*unit, end - begin);
  }
}

/// Keys that --max-shared kept from matching are listed in the report by their text, which only the row
/// knows.
void MergePass::list_shared(const RecordBatch& batch, std::size_t row, std::span<const SlotRef> slots,
                            Worker& worker, Mapped& mapped) const {
  const SharedKeys& shared = index_.shared();
  if (!std::any_of(slots.begin(), slots.end(), [&](const SlotRef& ref) { return shared.listed(ref.slot); }))
    return;
  worker.keys.make(batch, row, worker.row_keys);
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (shared.listed(slots[i].slot)) mapped.shared.emplace_back(slots[i].slot, worker.keys.text(i));
  }
}

void MergePass::write_headers() {
  if (outputs_.merged != nullptr) outputs_.merged->append(merged_header(run_.plan, format_.merged_delimiter));
  if (outputs_.provenance != nullptr)
    outputs_.provenance->append(provenance_header(format_.provenance_delimiter));
  if (outputs_.conflicts != nullptr)
    outputs_.conflicts->append(conflicts_header(format_.conflicts_delimiter));
}

void MergePass::append(OutputFile* file, const OverflowingText& text) const {
  if (file == nullptr) return;
  overflow_.read(text.before, [&](std::string_view piece) { file->append(piece); });
  if (!text.text.empty()) file->append(text.text);
}

void MergePass::commit(Mapped& mapped) {
  WrittenRows& written = mapped.written;
  append(outputs_.merged, written.merged);
  append(outputs_.provenance, written.provenance);
  append(outputs_.conflicts, written.conflicts);
  overflow_.read(written.changes_before, [&](std::string_view piece) { changes_.append_bytes(piece); });
  changes_.append(written.changes);
  matching_ += mapped.time;
  const MergeAccount& more = written.account;
  account_.rows += more.rows;
  account_.matched += more.matched;
  account_.changed += more.changed;
  for (std::size_t i = 0; i < more.identifiers.size(); ++i) {
    account_.identifiers[i].rows_matched += more.identifiers[i].rows_matched;
  }
  for (std::size_t c = 0; c < more.columns.size(); ++c) add_account(account_.columns[c], more.columns[c]);
  for (const auto& [file, row] : more.contributed) contributed_[file].set(row);
  for (const auto& [outcomes, columns] : more.shared_contributed) {
    for (const int c : columns) {
      if (!shared_counted_.emplace(outcomes, c).second) continue;
      for (const ValueSource& source : outcomes->columns[c].sources)
        contributed_[source.file].set(source.row);
    }
  }
  for (const auto& [slot, text] : mapped.shared) index_.shared().offer(slot, text, shared_);
}

void MergePass::execute(MergeReport& report, bool& written) {
  for (std::size_t f = 0; f < run_.plan.inputs.size(); ++f)
    contributed_.emplace_back(report.inputs[f + 1].rows);
  UnitSource source = unit_source(run_, layout_, hits_);
  source.rows = index_.rows();
  source.bucket_rows = index_.bucket_rows();
  source.edges = [this](std::size_t bucket) { return index_.edges(bucket); };
  HitUnits units(std::move(source), run_.threads > 1, run_.stop);

  ScanOptions options = run_.scan_options(false);
  options.all_columns = true;
  std::vector<std::vector<int>> key_columns;
  for (const PlanIdentifier& identifier : run_.plan.identifiers)
    key_columns.push_back(identifier.original_columns);
  std::vector<Worker> workers;
  for (int t = 0; t < run_.threads; ++t) {
    workers.push_back({RowMerge(context_),
                       RowWriter(run_.plan, format_, overflow_),
                       RowKeyMaker(run_.plan, key_columns, run_.seed),
                       {},
                       {},
                       {}});
  }
  const auto guarded = [&](auto&& work) {
    try {
      work();
    } catch (...) {
      units.fail(std::current_exception());
      throw;
    }
  };
  bool headers = false;
  const auto begin_writing = [&] {
    if (headers) return;
    headers = written = true;
    write_headers();
  };
  run_.inputs.original->scan(
      options,
      [&](const RecordBatch& batch, int thread) -> std::unique_ptr<Input::Mapped> {
        auto mapped = std::make_unique<Mapped>(run_.plan);
        const auto start = std::chrono::steady_clock::now();
        if (batch.rows() > 0) guarded([&] { map_batch(batch, workers[thread], units, *mapped); });
        mapped->time = std::chrono::steady_clock::now() - start;
        return mapped;
      },
      [&](std::unique_ptr<Input::Mapped> mapped, const BatchPosition& position) {
        guarded([&] {
          const auto start = std::chrono::steady_clock::now();
          begin_writing();
          commit(static_cast<Mapped&>(*mapped));
          writing_ += std::chrono::steady_clock::now() - start;
          run_.progress.advance(position.bytes_done, account_.rows);
        });
      });
  begin_writing();
  if (outputs_.changes != nullptr) changes_.write(*outputs_.changes);
  consolidating_ = units.busy();
  tell(report);
}

void MergePass::tell(MergeReport& report) const {
  report.output_rows = account_.rows;
  report.matched_rows = account_.matched;
  report.unmatched_rows = account_.rows - account_.matched;
  report.changed_rows = account_.changed;
  report.identifiers = account_.identifiers;
  report.columns = account_.columns;
  report.shared_keys = shared_.list();
  for (std::size_t f = 0; f < contributed_.size(); ++f) {
    report.enriched[f].contributed = contributed_[f].count();
  }
}

}  // namespace crm
