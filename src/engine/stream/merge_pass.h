#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "engine/changes.h"
#include "engine/stream/hit_units.h"
#include "engine/stream/original_index.h"
#include "engine/stream/row_writer.h"
#include "engine/stream/run_context.h"

namespace crm {

/// Pass 3: reads the original again and writes the merged file and those beside it, in order.
class MergePass {
 public:
  /// `outputs`' files may be null.
  MergePass(RunContext& run, const EngineOutputs& outputs, const OriginalIndex& index,
            const HitLayout& layout, const UsableKeys& usable, HitStore& hits);

  /// Adds what the merge has found to the report. True in `written`: outputs have been written to, as soon as
  /// they were.
  void execute(MergeReport& report, bool& written);
  /// Time at work, over all threads.
  std::chrono::duration<double> consolidating() const { return consolidating_; }
  std::chrono::duration<double> matching() const { return matching_; }
  std::chrono::duration<double> writing() const { return writing_; }

 private:
  struct Mapped;
  struct Worker;

  void map_batch(const RecordBatch& batch, Worker& worker, HitUnits& units, Mapped& mapped) const;
  void list_shared(const RecordBatch& batch, std::size_t row, std::span<const SlotRef> slots, Worker& worker,
                   Mapped& mapped) const;
  void commit(Mapped& mapped);
  void append(OutputFile* file, const OverflowingText& text) const;
  void write_headers();
  void tell(MergeReport& report) const;

  RunContext& run_;
  const EngineOutputs& outputs_;
  const OriginalIndex& index_;
  const HitLayout& layout_;
  MergeContext context_;
  HitStore& hits_;
  OutputFormat format_;
  Overflow overflow_;
  ChangesWriter changes_;
  MergeAccount account_;
  std::chrono::duration<double> consolidating_{}, matching_{}, writing_{};
  SharedKeyList shared_;
  std::vector<BitArray> contributed_;  // per file
  std::set<std::pair<std::shared_ptr<const SharedOutcomes>, int>>
      shared_counted_;  // outcomes and columns in it
};

}  // namespace crm
