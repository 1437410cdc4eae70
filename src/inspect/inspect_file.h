#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "ingest/input.h"
#include "ingest/rejects.h"
#include "inspect/column_kind.h"
#include "inspect/key_sample.h"
#include "match/keys.h"
#include "model/profile.h"
#include "model/report.h"

namespace crm {

/// What is known of one column when its file has been read.
struct ColumnFindings {
  std::uint64_t filled = 0;           ///< cells that are not blank
  std::uint64_t distinct = 0;         ///< different values among them
  bool distinct_is_exact = true;
  std::uint64_t shortest = 0, longest = 0;  ///< code points of the filled cells
  ColumnKind kind;
  std::vector<std::string> samples;   ///< the first different values, at most kShownSamples
  std::vector<std::string> damage;    ///< what a spreadsheet seems to have done, a sentence each
};

/// What is known of one file when it has been read.
struct FileFindings {
  InputAccount account;
  bool whole = true;                  ///< false: the reading ended at InspectOptions::most_rows
  double distinct_error = 0;          ///< standard error of the counts that are not exact, as a share
  std::vector<ColumnFindings> columns;
  std::vector<Reject> first_rejects;  ///< at most kShownRejects
  std::vector<std::string> warnings;  ///< the profile's, without those about damage: the columns tell
};

inline constexpr std::size_t kShownSamples = 3;
inline constexpr std::size_t kShownRejects = 5;
/// Of a long value no more is kept.
inline constexpr std::size_t kKeptSampleBytes = 200;

/// The columns of one file that hold an identifier of one kind, and its keys that are wanted.
struct WantedKeys {
  Kind kind = Kind::email;
  std::vector<int> columns;
  KeySample* sample = nullptr;        ///< takes them
};

struct InspectOptions {
  int threads = 1;
  std::optional<std::uint64_t> most_rows;  ///< read about so many: to the end of the block that reaches it
  KeyOptions keys;                         ///< blank cells too
  std::stop_token stop;
  std::function<void(std::uint64_t bytes, std::uint64_t rows)> progress;  ///< from one thread at a time
};

/// Reads `input`, in bounded memory and on several threads. The findings do not depend on the number of threads.
///
/// Errors: as Input::scan; records that cannot be read are findings.
FileFindings inspect_file(Input& input, const std::vector<WantedKeys>& wanted, const InspectOptions& options);

}  // namespace crm
