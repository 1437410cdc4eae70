#include "ingest/table_input.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "ingest/detection.h"
#include "ingest/encoding.h"
#include "ingest/layout.h"
#include "ingest/table_text.h"
#include "tables/json_lines.h"
#include "tables/parquet_rows.h"
#include "tables/xlsx/xlsx_rows.h"

namespace crm {
namespace {

constexpr std::size_t kChunkBytes = 1u << 20;

const char* format_words(FileFormat format) {
  switch (format) {
    case FileFormat::csv:
      return "CSV";
    case FileFormat::json_lines:
      return "JSON lines";
    case FileFormat::parquet:
      return "a Parquet file";
    case FileFormat::xlsx:
      return "an Excel workbook";
  }
  return "";
}

/// An option that says how CSV is to be read would be without effect.
void refuse_options_of_csv(const OpenedSource& source, const InputOverrides& overrides) {
  const auto refuse = [&](std::string_view option, std::string_view has, std::string_view named) {
    throw Error(ErrorCode::invalid_config,
                fmt::format("{}: {} is {}, which has {}; name the file that it is for ({})", option, source.name,
                            format_words(source.profile.format), has, named));
  };
  if (overrides.delimiter) refuse("--delimiter", "no delimiter", "--delimiter NAME=…");
  if (overrides.encoding) refuse("--encoding", "its own encoding", "--encoding NAME=…");
  if (overrides.has_header && source.profile.format != FileFormat::xlsx) {
    refuse("--no-header", "names for its columns", "--no-header=NAME");
  }
}

TableText::Options text_options(const OpenOptions& options) {
  TableText::Options made;
  made.temp = options.temp;
  made.max_record_bytes = options.max_record_bytes;
  made.stop = options.stop;
  return made;
}

/// JSON is UTF-8 (RFC 8259), but some systems write UTF-16.
EncodingFinding json_encoding(const OpenedSource& source) {
  EncodingFinding found = detect_encoding(source.head, source.head_is_whole(), std::nullopt);
  if (found.name.starts_with("utf-")) return found;
  return {"utf-8", 0, {1.0, false, "JSON is UTF-8"}};
}

/// The first line is no object, and most are none: this is JSON of another shape.
void doubt_json(const TableText& text, const std::string& name) {
  if (!text.begins_with_reject() || text.rejected() <= text.rows()) return;
  throw Error(ErrorCode::invalid_input,
              fmt::format("{}: {} of {} lines are not JSON objects; an array, or objects over several lines, become one a line "
                          "with: jq -c 'if type==\"array\" then .[] else . end' FILE",
                          name, text.rejected(), text.rejected() + text.rows()));
}

void read_json_lines(OpenedSource& source, const OpenOptions& options, CsvInput::Parts& parts) {
  const EncodingFinding encoding = json_encoding(source);
  TableText text(text_options(options));
  JsonLinesReader reader({kMaxColumns, options.max_record_bytes, source.name}, text);
  const std::unique_ptr<Transcoder> transcoder = make_transcoder(encoding.name);
  std::string decoded;
  const auto read = [&](std::string_view bytes, bool last) {
    if (!transcoder) return reader.append(bytes);
    decoded.clear();
    transcoder->append(bytes, last, decoded);
    reader.append(decoded);
  };
  read(std::string_view(source.head).substr(encoding.bom_bytes), false);
  std::vector<char> chunk(kChunkBytes);
  while (const std::size_t got = source.bytes().read(chunk.data(), chunk.size())) {
    if (options.stop.stop_requested()) throw Error(ErrorCode::cancelled, "cancelled");
    read({chunk.data(), got}, false);
  }
  read({}, true);
  reader.finish();
  doubt_json(text, source.name);

  parts.profile = std::move(source.profile);
  parts.profile.file_bytes = source.raw->bytes();
  parts.profile.encoding = encoding.name;
  parts.profile.has_bom = encoding.bom_bytes != 0;
  parts.profile.encoding_certainty = encoding.certainty;
  parts.text = spilled_text(text.take(), source.raw->hash());
  TableLayout layout;
  layout.columns = reader.columns();
  layout.header = {1.0, true, "the keys"};
  read_table_layout(parts, std::move(layout), options, source.name);
}

/// Keeps the source's bytes in place while they are read twice.
class ReadTwice {
 public:
  ReadTwice(OpenedSource& source, const OpenOptions& options) : seekable_(make_seekable(source, options)) {
    if (!seekable_.copy) watched_ = text_in_place(std::move(source.fd), source.name);
  }
  int fd() const { return seekable_.fd.get(); }
  UniqueFd take_fd() { return std::move(seekable_.fd); }
  std::uint64_t hash() const { return seekable_.hash; }
  /// Errors: invalid_input if somebody has written to the file.
  void check_unchanged() const {
    if (watched_) watched_->check_unchanged();
  }

 private:
  SeekableSource seekable_;
  std::unique_ptr<TextStore> watched_;
};

void read_parquet_file(OpenedSource& source, const OpenOptions& options, CsvInput::Parts& parts) {
  const ReadTwice file(source, options);
  TableText text(text_options(options));
  ParquetOptions reading;
  reading.memory_bytes = options.memory_bytes;
  reading.threads = options.threads;
  reading.temp_folder = options.temp->named_folder().string();
  reading.name = source.name;
  reading.stop = options.stop;
  ParquetTable table = read_parquet(file.fd(), kMaxColumns, reading, text);
  file.check_unchanged();

  parts.profile = std::move(source.profile);
  parts.profile.encoding = "utf-8";
  parts.profile.encoding_certainty = {1.0, true, "the file's format"};
  parts.profile.warnings = std::move(table.warnings);
  parts.text = spilled_text(text.take(), file.hash());
  TableLayout layout;
  layout.columns = std::move(table.columns);
  layout.header = {1.0, true, "the file's schema"};
  read_table_layout(parts, std::move(layout), options, source.name);
}

/// The row of a sheet that is the header (or the first of the data): as in CSV, leading rows with one filled cell are a
/// title, if a row with more follows.
const TableText::LeadingRow* first_record(const std::vector<TableText::LeadingRow>& rows, std::size_t columns) {
  const TableText::LeadingRow* found = rows.empty() ? nullptr : &rows.front();
  bool titled = false;
  for (const TableText::LeadingRow& row : rows) {
    if (row.line > kMaxPreambleLines + 1 || columns < 2) break;
    const auto filled = std::count_if(row.cells.begin(), row.cells.end(), [](const std::string& cell) { return !is_white(cell); });
    if (titled && filled != 0) found = &row;
    if (filled > 1) break;
    titled = titled || filled == 1;
  }
  return found;
}

TableLayout sheet_layout(const TableText& text, std::size_t columns, bool has_header) {
  TableLayout layout;
  const TableText::LeadingRow* const first = first_record(text.leading(), columns);
  if (first == nullptr) return layout;
  layout.preamble_lines = first->line - 1;
  layout.data_begin = has_header ? first->next : first->begin;
  layout.data_first_line = has_header ? first->line + 1 : first->line;
  if (has_header) {
    layout.columns = first->cells;
    layout.columns.resize(columns);
    return layout;
  }
  for (std::size_t i = 1; i <= columns; ++i) layout.columns.push_back(fmt::format("column_{}", i));
  layout.header = {1.0, true, "--no-header"};
  return layout;
}

void read_workbook_file(OpenedSource& source, const OpenOptions& options, CsvInput::Parts& parts) {
  ReadTwice file(source, options);
  TableText::Options keeping = text_options(options);
  keeping.leading_rows = kMaxPreambleLines + 2;
  TableText text(keeping);
  XlsxOptions reading;
  reading.sheet = source.profile.sheet;
  reading.name = source.name;
  reading.temp = options.temp;
  reading.memory_bytes = options.memory_bytes;
  reading.max_record_bytes = options.max_record_bytes;
  reading.stop = options.stop;
  XlsxTable table = read_xlsx(file.take_fd(), reading, text);
  file.check_unchanged();

  parts.profile = std::move(source.profile);
  parts.profile.sheet = table.sheet;
  parts.profile.encoding = "utf-8";
  parts.profile.encoding_certainty = {1.0, true, "the file's format"};
  parts.profile.warnings = std::move(table.warnings);
  TableLayout layout = sheet_layout(text, table.columns, options.overrides.has_header.value_or(true));
  parts.text = spilled_text(text.take(), file.hash());
  read_table_layout(parts, std::move(layout), options, source.name);
}

}  // namespace

void read_table(OpenedSource& source, const OpenOptions& options, CsvInput::Parts& parts) {
  refuse_options_of_csv(source, options.overrides);
  switch (source.profile.format) {
    case FileFormat::json_lines:
      return read_json_lines(source, options, parts);
    case FileFormat::parquet:
      return read_parquet_file(source, options, parts);
    case FileFormat::xlsx:
      return read_workbook_file(source, options, parts);
    case FileFormat::csv:
      break;
  }
  throw Error(ErrorCode::internal, source.name + " is no table");
}

}  // namespace crm
