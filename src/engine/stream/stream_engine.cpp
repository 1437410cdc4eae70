#include "engine/stream/stream_engine.h"

#include <random>
#include <utility>

#include "base/error.h"
#include "base/temp_space.h"
#include "engine/memory_division.h"
#include "engine/stages.h"
#include "engine/stream/enriched_scan.h"
#include "engine/stream/merge_pass.h"
#include "engine/stream/net_new.h"
#include "engine/stream/original_index.h"
#include "engine/stream/run_context.h"

namespace crm {
namespace {

/// Weights of the parts for progress: a merged byte costs more than one that is only read.
constexpr double kKeysWeight = 0.6;
constexpr double kMergeWeight = 1.8;
/// Attempts with other seeds; two collisions in a row do not happen.
constexpr int kMostAttempts = 4;

class StreamEngine final : public Engine {
 public:
  explicit StreamEngine(const StreamTuning& tuning) : tuning_(tuning) {}

  MergeReport run(const MergePlan& plan, const EngineInputs& inputs, const EngineOutputs& outputs,
                  const EngineLimits& limits, ProgressSink& sink, std::stop_token stop) override {
    TempSpace temp(limits.temp_dir);
    StageClock clock;
    double enriched_bytes = 0;
    for (const Input* input : inputs.enriched) enriched_bytes += static_cast<double>(input->text_bytes());
    const auto original_bytes = static_cast<double>(inputs.original->text_bytes());
    ProgressMeter progress(sink, original_bytes * (kKeysWeight + kMergeWeight) + enriched_bytes);
    MemoryDivision memory = divide_memory(limits.memory_bytes, limits.threads);
    if (tuning_.block_bytes > 0) memory.block = tuning_.block_bytes;
    RejectsOnce rejects(inputs.rejects);
    RunContext run{plan,           inputs, tuning_,           temp,    progress,       clock, memory,
                   memory.threads, {},     Collisions::later, nullptr, std::move(stop)};
    if (inputs.rejects != nullptr) run.rejects = &rejects;
    if (tuning_.hash_bits < 64 && !tuning_.late_collisions) run.collisions = Collisions::thrown;

    for (int attempt = 1;; ++attempt) {
      bool written = false;
      MergeReport report = empty_report(plan);
      try {
        run.seed = seed_of(attempt);
        rejects.begin_attempt();
        merge(run, outputs, limits, report, written);
        clock.finish(temp.spilled_bytes(), report);
        check_accounts(plan, report);
        return report;
      } catch (const HashCollision&) {
        if (written || attempt == kMostAttempts) {
          throw Error(ErrorCode::internal,
                      "two different keys have the same 64-bit hash; run the merge again (each run draws "
                      "another seed)");
        }
        progress.restart();
      }
    }
  }

 private:
  HashSeed seed_of(int attempt) const {
    if (attempt == 1 && tuning_.seed != 0) return {tuning_.seed, tuning_.hash_bits};
    std::random_device draw;
    return {std::uint64_t{draw()} << 32 | draw(), attempt == 1 ? tuning_.hash_bits : 64};
  }
  void merge(RunContext& run, const EngineOutputs& outputs, const EngineLimits& limits, MergeReport& report,
             bool& written) const;

  StreamTuning tuning_;
};

/// Where the table of keys does not fit into memory as a whole: the enriched files' keys, to be looked up
/// range by range.
std::vector<std::unique_ptr<FileKeys>> read_enriched_keys(RunContext& run) {
  std::vector<std::unique_ptr<FileKeys>> files;
  for (std::size_t f = 0; f < run.plan.inputs.size(); ++f) {
    const std::uint64_t bytes = run.inputs.enriched[f]->text_bytes();
    run.progress.begin(Stage::import_enriched, static_cast<double>(bytes) / 2, bytes, 2,
                       run.plan.inputs[f].name);
    scan_keys(run, enriched_key_columns(run, f), files.emplace_back(std::make_unique<FileKeys>(run))->keys);
  }
  return files;
}

/// Pass 2.
void merge_enriched(RunContext& run, OriginalIndex& index, const HitLayout& layout, EnrichedResults& results,
                    bool once, std::vector<std::unique_ptr<FileKeys>>& keys) {
  for (std::size_t f = 0; f < run.plan.inputs.size(); ++f) {
    const std::uint64_t bytes = run.inputs.enriched[f]->text_bytes();
    const double weight = keys.empty() ? 1 : 0.5;
    run.progress.begin(Stage::import_enriched, static_cast<double>(bytes) * weight, bytes, 1,
                       run.plan.inputs[f].name);
    EnrichedScan scan(run, index, layout, f, results);
    if (!keys.empty()) {
      scan.scan_after(*keys[f]);
      keys[f].reset();
    } else if (once) {
      scan.scan_once();
    } else {
      scan.scan_twice();
    }
    run.clock.add_rows(Stage::import_enriched, results.inputs[f].rows);
  }
}

void StreamEngine::merge(RunContext& run, const EngineOutputs& outputs, const EngineLimits& limits,
                         MergeReport& report, bool& written) const {
  const MergePlan& plan = run.plan;
  const std::uint64_t original_bytes = run.inputs.original->text_bytes();
  const auto enter = [&](Stage stage) { run.clock.enter(stage, run.temp.spilled_bytes()); };

  enter(Stage::import_original);
  run.progress.begin(Stage::import_original, static_cast<double>(original_bytes) * kKeysWeight,
                     original_bytes, 1);
  auto keys = std::make_unique<KeySpool>(run, false);
  scan_keys(run, original_key_columns(run), *keys);
  report.inputs[0] = keys->account;
  run.clock.add_rows(Stage::import_original, keys->rows);

  enter(Stage::import_enriched);
  const int ranges =
      divide_rest(limits.memory_bytes, table_bytes(plan, *keys), tuning_.key_ranges, run.memory);
  std::vector<std::unique_ptr<FileKeys>> file_keys;
  if (ranges > 1) file_keys = read_enriched_keys(run);
  OriginalIndex index(run, *keys, choose_bucket_rows(run, keys->rows), ranges, file_keys);
  const bool once = keys->most_keys <= 1 && !index.shared().any();
  keys.reset();

  const HitLayout layout(plan);
  EnrichedResults results{UsableKeys(index.table().slots(), plan.inputs.size()),
                          HitStore(run.temp, index.buckets(), tuning_.spill ? 0 : run.memory.hits),
                          nullptr,
                          std::vector<InputAccount>(plan.inputs.size()),
                          std::vector<EnrichedAccount>(plan.inputs.size()),
                          std::vector<std::uint64_t>(plan.inputs.size())};
  UnmatchedRows unmatched(run.temp, tuning_.spill ? 0 : run.memory.spool, plan.identifiers.size());
  if (plan.want_unmatched) results.unmatched = &unmatched;
  merge_enriched(run, index, layout, results, once, file_keys);
  for (std::size_t f = 0; f < plan.inputs.size(); ++f) {
    report.inputs[f + 1] = results.inputs[f];
    report.enriched[f] = results.accounts[f];
  }
  report.shared_keys_total = index.shared().finish();
  index.release_table();

  enter(Stage::export_);
  run.progress.begin(Stage::export_, static_cast<double>(original_bytes) * kMergeWeight, original_bytes, 1);
  run.progress.set_total_rows(index.rows());
  {
    MergePass pass(run, outputs, index, layout, results.usable, results.hits);
    pass.execute(report, written);
    run.clock.divide({{Stage::consolidate, pass.consolidating()},
                      {Stage::match, pass.matching()},
                      {Stage::export_, pass.writing()}});
  }
  for (const std::uint64_t matched : results.matched) run.clock.add_rows(Stage::consolidate, matched);
  run.clock.add_rows(Stage::match, index.rows());
  run.clock.add_rows(Stage::export_, index.rows());
  for (std::size_t f = 0; f < plan.inputs.size(); ++f) {
    report.enriched[f].nothing_used = results.matched[f] - report.enriched[f].contributed;
  }
  if (plan.want_unmatched) report.net_new_records = write_net_new(run, layout, unmatched, outputs.unmatched);
}

}  // namespace

std::unique_ptr<Engine> make_tuned_stream_engine(const StreamTuning& tuning) {
  return std::make_unique<StreamEngine>(tuning);
}

std::unique_ptr<Engine> make_stream_engine() { return make_tuned_stream_engine(tuning_of_environment()); }

}  // namespace crm
