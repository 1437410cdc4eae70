#include "engine/sql/input_scans.h"

#include <algorithm>
#include <mutex>
#include <numeric>

#include "base/error.h"
#include "engine/sql/input_tables.h"

namespace crm {
namespace {

using duck::ChunkWriter;
using duck::ColumnWriter;
using duck::TableReader;
using duck::TableScan;

[[noreturn]] void throw_lost_cell() { throw Error(ErrorCode::internal, "A cell was lost on its way into DuckDB"); }

/// Fills the cells of rows [begin, begin + rows) of a block into a column.
void fill_cells(const RowBlock& block, std::size_t column, std::size_t begin, std::size_t rows, ColumnWriter& into) {
  for (std::size_t i = 0; i < rows; ++i) into.set_valid_text(i, block.cell(begin + i, column));
  if (into.has_nulls()) throw_lost_cell();
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
          fill_cells(*block, scan.place_[c], at, rows, column);
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
    tables_.count(stream_->fraction(), block ? block->rows() : 0);
    if (!block) tables_.scanned(number_, stream_->account());
    return block;
  }

  InputTables& tables_;
  std::size_t number_;
  std::vector<int> projection_;
  std::vector<std::size_t> place_;  // per projected column: its place in the stream, if it is a cell
  std::unique_ptr<RowStream> stream_;
};

/// One scan of an enriched file beside the owners of its rows.
class OwnedScan : public TableScan {
 public:
  OwnedScan(InputTables& tables, std::size_t number, std::vector<int> projection)
      : tables_(tables), number_(number), projection_(std::move(projection)) {
    const std::vector<int> columns = columns_to_read();
    for (const int column : projection_) {
      const auto found = std::find(columns.begin(), columns.end(), column - kFirstCell);
      place_.push_back(static_cast<std::size_t>(found - columns.begin()));
    }
    cells_ = columns.size();
    stream_ = std::make_unique<RowStream>(tables.input(number), tables.stream_options(number, columns, false));
  }

  std::unique_ptr<TableReader> reader() override { return std::make_unique<Reader>(*this); }

 private:
  static constexpr int kKeyId = 0, kSize = 1, kRow = 2, kLine = 3, kFilled = 4, kFirstCell = 5;
  static constexpr std::uint64_t kWindowRows = 65'536;

  /// Rows of a file, and those of them that are owned, by row.
  struct Piece {
    std::shared_ptr<const RowBlock> block;
    std::vector<OwnedRow> owned;
    std::size_t row_of(std::size_t at) const {  // in the block
      return static_cast<std::size_t>(owned[at].row - 1) - block->first_row;
    }
  };

  struct Reader : TableReader {
    explicit Reader(OwnedScan& the_scan) : scan(the_scan) {}
    std::size_t fill(ChunkWriter& chunk) override {
      while (at == piece.owned.size()) {
        piece = scan.next();
        at = 0;
        if (!piece.block) return 0;
      }
      const std::size_t rows = std::min(duck::kChunkRows, piece.owned.size() - at);
      for (std::size_t c = 0; c < scan.projection_.size(); ++c) {
        ColumnWriter column = chunk.column(c);
        for (std::size_t i = 0; i < rows; ++i) scan.set(column, c, piece, at + i, i);
        if (column.has_nulls()) throw_lost_cell();
      }
      at += rows;
      return rows;
    }
    OwnedScan& scan;
    Piece piece;
    std::size_t at = 0;
  };

  /// The columns of the cells that are wanted; all of them, in order, where the filled ones are to be counted.
  std::vector<int> columns_to_read() const {
    std::vector<int> columns;
    if (std::ranges::find(projection_, kFilled) != projection_.end()) {
      columns.resize(tables_.input(number_).profile().columns.size());
      std::iota(columns.begin(), columns.end(), 0);
      return columns;
    }
    for (const int column : projection_) {
      if (column >= kFirstCell) columns.push_back(column - kFirstCell);
    }
    return columns;
  }

  std::int64_t filled(const Piece& piece, std::size_t row) const {
    std::int64_t filled = 0;
    for (std::size_t c = 0; c < cells_; ++c) filled += tables_.blank().is_blank(piece.block->cell(row, c)) ? 0 : 1;
    return filled;
  }

  void set(ColumnWriter& column, std::size_t projected, const Piece& piece, std::size_t from, std::size_t to) const {
    const OwnedRow& owned = piece.owned[from];
    switch (projection_[projected]) {
      case kKeyId: return column.set(to, owned.key_id);
      case kSize: return column.set(to, owned.size);
      case kRow: return column.set(to, owned.row);
      case kLine: return column.set(to, static_cast<std::int64_t>(piece.block->line(piece.row_of(from))));
      case kFilled: return column.set(to, filled(piece, piece.row_of(from)));
      default: return column.set_valid_text(to, piece.block->cell(piece.row_of(from), place_[projected]));
    }
  }

  Piece next() {
    const std::lock_guard lock(mutex_);
    Piece piece{stream_->next(), {}};
    tables_.count(stream_->fraction(), piece.block ? piece.block->rows() : 0);
    if (!piece.block) return piece;
    const std::uint64_t end = piece.block->first_row + piece.block->rows();
    for (;;) {
      for (; at_ < window_.size() && static_cast<std::uint64_t>(window_[at_].row) <= end; ++at_) {
        piece.owned.push_back(window_[at_]);
      }
      if (at_ < window_.size() || window_end_ >= end) return piece;
      window_ = tables_.owners(static_cast<int>(number_) - 1, window_end_, window_end_ + kWindowRows);
      window_end_ += kWindowRows;
      at_ = 0;
    }
  }

  InputTables& tables_;
  std::size_t number_;
  std::vector<int> projection_;
  std::vector<std::size_t> place_;  // per projected column: its place in the stream, if it is a cell
  std::size_t cells_ = 0;           // that the stream has of a row
  std::unique_ptr<RowStream> stream_;
  std::mutex mutex_;                // of the rest
  std::vector<OwnedRow> window_;
  std::size_t at_ = 0;
  std::uint64_t window_end_ = 0;    // 0-based row behind the window
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
          fill_cells(*from.block, static_cast<std::size_t>(scan.projection_[c] - 1), from.begin + at, rows, column);
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

}  // namespace

std::unique_ptr<TableScan> scan_input(InputTables& tables, std::size_t number, std::vector<int> projection, bool in_order) {
  return std::make_unique<InputScan>(tables, number, std::move(projection), in_order);
}

std::unique_ptr<TableScan> scan_owned(InputTables& tables, std::size_t number, std::vector<int> projection) {
  return std::make_unique<OwnedScan>(tables, number, std::move(projection));
}

std::unique_ptr<TableScan> scan_range(std::shared_ptr<const RangeRows> rows, std::vector<int> projection) {
  return std::make_unique<RangeScan>(std::move(rows), std::move(projection));
}

}  // namespace crm
