#pragma once

#include <cstdint>
#include <string>
#include <vector>

// What a file is, as found by looking at it (ingest) and as the planner needs it. Plain data.
namespace crm {

/// How sure detection is of one finding, from 0 to 1, or that the user said so.
struct Certainty {
  double share = 1.0;
  bool given = false;  ///< stated by an option, or by the file itself (BOM, `sep=` line, suffix)
  std::string reason;  ///< "UTF-8 BOM", "99.8 % of 4,000 records have 12 fields", "--delimiter"
};

struct Dialect {
  char delimiter = ',';
  bool has_header = true;
};

/// What kind of file an input is.
enum class FileFormat { csv, json_lines, parquet, xlsx };

/// One input, looked at but not yet read.
struct InputProfile {
  std::string name;         ///< as reports call it: "original", or the enriched file's name
  std::string path;         ///< as given; "-" is standard input
  std::uint64_t file_bytes = 0;       ///< on disk, compressed if it is
  std::string compression;  ///< "none", "gzip", "zstd"
  FileFormat format = FileFormat::csv;
  std::string sheet;        ///< xlsx: the sheet that is read
  std::string encoding;     ///< "utf-8", "utf-16le", "utf-16be", "utf-32le", "utf-32be", "windows-1252", or an ICU name as given
  bool has_bom = false;
  Dialect dialect;          ///< the delimiter is of CSV alone
  Certainty encoding_certainty, delimiter_certainty, header_certainty;
  std::uint64_t preamble_lines = 0;   ///< lines before the header (or before the data without a header)
  std::vector<std::string> columns;   ///< header as it came; `column_1`… without a header. Empty: no header at all
  bool empty = false;                 ///< zero bytes or no header: no rows
  /// First records of the file in order, padded to the columns; rejects left out. At most kSampleRows / kSampleBytes.
  std::vector<std::vector<std::string>> sample;
  bool sample_is_whole_file = false;
  std::uint64_t estimated_rows = 0;   ///< exact when the sample is the whole file
  double average_row_bytes = 0;       ///< of decoded text, from the sample
  std::vector<std::string> warnings;  ///< one line each, without text of the data
};

}  // namespace crm
