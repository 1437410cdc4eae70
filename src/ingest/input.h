#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "model/profile.h"
#include "model/report.h"
#include "model/spec.h"

namespace crm {

class RejectSink;
class TempSpace;  // base/temp_space.h

/// One cell of a batch: a slice of the batch's text.
struct Field {
  std::uint32_t begin = 0;
  std::uint32_t size : 30 = 0;      ///< of the raw slice between the quotes, doubled quotes not yet undone
  std::uint32_t quoted : 1 = 0;     ///< came in quotes
  std::uint32_t escaped : 1 = 0;    ///< holds doubled quotes: `RecordBatch::cell` undoes them
};

/// Appends the text that the inside of a quoted field stands for: of each doubled quote one.
void append_unescaped(std::string_view inside, std::string& out);

/// Consecutive rows of one input, in order, rejects left out, each padded to the projected columns.
/// What it hands out points into buffers that live as long as the call it was passed to.
class RecordBatch {
 public:
  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }   ///< of the projection
  const Field& field(std::size_t row, std::size_t column) const { return fields_[row * columns_ + column]; }

  /// The cell's text; uses `scratch` only where doubled quotes must be undone.
  std::string_view cell(std::size_t row, std::size_t column, std::string& scratch) const;

  /// The cell as it came, without the quotes around it: doubled quotes in it are still doubled.
  std::string_view inside(std::size_t row, std::size_t column) const;

  /// The record's bytes as they came, decoded, without its line end.
  std::string_view raw(std::size_t row) const;
  /// True if `raw(row)` is, byte for byte, what the writer would write for this row (`,` dialect, every field quoted
  /// exactly where it must be, not padded): it can be copied.
  bool canonical(std::size_t row) const;

  std::uint64_t first_row = 0;   ///< 0-based number of the batch's first row in the input. In `map` of a first scan: 0
  std::uint64_t first_line = 0;  ///< 1-based physical line; likewise
  /// Physical line of the row's first byte, relative to `first_line`.
  std::uint32_t line_offset(std::size_t row) const;

 protected:
  // Filled by the scanner (ingest/scanner.h).
  struct RowInfo {
    std::uint32_t begin, size;   // of the raw record in the text
    std::uint32_t line;          // relative to first_line
    bool canonical;
  };
  const char* text_ = nullptr;
  std::size_t rows_ = 0, columns_ = 0;
  std::vector<Field> fields_;
  std::vector<RowInfo> row_info_;
  friend class Scanner;
  friend class OwnedBatch;  // ingest/batch_stream.h
};

struct ScanOptions {
  std::vector<int> columns;           ///< projection, in this order; empty with `all_columns`
  bool all_columns = false;
  int threads = 1;                    ///< threads that scan and map
  std::uint64_t block_bytes = 1u << 20;
  RejectSink* rejects = nullptr;      ///< hears of rejects in order; null: they are skipped (they were heard before)
  std::stop_token stop;
};

/// Where a mapped batch stands, known when it is committed.
struct BatchPosition {
  std::uint64_t index = 0;        ///< of the batch: 0, 1, 2, …
  std::uint64_t first_row = 0;    ///< 0-based
  std::uint64_t first_line = 0;   ///< 1-based
  std::size_t rows = 0;
  std::uint64_t bytes_done = 0;   ///< of Input::text_bytes(), for progress
};

/// One input, opened and looked at: a file or standard input, plain or compressed, in any encoding.
///
/// Threads: one scan at a time; the scan itself uses several.
class Input {
 public:
  virtual ~Input() = default;
  virtual const InputProfile& profile() const = 0;

  /// What `map` makes of one batch, handed to `commit`.
  struct Mapped {
    virtual ~Mapped() = default;
  };
  using MapBatch = std::function<std::unique_ptr<Mapped>(const RecordBatch&, int thread)>;
  using CommitBatch = std::function<void(std::unique_ptr<Mapped>, const BatchPosition&)>;

  /// Reads the whole input: `map` is called for each batch, on several threads at once and in any order (more than once
  /// for one batch if a range's start had been guessed wrong: it must have no effect but its result; `thread` is from 0
  /// to threads - 1); `commit` is called in the input's order, one at a time.
  /// The first scan finds where records start; later scans know, so their batches are the same and carry their position.
  /// Errors: what map or commit throws; invalid_input at a reject that `rejects` refuses; cancelled.
  virtual InputAccount scan(const ScanOptions& options, const MapBatch& map, const CommitBatch& commit) = 0;

  /// Number of batches and their first rows, known after the first scan with this block size.
  virtual const std::vector<BatchPosition>& batches() const = 0;

  /// Like `scan`, but only batches [first, last) of an earlier scan, with positions known in `map`.
  virtual void scan_range(const ScanOptions& options, std::size_t first, std::size_t last, const MapBatch& map,
                          const CommitBatch& commit) = 0;

  /// Bytes of decoded text, or of the file where that is not known; for progress.
  virtual std::uint64_t text_bytes() const = 0;
};

/// How to open an input.
struct OpenOptions {
  InputOverrides overrides;
  bool is_original = false;
  std::uint64_t max_record_bytes = 64u << 20;
  TempSpace* temp = nullptr;   ///< for standard input, compressed and transcoded files, and what is no CSV (spooled, unlinked)
  std::uint64_t memory_bytes = 512u << 20;  ///< of the whole process: what understands the file keeps to a share of it
  int threads = 1;
  std::stop_token stop;
};

/// Opens `ref`, detects what it is and takes a sample. Errors: not_found, invalid_input (unreadable, a folder, binary,
/// a dialect under which most records would be padded or rejected, an original without a header).
std::unique_ptr<Input> open_input(const InputRef& ref, const OpenOptions& options);

}  // namespace crm
