#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/temp_space.h"
#include "engine/engine.h"
#include "engine/sql/input_tables.h"
#include "engine/sql/kept_tables.h"
#include "engine/sql/key_maker_pool.h"
#include "engine/sql/merged_rows.h"
#include "engine/sql/range_statements.h"
#include "engine/sql/shape.h"
#include "engine/sql/sql_progress.h"
#include "engine/sql/sql_session.h"
#include "engine/stages.h"

namespace crm {

/// One merge by the sql engine, from start to end.
class SqlRun {
 public:
  SqlRun(const MergePlan& plan, const EngineInputs& inputs, const EngineOutputs& outputs, const EngineLimits& limits,
         ProgressSink& progress, std::stop_token stop);
  MergeReport run();

 private:
  // sql_import.cpp: keys, and who meets whom.
  void import_original();
  void import_enriched(int file);
  void count_shared_keys();
  void match();
  void consolidate(int file);
  void carry(int file);
  void carry_records(const SqlShape& part, int file, const std::vector<std::uint64_t>& homes);
  void collect_unmatched(int file);
  /// owner_K, and from it hit_K of each part.
  void collect_hits(Side side, int file);

  // sql_export.cpp: ranges of rows.
  void merge();
  void merge_unmatched();
  int range_workers() const;
  void commit(RangeOutcome outcome);
  void count_contributed();
  std::uint64_t ranges_of(std::uint64_t rows) const { return (rows + rows_per_range_ - 1) / rows_per_range_; }

  void create(std::vector<Step> steps);
  void drop(const Identifier& table);
  /// Ends the part of the work before and begins one; its weight is in bytes read, `of_stage` its share of the stage.
  void begin(Stage stage, double weight, double of_stage, std::string detail = {});
  std::uint64_t spilled();
  double weight_of(int input) const;
  double total_weight() const;

  const MergePlan& plan_;
  const EngineOutputs& outputs_;
  const SqlShape shape_;
  const std::vector<SqlShape> parts_;
  const KeyOptions key_options_;
  TempSpace temp_;
  std::unique_ptr<KeptTables> kept_;
  SqlSession session_;
  InputTables tables_;
  SqlProgress progress_;
  StageClock clock_;
  MergeReport report_;
  ChangesWriter changes_;
  const std::uint64_t memory_bytes_;
  std::uint64_t rows_per_range_;
  std::uint64_t most_spilled_ = 0;
  std::vector<bool> carries_;                            // per file: some keys are carried to other ranges
  std::vector<std::vector<std::uint64_t>> contributed_;  // per file a bit per row
  std::vector<std::uint64_t> matched_rows_, keyed_rows_; // per file
};

}  // namespace crm
