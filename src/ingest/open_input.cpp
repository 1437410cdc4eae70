#include <fmt/format.h>

#include <utility>

#include "base/error.h"
#include "ingest/csv_input.h"
#include "ingest/encoding.h"
#include "ingest/file_kind.h"
#include "ingest/input.h"
#include "ingest/layout.h"
#include "ingest/opened_source.h"
#include "ingest/table_input.h"
#include "ingest/text_store.h"

namespace crm {
namespace {

/// Keeps the text of a CSV file in `parts` and returns where it begins.
std::uint64_t keep_text(OpenedSource& source, const OpenOptions& options, CsvInput::Parts& parts) {
  EncodingFinding encoding = detect_encoding(source.head, source.head_is_whole(), options.overrides.encoding);
  InputProfile& profile = parts.profile;
  profile = std::move(source.profile);
  profile.encoding = encoding.name;
  profile.has_bom = encoding.bom_bytes != 0;
  profile.encoding_certainty = encoding.certainty;
  if (source.in_place && encoding.name == "utf-8") {
    parts.text = text_in_place(std::move(source.fd), source.name);
    return encoding.bom_bytes;
  }
  SpoolRequest request;
  request.raw = source.raw.get();
  request.bytes = &source.bytes();
  request.head = std::move(source.head);
  request.encoding = std::move(encoding);
  request.temp = options.temp;
  request.name = source.name;
  request.stop = options.stop;
  parts.text = spool_text(std::move(request));
  profile.file_bytes = source.raw->bytes();
  return 0;
}

void check_options(const OpenOptions& options) {
  if (options.max_record_bytes == 0 || options.max_record_bytes > kMaxRecordBytesLimit) {
    throw Error(ErrorCode::invalid_config,
                fmt::format("--max-record-bytes must be from 1 to {}", kMaxRecordBytesLimit));
  }
  if (!options.overrides.delimiter) return;
  const char delimiter = *options.overrides.delimiter;
  if (delimiter == '"' || delimiter == '\n' || delimiter == '\r' || static_cast<signed char>(delimiter) < 0) {
    throw Error(ErrorCode::invalid_config,
                "--delimiter must be one ASCII character, and neither a quote nor a line end");
  }
}

}  // namespace

std::unique_ptr<Input> open_input(const InputRef& ref, const OpenOptions& options) {
  check_options(options);
  OpenedSource source = open_source(ref, options);
  source.profile.format = detect_format(source.head, source.head_is_whole(), ref.path);
  CsvInput::Parts parts;
  if (source.profile.format != FileFormat::csv) {
    read_table(source, options, parts);
    return std::make_unique<CsvInput>(std::move(parts));
  }
  if (!ref.sheet.empty()) {
    throw Error(ErrorCode::invalid_config, fmt::format("{}#{}: it is no workbook and has no sheets", ref.path, ref.sheet));
  }
  if (const auto what = not_csv(source.head)) throw_unreadable(source.name, *what);
  const std::uint64_t text_begin = keep_text(source, options, parts);
  read_layout(parts, text_begin, options, source.name);
  return std::make_unique<CsvInput>(std::move(parts));
}

}  // namespace crm
