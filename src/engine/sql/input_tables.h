#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <vector>

#include "engine/engine.h"
#include "engine/sql/row_stream.h"
#include "model/blank.h"

namespace crm::duck {
class Connection;
}

namespace crm {

/// Some consecutive rows of the original, held in memory while they are merged.
struct RangeRows {
  struct Slice {
    std::shared_ptr<const RowBlock> block;
    std::size_t begin = 0, end = 0;  // rows of the block
    std::uint64_t first = 0;         // of the range's rows, from 0
  };
  std::uint64_t first_row = 0;  ///< 0-based
  std::uint64_t rows = 0;
  std::vector<Slice> slices;

  /// The slice that has a row of the range (from 0).
  const Slice& slice_of(std::uint64_t row) const;
};

/// A row of an enriched file that somebody reaches, by one of its keys.
struct OwnedRow {
  std::int64_t row = 0;     ///< 1-based
  std::int64_t key_id = 0;
  std::int64_t size = 0;    ///< rows of the file that have the key
};

/// The owned rows of [first_row, end_row) of an enriched file (0-based rank), by row.
/// Threads: one at a time.
using OwnedRows = std::function<std::vector<OwnedRow>(int file, std::uint64_t first_row, std::uint64_t end_row)>;

/// The inputs as tables of DuckDB, by our own reader:
/// - `crm_read(N)`: input N (0: the original) as row, line, c0, c1…, in any order and by several threads
/// - `crm_read_in_order(N)`: the same, in order
/// - `crm_owned(N)`: the owned rows of the enriched file N, in any order: key_id, size, row, line, filled (how many of
///   its cells are not blank), c0, c1… It meets the file
///   with its owners by row number, both in order: a merge join, which DuckDB has not
/// - `crm_range(S)`: the rows of the original that stand in slot S, in order, without line
/// The first scan of an input tells the sink of rejects, and gives its account.
///
/// Threads: several queries may scan different inputs at once; one input, one scan at a time.
class InputTables {
 public:
  InputTables(const EngineInputs& inputs, BlankRule blank, int threads, std::size_t slots, std::stop_token stop);

  void add_to(duck::Connection& connection);
  /// Where crm_owned gets the owners from.
  void set_owners(OwnedRows owners) { owners_ = std::move(owners); }
  std::vector<OwnedRow> owners(int file, std::uint64_t first_row, std::uint64_t end_row) const {
    return owners_(file, first_row, end_row);
  }
  void put(std::size_t slot, std::shared_ptr<const RangeRows> rows);

  Input& input(std::size_t number) const { return *inputs_[number]; }
  /// Reads the input if no query has done so, for its account and its rejects.
  InputAccount account(std::size_t number);
  std::uint64_t estimated_rows(std::size_t number) const;
  /// Of the input at hand the share that was read, from 0 to 1, and the rows. Any thread.
  double fraction() const { return fraction_.load(std::memory_order_relaxed); }
  std::uint64_t rows_read() const { return rows_read_.load(std::memory_order_relaxed); }
  /// Forgets both: the next scan is of something else.
  void start_counting();

  // For the scans.
  const BlankRule& blank() const { return blank_; }
  RowStream::Options stream_options(std::size_t number, std::vector<int> columns, bool in_order) const;
  void count(double fraction, std::uint64_t rows);
  void scanned(std::size_t number, const InputAccount& account);

 private:
  std::vector<Input*> inputs_;
  RejectSink* rejects_;
  BlankRule blank_;
  int threads_;
  std::stop_token stop_;
  OwnedRows owners_;
  std::atomic<double> fraction_ = 0;
  std::atomic<std::uint64_t> rows_read_ = 0;
  mutable std::mutex mutex_;  // of the rest
  std::vector<bool> is_scanned_;
  std::vector<InputAccount> accounts_;
  std::vector<std::shared_ptr<const RangeRows>> slots_;
};

/// Cuts the original into ranges of equally many rows, reading ahead.
///
/// Threads: one.
class RangeFeed {
 public:
  RangeFeed(InputTables& tables, int columns, std::uint64_t rows_per_range);
  /// The next range; null after the last.
  std::shared_ptr<const RangeRows> next();
  double fraction() const { return stream_.fraction(); }

 private:
  RowStream stream_;
  std::uint64_t rows_per_range_;
  std::shared_ptr<const RowBlock> block_;
  std::size_t at_ = 0;  // in block_
  std::uint64_t next_row_ = 0;
};

}  // namespace crm
