#include "engine/sql/input_tables.h"

#include <algorithm>

#include "base/error.h"
#include "duckdb/database.h"
#include "duckdb/function.h"

namespace crm {
namespace {

using duck::ChunkWriter;
using duck::ColumnWriter;
using duck::TableBinding;
using duck::TableReader;
using duck::TableScan;
using duck::Type;

/// Fills rows [begin, begin + rows) of a block's cells into one column, from row `at` of the chunk on.
void fill_cells(const RowBlock& block, std::size_t column, std::size_t begin, std::size_t rows, std::size_t at,
                ColumnWriter& into) {
  for (std::size_t i = 0; i < rows; ++i) into.set_valid_text(at + i, block.cell(begin + i, column));
  if (into.has_nulls()) throw Error(ErrorCode::internal, "A cell was lost on its way into DuckDB");
}

/// One scan of an input: its threads take blocks from one stream.
class InputScan : public TableScan {
 public:
  InputScan(InputTables& tables, std::size_t number, std::vector<int> projection, bool in_order)
      : tables_(tables), number_(number), projection_(std::move(projection)) {
    std::vector<int> columns;
    for (const int column : projection_) {
      place_.push_back(columns.size());
      if (column >= kFirstCell) columns.push_back(column - kFirstCell);
    }
    stream_ = std::make_unique<RowStream>(tables.input(number), tables.stream_options(number, columns, in_order));
  }

  std::unique_ptr<TableReader> reader() override { return std::make_unique<Reader>(*this); }

  static constexpr int kRow = 0, kLine = 1, kFirstCell = 2;

 private:
  struct Reader : TableReader {
    explicit Reader(InputScan& the_scan) : scan(the_scan) {}
    std::size_t fill(ChunkWriter& chunk) override {
      while (!block || at == block->rows()) {
        block = scan.next();
        at = 0;
        if (!block) return 0;
      }
      const std::size_t rows = std::min(duck::kChunkRows, block->rows() - at);
      for (std::size_t c = 0; c < scan.projection_.size(); ++c) {
        ColumnWriter column = chunk.column(c);
        if (scan.projection_[c] == kRow) {
          for (std::size_t i = 0; i < rows; ++i) column.set(i, static_cast<std::int64_t>(block->first_row + at + i + 1));
        } else if (scan.projection_[c] == kLine) {
          for (std::size_t i = 0; i < rows; ++i) column.set(i, static_cast<std::int64_t>(block->line(at + i)));
        } else {
          fill_cells(*block, scan.place_[c], at, rows, 0, column);
        }
      }
      at += rows;
      return rows;
    }
    InputScan& scan;
    std::shared_ptr<const RowBlock> block;
    std::size_t at = 0;
  };

  std::shared_ptr<const RowBlock> next() {
    std::shared_ptr<const RowBlock> block = stream_->next();
    tables_.set_fraction(stream_->fraction());
    if (!block) tables_.scanned(number_, stream_->account());
    return block;
  }

  InputTables& tables_;
  std::size_t number_;
  std::vector<int> projection_;
  std::vector<std::size_t> place_;  // per projected column: its place in the stream, if it is a cell
  std::unique_ptr<RowStream> stream_;
};

/// The rows that stand in a slot.
class RangeScan : public TableScan {
 public:
  RangeScan(std::shared_ptr<const RangeRows> rows, std::vector<int> projection)
      : rows_(std::move(rows)), projection_(std::move(projection)) {}
  std::unique_ptr<TableReader> reader() override { return std::make_unique<Reader>(*this); }

 private:
  struct Reader : TableReader {
    explicit Reader(RangeScan& the_scan) : scan(the_scan), row(scan.rows_->first_row + 1) {}
    std::size_t fill(ChunkWriter& chunk) override {
      const auto& slices = scan.rows_->slices;
      while (slice < slices.size() && slices[slice].begin + at == slices[slice].end) {
        ++slice;
        at = 0;
      }
      if (slice == slices.size()) return 0;
      const RangeRows::Slice& from = slices[slice];
      const std::size_t rows = std::min(duck::kChunkRows, from.end - from.begin - at);
      for (std::size_t c = 0; c < scan.projection_.size(); ++c) {
        ColumnWriter column = chunk.column(c);
        if (scan.projection_[c] == 0) {
          for (std::size_t i = 0; i < rows; ++i) column.set(i, static_cast<std::int64_t>(row + i));
        } else {
          fill_cells(*from.block, static_cast<std::size_t>(scan.projection_[c] - 1), from.begin + at, rows, 0, column);
        }
      }
      at += rows;
      row += rows;
      return rows;
    }
    RangeScan& scan;
    std::size_t slice = 0, at = 0;
    std::uint64_t row;
  };

  std::shared_ptr<const RangeRows> rows_;
  std::vector<int> projection_;
};

void add_cells(std::size_t count, TableBinding& binding) {
  for (std::size_t c = 0; c < count; ++c) binding.columns.emplace_back("c" + std::to_string(c), Type::varchar());
}

}  // namespace

InputTables::InputTables(const EngineInputs& inputs, int threads, std::size_t slots, std::stop_token stop)
    : rejects_(inputs.rejects), threads_(threads), stop_(std::move(stop)), slots_(slots) {
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
            return std::make_unique<InputScan>(*this, number, std::move(projection), in_order);
          };
          return binding;
        }});
  }
  connection.add(duck::TableFunction{"crm_range", 1, [this](std::span<const std::int64_t> arguments) {
                                       const std::lock_guard lock(mutex_);
                                       const auto rows = slots_.at(static_cast<std::size_t>(arguments[0]));
                                       TableBinding binding;
                                       binding.columns = {{"row", Type::bigint()}};
                                       add_cells(inputs_[0]->profile().columns.size(), binding);
                                       binding.rows = rows->rows;
                                       binding.rows_exact = true;
                                       binding.open = [rows](std::vector<int> projection) {
                                         return std::make_unique<RangeScan>(rows, std::move(projection));
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
    range->slices.push_back({block_, at_, at_ + rows});
    at_ += rows;
    range->rows += rows;
  }
  next_row_ += range->rows;
  return range->rows == 0 ? nullptr : range;
}

}  // namespace crm
