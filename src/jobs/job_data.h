#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/spec.h"

// The data of a job: what a producer puts on the queue and what `POST /api/v1/jobs` takes.
namespace crm {

/// Where an input lies: a URI, or (older form) a key of the configured store. Exactly one of them is set.
struct JobSource {
  std::string uri;
  std::string key;
  std::string name;  ///< the file's, for people; may be empty
};

/// What a job can produce.
enum class OutputKind { merged, report, changes, provenance, conflicts, unmatched_enriched, rejects };

/// All of them, the merged file first.
std::span<const OutputKind> output_kinds();
/// As job data, results and URLs call it: "unmatched_enriched".
std::string_view output_name(OutputKind kind);
/// The output of that name, or nothing.
std::optional<OutputKind> output_of_name(std::string_view name);

/// Which outputs a job wants, and how they are written.
struct JobOutputs {
  std::string merged_format = "csv";  ///< "csv" or "tsv"
  std::string merged_compression;     ///< "", "gz" or "zst": the ending that the file gets
  bool report = true;
  bool changes = false, provenance = false, conflicts = false, unmatched_enriched = false, rejects = false;

  bool wants(OutputKind kind) const;
  /// The file's name, without a folder: "merged.csv.gz", "report.json".
  std::string file_name(OutputKind kind) const;
};

/// One of the older form's `columnConfigs`: a column of the merged file, which may be the original's.
struct ColumnConfig {
  std::string column;
  bool selected = true;
  std::optional<std::uint64_t> position;
};

/// A job's data, understood.
struct JobData {
  /// The rules. The inputs have names (unique, as `make_names_unique` leaves them) and no paths yet: who
  /// fetches them sets `original.path`, `enriched[i].path` and `outputs`.
  MergeSpec spec;
  JobSource original;
  std::vector<JobSource> enriched;  ///< as `spec.enriched`
  JobOutputs outputs;
  std::string output_prefix;      ///< of the outputs' keys in the store; "" is the service's own choice
  std::string metadata = "null";  ///< the producer's JSON, as it came (compact)
  bool older_form = false;
  std::vector<ColumnConfig> column_choices;  ///< older form only; `choose_columns` makes rules of them
  /// For the job's log: keys of the older form that mean nothing here. One line each.
  std::vector<std::string> warnings;
};

inline constexpr std::size_t kMaxMergeJobBytes = 256u << 10;
inline constexpr std::size_t kMaxMetadataBytes = 4096;
inline constexpr std::size_t kMaxEnrichedFiles = 100;
inline constexpr std::size_t kMaxOutputPrefixBytes = 512;

/// Reads job data in either form. Pure: whether its sources may be read is the caller's to check.
///
/// Errors: invalid_config, one line that begins with the path of what is wrong ("spec.strategy: …");
/// limit_exceeded for more than kMaxMergeJobBytes.
JobData parse_job_data(std::string_view json);

/// Reads the rules alone (the object under `spec`), as they are saved under a name. `enriched_names` are the
/// files that `map` and `prefer` can name. Errors: as parse_job_data.
MergeSpec parse_rules(std::string_view json, const std::vector<std::string>& enriched_names);

/// Turns `choices` into `columns` or `drop` of `spec`, now that the original's header is known: new columns
/// that are selected, in the order of their positions; where none is, those that are not selected are left
/// out. Errors: invalid_config for an original column that is not selected: the merged file always has them
/// all.
void choose_columns(const std::vector<ColumnConfig>& choices, const std::vector<std::string>& original_header,
                    MergeSpec& spec);

/// The JSON Schemas (2020-12) of a job's data (the newer form), progress and result.
std::string_view job_data_schema();
std::string_view job_progress_schema();
std::string_view job_result_schema();

}  // namespace crm
