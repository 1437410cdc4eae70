#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "ingest/input.h"
#include "ingest/range_scanner.h"
#include "ingest/scan_format.h"
#include "ingest/text_store.h"

namespace crm {

/// A CSV input whose dialect is known.
///
/// The first scan cuts the text into blocks, guesses a record start in each, scans the blocks in parallel and verifies
/// each guess when the block's turn comes: where the block before truly ended is where it must have begun; else it is
/// scanned again. What it finds is kept, so later scans need no guess.
class CsvInput final : public Input {
 public:
  struct Parts {
    InputProfile profile;
    std::unique_ptr<TextStore> text;
    ScanFormat format;
    std::uint64_t data_begin = 0;       ///< offset of the first data record
    std::uint64_t data_first_line = 1;  ///< its physical line, 1-based
    std::uint64_t lookahead_bytes = kLookaheadBytes;  ///< of RangeScanner; tests make it small
  };

  explicit CsvInput(Parts parts) : parts_(std::move(parts)) {}

  const InputProfile& profile() const override { return parts_.profile; }
  InputAccount scan(const ScanOptions& options, const MapBatch& map, const CommitBatch& commit) override;
  const std::vector<BatchPosition>& batches() const override { return index_.batches; }
  void scan_range(const ScanOptions& options, std::size_t first, std::size_t last, const MapBatch& map,
                  const CommitBatch& commit) override;
  std::uint64_t text_bytes() const override { return parts_.text->size(); }

 private:
  /// A stretch of the text with at most one batch; the stretches follow each other without gaps.
  struct Stretch {
    std::uint64_t begin = 0, first_row = 0, first_line = 0;
    std::uint64_t rows = 0;
  };
  struct Index {
    bool complete = false;
    std::uint64_t block_bytes = 0;
    std::vector<Stretch> stretches;
    std::vector<BatchPosition> batches;
    std::vector<std::size_t> stretch_of_batch;
    InputAccount account;
  };
  class Committer;
  class FirstScan;

  RangeScanner::Options range_options(const ScanOptions& options) const;
  InputAccount scan_stretches(const ScanOptions& options, std::size_t first, std::size_t last, const MapBatch& map,
                              const CommitBatch& commit);

  Parts parts_;
  Index index_;
};

}  // namespace crm
