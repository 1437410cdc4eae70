#pragma once

#include <cstdint>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/memory_division.h"
#include "engine/stages.h"
#include "engine/stream/key_table.h"
#include "engine/stream/progress_meter.h"
#include "engine/stream/row_keys.h"
#include "engine/stream/tuning.h"
#include "ingest/input.h"
#include "ingest/rejects.h"
#include "model/plan.h"

namespace crm {

class TempSpace;

/// What every pass of one attempt needs.
struct RunContext {
  const MergePlan& plan;
  const EngineInputs& inputs;
  const StreamTuning& tuning;
  TempSpace& temp;
  ProgressMeter& progress;
  StageClock& clock;
  MemoryDivision& memory;
  int threads = 1;
  HashSeed seed;
  Collisions collisions = Collisions::later;
  RejectSink* rejects = nullptr;  ///< hears of every reject once, however many attempts there are
  std::stop_token stop;

  /// Options of a scan; a first one tells the sink of rejects.
  ScanOptions scan_options(bool first) const {
    ScanOptions options;
    options.threads = threads;
    options.block_bytes = memory.block;
    options.rejects = first ? rejects : nullptr;
    options.stop = stop;
    return options;
  }
};

/// Hands rejects on, but not those that it has handed on in an earlier attempt: each input tells of its
/// rejects in the same order each time.
class RejectsOnce final : public RejectSink {
 public:
  explicit RejectsOnce(RejectSink* sink) : sink_(sink) {}
  void begin_attempt() { seen_.clear(); }
  void add(const Reject& reject) override;

 private:
  RejectSink* sink_;
  std::map<std::string, std::uint64_t> handed_on_, seen_;  // per input
};

/// Errors: cancelled, if the stop was asked for.
void throw_if_stopped(const std::stop_token& stop);

/// Chooses the columns that a scan delivers: each once, ascending.
class Projection {
 public:
  explicit Projection(std::size_t column_count) : place_(column_count, -1) {}
  void add(int column) { place_[column] = 0; }
  void add_all() { place_.assign(place_.size(), 0); }
  /// Numbers the added columns and tells the scan of them.
  void settle(ScanOptions& options);
  /// Position of an added column in the batches, after `settle`.
  int place(int column) const { return place_[column]; }
  std::vector<std::vector<int>> places(const std::vector<std::vector<int>>& columns) const;

 private:
  std::vector<int> place_;
};

}  // namespace crm
