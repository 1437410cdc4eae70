#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "model/plan.h"
#include "model/report.h"

namespace crm {

class Input;        // ingest/input.h: one opened file, its profile, ordered scans of it
class OutputFile;   // output/output_file.h: bytes that appear whole or not at all
class RejectSink;   // ingest/rejects.h

/// The opened inputs of one merge: the original first, then the enriched files in rank order.
struct EngineInputs {
  Input* original = nullptr;
  std::vector<Input*> enriched;
  RejectSink* rejects = nullptr;
};

/// Where an engine writes. Null where not wanted (all are null in a dry run). The caller publishes them.
struct EngineOutputs {
  OutputFile* merged = nullptr;
  OutputFile* changes = nullptr;
  OutputFile* provenance = nullptr;
  OutputFile* conflicts = nullptr;
  OutputFile* unmatched = nullptr;
};

struct EngineLimits {
  std::uint64_t memory_bytes = 512u << 20;  ///< peak RSS of the whole process
  int threads = 1;
  std::filesystem::path temp_dir;
  std::optional<std::filesystem::path> database;  ///< sql engine only: keep the tables there
};

/// Stages of a merge as people see them; every engine reports these, in this order.
enum class Stage { import_original, import_enriched, consolidate, match, export_ };

struct Progress {
  Stage stage = Stage::import_original;
  double fraction = 0;               ///< of the whole merge, 0 to 1; never goes down
  double stage_fraction = 0;         ///< of the stage
  std::uint64_t rows = 0;            ///< rows done in the stage
  std::uint64_t total_rows = 0;      ///< of the stage; 0 where not known
  std::string detail;                ///< file name for import_enriched
};

/// Hears of progress. Threads: called from one thread at a time; must return quickly.
class ProgressSink {
 public:
  virtual ~ProgressSink() = default;
  virtual void update(const Progress& progress) = 0;
};

/// Carries out a plan. Errors: Error with cancelled when `stop` was requested (within a second), invalid_input at
/// rejects that are not set aside, limit_exceeded when memory or disk runs out. Nothing is left behind in any case.
class Engine {
 public:
  virtual ~Engine() = default;
  virtual MergeReport run(const MergePlan& plan, const EngineInputs& inputs, const EngineOutputs& outputs,
                          const EngineLimits& limits, ProgressSink& progress, std::stop_token stop) = 0;
};

std::unique_ptr<Engine> make_stream_engine();
std::unique_ptr<Engine> make_sql_engine();

}  // namespace crm
