#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/temp_space.h"
#include "ingest/scan_format.h"
#include "tables/row_sink.h"

namespace crm {

/// Keeps the rows of a file that is no CSV as text in an unlinked file, for the scanner (ScanFormat::table_text): what
/// knows JSON, Parquet or workbooks ends here, and engines read records as they read those of CSV.
///
/// A row is a record of CSV by the one writer, a line without a record an empty line, and a record that is no row a
/// record of one field that no row can have.
///
/// Errors: limit_exceeded when the disk is full, cancelled. Threads: one.
class TableText final : public RowSink {
 public:
  struct Options {
    TempSpace* temp = nullptr;
    std::uint64_t max_record_bytes = 0;
    std::stop_token stop;
    std::size_t leading_rows = 0;  ///< so many of the first rows are kept in memory too
  };

  explicit TableText(const Options& options);

  void row(std::span<const std::string_view> cells) override;
  void reject(RowProblem problem, std::string_view raw) override;
  void skip(std::uint64_t lines) override;

  /// One of the first rows.
  struct LeadingRow {
    std::vector<std::string> cells;
    std::uint64_t line = 0;   ///< 1-based
    std::uint64_t begin = 0, next = 0;  ///< offsets of its text, and of what is behind it
  };
  const std::vector<LeadingRow>& leading() const { return leading_; }
  std::uint64_t rows() const { return rows_; }
  std::uint64_t rejected() const { return rejected_; }
  bool begins_with_reject() const { return begins_with_reject_; }

  /// The text, complete. Once.
  std::unique_ptr<SpillFile> take();

 private:
  void end_record();

  Options options_;
  std::unique_ptr<SpillFile> file_;
  std::string buffer_;
  std::vector<std::string_view> fields_;
  std::vector<LeadingRow> leading_;
  std::uint64_t lines_ = 0, rows_ = 0, rejected_ = 0;
  bool begins_with_reject_ = false;
};

/// True if `record`, of the text of TableText, is no row.
bool is_stated_reject(std::string_view record);

struct StatedReject {
  std::string reason;  ///< the fixed wording for people
  std::string raw;
};

/// What `record`, for which is_stated_reject holds, says.
StatedReject read_stated_reject(std::string_view record, const ScanFormat& format);

}  // namespace crm
