#include "engine/sql/input_tables.h"

#include <algorithm>

#include "base/error.h"
#include "duckdb/database.h"
#include "duckdb/function.h"
#include "engine/sql/input_scans.h"

namespace crm {
namespace {

using duck::TableBinding;
using duck::Type;

void add_cells(std::size_t count, TableBinding& binding) {
  for (std::size_t c = 0; c < count; ++c) binding.columns.emplace_back("c" + std::to_string(c), Type::varchar());
}

}  // namespace

const RangeRows::Slice& RangeRows::slice_of(std::uint64_t row) const {
  const auto behind = std::upper_bound(slices.begin(), slices.end(), row,
                                       [](std::uint64_t r, const Slice& slice) { return r < slice.first; });
  return *std::prev(behind);
}

InputTables::InputTables(const EngineInputs& inputs, BlankRule blank, int threads, std::size_t slots, std::stop_token stop)
    : rejects_(inputs.rejects), blank_(std::move(blank)), threads_(threads), stop_(std::move(stop)), slots_(slots) {
  inputs_.push_back(inputs.original);
  inputs_.insert(inputs_.end(), inputs.enriched.begin(), inputs.enriched.end());
  is_scanned_.resize(inputs_.size());
  accounts_.resize(inputs_.size());
}

std::uint64_t InputTables::estimated_rows(std::size_t number) const {
  {
    const std::lock_guard lock(mutex_);
    if (is_scanned_[number]) return accounts_[number].rows;
  }
  return inputs_[number]->profile().estimated_rows;
}

RowStream::Options InputTables::stream_options(std::size_t number, std::vector<int> columns, bool in_order) const {
  const std::lock_guard lock(mutex_);
  RowStream::Options options;
  options.columns = std::move(columns);
  // Where DuckDB's threads take part, they have enough to do with what is read by one or two.
  options.threads = in_order ? threads_ : std::max(1, threads_ / 2);
  options.rejects = is_scanned_[number] ? nullptr : rejects_;
  options.stop = stop_;
  return options;
}

void InputTables::start_counting() {
  fraction_.store(0, std::memory_order_relaxed);
  rows_read_.store(0, std::memory_order_relaxed);
}

void InputTables::count(double fraction, std::uint64_t rows) {
  fraction_.store(fraction, std::memory_order_relaxed);
  rows_read_.fetch_add(rows, std::memory_order_relaxed);
}

void InputTables::scanned(std::size_t number, const InputAccount& account) {
  const std::lock_guard lock(mutex_);
  if (!is_scanned_[number]) accounts_[number] = account;
  is_scanned_[number] = true;
}

InputAccount InputTables::account(std::size_t number) {
  bool is_scanned;
  {
    const std::lock_guard lock(mutex_);
    is_scanned = is_scanned_[number];
  }
  if (!is_scanned) {
    RowStream stream(*inputs_[number], stream_options(number, {}, true));
    while (stream.next()) {
    }
    scanned(number, stream.account());
  }
  const std::lock_guard lock(mutex_);
  return accounts_[number];
}

void InputTables::put(std::size_t slot, std::shared_ptr<const RangeRows> rows) {
  const std::lock_guard lock(mutex_);
  slots_[slot] = std::move(rows);
}

void InputTables::add_to(duck::Connection& connection) {
  for (const bool in_order : {false, true}) {
    connection.add(duck::TableFunction{
        in_order ? "crm_read_in_order" : "crm_read", 1, [this, in_order](std::span<const std::int64_t> arguments) {
          const auto number = static_cast<std::size_t>(arguments[0]);
          TableBinding binding;
          binding.columns = {{"row", Type::bigint()}, {"line", Type::bigint()}};
          add_cells(inputs_.at(number)->profile().columns.size(), binding);
          binding.rows = estimated_rows(number);
          binding.threads = in_order ? 1 : threads_;
          binding.open = [this, number, in_order](std::vector<int> projection) {
            return scan_input(*this, number, std::move(projection), in_order);
          };
          return binding;
        }});
  }
  connection.add(duck::TableFunction{
      "crm_owned", 1, [this](std::span<const std::int64_t> arguments) {
        const auto number = static_cast<std::size_t>(arguments[0]);
        TableBinding binding;
        binding.columns = {
            {"key_id", Type::bigint()}, {"size", Type::bigint()}, {"row", Type::bigint()}, {"line", Type::bigint()},
            {"filled", Type::bigint()}};
        add_cells(inputs_.at(number)->profile().columns.size(), binding);
        binding.rows = estimated_rows(number);
        binding.threads = threads_;
        binding.open = [this, number](std::vector<int> projection) {
          return scan_owned(*this, number, std::move(projection));
        };
        return binding;
      }});
  connection.add(duck::TableFunction{"crm_range", 1, [this](std::span<const std::int64_t> arguments) {
                                       const std::lock_guard lock(mutex_);
                                       const auto rows = slots_.at(static_cast<std::size_t>(arguments[0]));
                                       TableBinding binding;
                                       binding.columns = {{"row", Type::bigint()}};
                                       add_cells(inputs_[0]->profile().columns.size(), binding);
                                       binding.rows = rows->rows;
                                       binding.rows_exact = true;
                                       binding.open = [rows](std::vector<int> projection) {
                                         return scan_range(rows, std::move(projection));
                                       };
                                       return binding;
                                     }});
}

RangeFeed::RangeFeed(InputTables& tables, int columns, std::uint64_t rows_per_range)
    : stream_(tables.input(0),
              [&] {
                std::vector<int> all;
                for (int c = 0; c < columns; ++c) all.push_back(c);
                return tables.stream_options(0, all, false);
              }()),
      rows_per_range_(rows_per_range) {}

std::shared_ptr<const RangeRows> RangeFeed::next() {
  auto range = std::make_shared<RangeRows>();
  range->first_row = next_row_;
  while (range->rows < rows_per_range_) {
    if (!block_ || at_ == block_->rows()) {
      block_ = stream_.next();
      at_ = 0;
      if (!block_) break;
      continue;
    }
    const std::size_t rows = std::min<std::uint64_t>(rows_per_range_ - range->rows, block_->rows() - at_);
    range->slices.push_back({block_, at_, at_ + rows, range->rows});
    at_ += rows;
    range->rows += rows;
  }
  next_row_ += range->rows;
  return range->rows == 0 ? nullptr : range;
}

}  // namespace crm
