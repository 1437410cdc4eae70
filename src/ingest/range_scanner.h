#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "ingest/input.h"
#include "ingest/rejects.h"
#include "ingest/scanner.h"
#include "ingest/text_window.h"

namespace crm {

/// `load` reads no more than this at once; ScanOptions::block_bytes may not be larger.
inline constexpr std::uint64_t kMaxBlockBytes = 16u << 20;

/// So much behind a range is read with it: most last records end there.
inline constexpr std::uint64_t kLookaheadBytes = 64 * 1024;

/// Records between two offsets: a batch, with the rejects around it, or rejects alone.
struct ScannedUnit {
  std::uint64_t begin = 0;
  ScanCounts counts;
  std::vector<Reject> rejects;            ///< lines relative to the unit's first, 0-based; only if asked for
  std::unique_ptr<Input::Mapped> mapped;  ///< if counts.rows != 0
};

/// All records that begin in a range.
struct ScannedRange {
  std::uint64_t begin = 0;  ///< of the first record
  std::uint64_t end = 0;    ///< of the first record behind the range
  bool finished = false;    ///< false: a guess that turned out too costly to follow; nothing in here counts
  std::vector<ScannedUnit> units;
};

struct RangeRequest {
  std::uint64_t begin = 0, end = 0;
  /// `begin` is known to be a record start: go on however long the last record is. Else give up at some point.
  bool exact = true;
  std::uint64_t first_row = 0, first_line = 0;  ///< of the range, where known; handed on to the batches
};

/// Scans ranges of one input's text, one at a time.
///
/// Threads: one; several may work on one TextStore.
class RangeScanner {
 public:
  using Map = std::function<std::unique_ptr<Input::Mapped>(const RecordBatch&)>;

  struct Options {
    ScanFormat format;
    std::optional<std::vector<int>> columns;  ///< none: all
    bool keep_rejects = false;
    std::uint64_t lookahead_bytes = kLookaheadBytes;
    std::stop_token stop;
  };

  RangeScanner(const TextStore& store, const Options& options, Map map);

  /// Reads [begin, end) and a little more.
  void load(std::uint64_t begin, std::uint64_t end);
  TextWindow& window() { return window_; }

  /// A likely record start at or after `begin`, which is in the window and not 0 (`begin` - 1 is too).
  std::optional<std::uint64_t> guess_start(std::uint64_t begin);

  /// Scans the records that begin in [request.begin, request.end).
  ScannedRange scan(const RangeRequest& request);

 private:
  void open_batch(std::uint64_t begin);
  void close_unit();
  void add_reject();
  bool extend(const RangeRequest& request);
  std::optional<std::uint64_t> skip_long_record(const RangeRequest& request);

  const TextStore& store_;
  Options options_;
  Map map_;
  TextWindow window_;
  Scanner scanner_;
  // Of the scan that goes on:
  ScannedRange range_;
  ScannedUnit unit_;
  std::uint64_t range_end_ = 0;
  std::uint64_t row_ = 0, line_ = 0;  // of the unit, where known
  bool positions_known_ = false;
};

}  // namespace crm
