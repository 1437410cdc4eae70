#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>
#include <vector>

#include "engine/engine.h"
#include "engine/sql/row_stream.h"

namespace crm::duck {
class Connection;
}

namespace crm {

/// Some consecutive rows of the original, held in memory while they are merged.
struct RangeRows {
  struct Slice {
    std::shared_ptr<const RowBlock> block;
    std::size_t begin = 0, end = 0;
  };
  std::uint64_t first_row = 0;  ///< 0-based
  std::uint64_t rows = 0;
  std::vector<Slice> slices;
};

/// The inputs as tables of DuckDB, by our own reader:
/// - `crm_read(N)`: input N (0: the original) as row, line, c0, c1…, in any order and by several threads
/// - `crm_read_in_order(N)`: the same, in order
/// - `crm_range(S)`: the rows of the original that stand in slot S, in order, without line
/// The first scan of an input tells the sink of rejects, and gives its account.
///
/// Threads: several queries may scan different inputs at once; one input, one scan at a time.
class InputTables {
 public:
  InputTables(const EngineInputs& inputs, int threads, std::size_t slots, std::stop_token stop);

  void add_to(duck::Connection& connection);
  void put(std::size_t slot, std::shared_ptr<const RangeRows> rows);

  Input& input(std::size_t number) const { return *inputs_[number]; }
  /// Reads the input if no query has done so, for its account and its rejects.
  InputAccount account(std::size_t number);
  std::uint64_t estimated_rows(std::size_t number) const;
  /// Share of the input at hand that was read, from 0 to 1. Any thread.
  double fraction() const { return fraction_.load(std::memory_order_relaxed); }

  // For the scans.
  RowStream::Options stream_options(std::size_t number, std::vector<int> columns, bool in_order) const;
  void set_fraction(double fraction) { fraction_.store(fraction, std::memory_order_relaxed); }
  void scanned(std::size_t number, const InputAccount& account);

 private:
  std::vector<Input*> inputs_;
  RejectSink* rejects_;
  int threads_;
  std::stop_token stop_;
  std::atomic<double> fraction_ = 0;
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
