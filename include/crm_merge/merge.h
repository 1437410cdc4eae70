#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "crm_merge/error.h"
#include "crm_merge/export.h"
#include "crm_merge/spec.h"

namespace crm_merge {

/// Both write the same bytes. `stream` is the fast one; `sql` does the same in DuckDB, readable step by step.
enum class Engine { stream, sql };

/// How a merge runs; nothing here changes its result.
struct MergeOptions {
  Engine engine = Engine::stream;
  /// Bytes of resident memory that this process may have at its peak, the caller's own included; at least 96 MB.
  std::uint64_t memory_bytes = 512'000'000;
  int threads = 0;                                   ///< 0: one per processor, up to 16
  std::filesystem::path temp_dir = {};               ///< empty: $TMPDIR, else /var/tmp. Nothing stays there
  std::optional<std::filesystem::path> database = {};  ///< Engine::sql only: keep the tables in this file
};

/// The stages of a merge, in order.
enum class Stage { import_original, import_enriched, consolidate, match, export_ };

struct Progress {
  Stage stage = Stage::import_original;
  double fraction = 0;            ///< of the whole merge, 0 to 1; never goes down
  std::uint64_t rows = 0;         ///< done in the stage
  std::uint64_t total_rows = 0;   ///< of the stage; 0 where not known
  std::string file = {};          ///< name of the enriched file that is being read, in import_enriched
};

/// Hears of progress some times a second. Threads: called from one at a time, not always the caller's of `run`. It must
/// return quickly and throw nothing.
using ProgressFunction = std::function<void(const Progress&)>;

/// A column of the merged file, as planned.
struct PlannedColumn {
  enum class Origin { original, enriched, alternate, generated };
  std::string name;
  Origin origin = Origin::original;
};

/// What a merge will do, known before it does it.
struct MergePlan {
  std::vector<PlannedColumn> columns;   ///< of the merged file, in order
  std::vector<std::string> decisions;   ///< what was detected and chosen, a line each
  std::vector<std::string> warnings;
  std::string text;                     ///< as `crm-merge plan` prints it
  std::string sql;                      ///< as `crm-merge plan --sql` prints it
};

/// What became of the cells for which an enriched file has a value; each is filled, replaced, agreeing or overridden.
struct CellReport {
  std::uint64_t filled = 0;                                 ///< were blank or are new, and hold the file's value
  std::uint64_t filled_alone = 0;                           ///< of these: blank without this file
  std::uint64_t replaced = 0;                               ///< hold it in place of the original's
  std::uint64_t agreeing = 0, overridden = 0;               ///< not used: the merged file says the same, or something else
};

/// What became of one input. Records are rows and rejects; rows of an enriched file are contributed, nothing_used,
/// unmatched or without_key. The sums were checked.
struct InputReport {
  std::string name;
  std::string location;
  std::uint64_t records = 0, rows = 0, rejected = 0;
  std::uint64_t padded = 0;                                 ///< of the rows: had too few fields
  // Of enriched files only:
  std::uint64_t contributed = 0;                            ///< gave at least one value to the merged file
  std::uint64_t nothing_used = 0;                           ///< the original has a key of it, but no value was used
  std::uint64_t unmatched = 0;                              ///< none of its keys is in the original
  std::uint64_t without_key = 0;
  CellReport cells = {};
};

/// What became of one merged column: cells.
struct ColumnReport {
  std::string name;
  std::uint64_t filled_before = 0, filled_after = 0;
  std::uint64_t changed = 0;                                ///< text differs from the original's (new cells included)
  std::uint64_t conflicts_real = 0, conflicts_formatting = 0;
};

/// The truth about what happened.
struct MergeReport {
  std::vector<InputReport> inputs;                          ///< the original first
  std::vector<ColumnReport> columns;                        ///< those that enriched files have a part in
  std::uint64_t matched_rows = 0, unmatched_rows = 0;       ///< of the original
  std::uint64_t output_rows = 0, changed_rows = 0;
  std::uint64_t net_new_records = 0;                        ///< records of OutputFiles::unmatched_enriched
  std::vector<std::string> warnings;
  std::chrono::duration<double> wall{};
  std::uint64_t peak_memory_bytes = 0;                      ///< of the whole process
  std::string json;                                         ///< all of it, as OutputFiles::report has it
};

/// One merge: looked at and planned when it is made, carried out by `run`.
///
/// Threads: one at a time. Several merges may run at once in one process, but each holds the memory of the whole process
/// against its own limit.
class CRM_MERGE_API Merge {
 public:
  /// Opens the inputs, detects what they are, opens the outputs and plans; writes nothing that can be seen.
  ///
  /// Errors: Error with invalid_config, not_found, invalid_input, denied; nothing is left behind.
  explicit Merge(const MergeSpec& spec, const MergeOptions& options = {}, std::stop_token stop = {});
  ~Merge();
  Merge(Merge&&) noexcept;
  Merge& operator=(Merge&&) noexcept;

  const MergePlan& plan() const noexcept;

  /// Carries the plan out, checks every sum and puts the outputs in their places. Once.
  ///
  /// Errors: Error with cancelled within a second after `stop` was requested, invalid_input, limit_exceeded, denied. No
  /// output is written or changed then.
  MergeReport run(const ProgressFunction& progress = {}, std::stop_token stop = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace crm_merge
