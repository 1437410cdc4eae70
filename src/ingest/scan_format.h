#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace crm {

/// How the records of one input are to be read.
struct ScanFormat {
  char delimiter = ',';
  std::size_t columns = 0;                     ///< every row has so many
  std::uint64_t max_record_bytes = 64u << 20;  ///< without the line end; below kMaxRecordBytesLimit
  std::string encoding = "utf-8";              ///< of the file, for messages
  /// The text was made by TableText of a file that is no CSV: each record is one line of that file, however many line
  /// ends it holds here, short records are no fault, and some records are rejects that were found before.
  bool table_text = false;
};

/// The largest --max-record-bytes: a field's size has 30 bits.
inline constexpr std::uint64_t kMaxRecordBytesLimit = (1u << 30) - 1;

/// A file may have so many columns.
inline constexpr std::size_t kMaxColumns = 100'000;

/// Quotes that are never closed, in one file, after which reading ends with an error.
inline constexpr std::uint64_t kMaxQuoteRestarts = 10'000;

/// A batch has at most so many fields (of the file, whatever the projection) and rows: its memory is bounded however
/// short the records are.
inline constexpr std::size_t kMaxBatchFields = 512 * 1024;
inline constexpr std::size_t kMaxBatchRows = 128 * 1024;

/// Why a record could not become a row.
enum class RejectReason {
  none,
  too_many_fields,
  text_after_quote,
  open_quote,
  undecodable,
  too_long,
  stated,  ///< by TableText
};

/// The fixed wording for people. `fields`: how many the record has, for too_many_fields.
std::string reject_reason_text(RejectReason reason, const ScanFormat& format, std::size_t fields);

/// An encoding's name as people write it: "UTF-8", "Windows-1252".
std::string encoding_title(std::string_view name);

/// The raw text of a reject, for people and the rejects file: undecodable bytes as `\xHH`, backslash doubled.
std::string reject_text(std::string_view raw, const ScanFormat& format);

/// The undecodable byte `byte` of a transcoded input, as the decoded text keeps it: three bytes that are never UTF-8.
void append_undecodable(unsigned char byte, std::string& text);

}  // namespace crm
