#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ingest/input.h"
#include "ingest/record_parser.h"
#include "ingest/scan_format.h"

namespace crm {

/// What was found in a stretch of an input.
struct ScanCounts {
  std::uint64_t rows = 0, rejected = 0, padded = 0, empty_lines = 0;
  std::uint64_t lines = 0;           ///< physical lines
  std::uint64_t quote_restarts = 0;  ///< of `rejected`: quotes that are never closed
  std::uint64_t undecodable = 0;     ///< of `rejected`: bytes that the encoding does not have

  ScanCounts& operator+=(const ScanCounts& other);
};

/// A record that could not become a row. Offsets are of the batch's text.
struct ScanReject {
  RejectReason reason = RejectReason::none;
  std::uint32_t begin = 0, size = 0;
  std::uint32_t fields = 0;
  std::uint64_t line = 0;  ///< relative to the batch's first line
};

/// Makes batches of rows from text in memory: counts and pads fields, rejects what is not a row, checks UTF-8.
///
/// Use: start_batch, then `run` until it says why it stopped.
class Scanner {
 public:
  enum class Stop {
    boundary,   ///< the next record begins at or after the boundary, or there is none
    full,       ///< the batch has all the rows that it may have
    rejected,   ///< `reject` says what; `run` goes on after it
    need_more,  ///< the record at `position` goes on after the text: `extend`
    too_long,   ///< the record at `position` is longer than it may be: `LongRecord`, then a new batch behind it
  };

  /// `columns`: the projection; none: all columns.
  Scanner(const ScanFormat& format, const std::optional<std::vector<int>>& columns);

  /// Begins a batch at text[0], a record start. `at_end`: nothing follows the text.
  void start_batch(const char* text, std::size_t size, bool at_end);
  /// The same text, now with more behind it, perhaps elsewhere in memory.
  void extend(const char* text, std::size_t size, bool at_end);
  Stop run(std::size_t boundary);

  std::size_t position() const { return position_; }  ///< of the next record, or of the one that stopped `run`
  const ScanReject& reject() const { return reject_; }
  const ScanCounts& counts() const { return counts_; }  ///< since start_batch
  RecordBatch& batch() { return batch_; }
  const ScanFormat& format() const { return format_; }

 private:
  Field* room_for_row();
  void add_row(const ParsedRecord& record, Field* fields);
  RejectReason judge(const ParsedRecord& record);
  bool is_valid(const ParsedRecord& record);
  std::uint32_t lines_of(const ParsedRecord& record) const { return format_.table_text ? 1 : record.lines; }
  Stop reject_open_quote(const ParsedRecord& record);
  Stop reject_record(RejectReason reason, const ParsedRecord& record);

  ScanFormat format_;
  std::vector<int> projection_;
  bool all_columns_;
  std::size_t stored_;     // fields of a record that are kept
  std::size_t max_rows_;
  std::vector<Field> scratch_;
  RecordParser parser_;
  RecordBatch batch_;
  const char* text_ = nullptr;
  std::size_t size_ = 0;
  bool at_end_ = false;
  std::size_t position_ = 0;
  std::size_t valid_end_ = 0;  // text before this is valid UTF-8, where position_ is before it
  ScanReject reject_;
  ScanCounts counts_;
};

/// The text of a field of `text`, doubled quotes undone.
std::string cell_text(const char* text, const Field& field);

/// How a record that is longer than --max-record-bytes is left behind.
struct LongRecord {
  RejectReason reason = RejectReason::too_long;
  bool open_quote = false;  ///< a quote is still open at the limit
  /// Where to look for the line end after which reading resumes: the record's first (a quote that is never closed), or
  /// the first behind the limit. Relative to the record.
  std::uint64_t search_from = 0;
};

/// `text`: from the record's begin, at least one byte more than max_record_bytes.
LongRecord judge_long_record(const char* text, const ScanFormat& format);

/// Where the next line begins: behind the first line end at or after `from`; nothing if there is none, or it may be
/// half of a CRLF and more text follows.
std::optional<std::size_t> next_line(const char* text, std::size_t size, bool at_end, std::size_t from);

}  // namespace crm
