#include "ingest/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/error.h"
#include "ingest/detection.h"
#include "ingest/scanner.h"

namespace crm {
namespace {

std::string read_head(const TextStore& text, std::uint64_t begin, std::size_t size) {
  std::string head(static_cast<std::size_t>(std::min<std::uint64_t>(size, text.size() - begin)), '\0');
  text.read_at(begin, head.data(), head.size());
  return head;
}

[[noreturn]] void throw_bad_header(const std::string& name, std::uint64_t line, const HeaderRecord& header,
                                   const ScanFormat& format) {
  std::string what = header.problem == RejectReason::too_many_fields
                         ? fmt::format("it has more than {} columns", kMaxColumns)
                         : reject_reason_text(header.problem, format, 0);
  std::string advice = header.problem == RejectReason::undecodable ? "name the encoding with --encoding"
                                                                   : "repair that line";
  throw Error(ErrorCode::invalid_input,
              fmt::format("{}, line {}: the header cannot be read: {}; {}", name, line, what, advice));
}

struct SampleCounts {
  ScanCounts counts;
  std::size_t bytes = 0;  ///< of text that the counted records take
  bool whole = false;     ///< the sample is all of the file
};

/// Reads rows from the head into the profile.
SampleCounts take_sample(const TextHead& head, std::size_t offset, const ScanFormat& format, InputProfile& profile) {
  SampleCounts sample;
  const std::size_t max_rows = std::clamp<std::size_t>(kSampleCells / format.columns, 1, kSampleRows);
  Scanner scanner(format, std::nullopt);
  std::size_t begin = offset;
  std::string scratch;
  bool going_on = true;
  while (going_on && profile.sample.size() < max_rows) {
    scanner.start_batch(head.text.data() + begin, head.text.size() - begin, head.whole);
    Scanner::Stop stop = Scanner::Stop::rejected;
    while (stop == Scanner::Stop::rejected) stop = scanner.run(std::min(kSampleBytes, head.text.size() - begin));
    const RecordBatch& batch = scanner.batch();
    const std::size_t rows = std::min(batch.rows(), max_rows - profile.sample.size());
    for (std::size_t row = 0; row < rows; ++row) {
      auto& cells = profile.sample.emplace_back();
      cells.reserve(batch.columns());
      for (std::size_t column = 0; column < batch.columns(); ++column) {
        cells.emplace_back(batch.cell(row, column, scratch));
      }
    }
    sample.counts += scanner.counts();
    begin += scanner.position();
    if (stop == Scanner::Stop::too_long) {
      const LongRecord judged = judge_long_record(head.text.data() + begin, format);
      const auto next = next_line(head.text.data() + begin, head.text.size() - begin, head.whole,
                                  static_cast<std::size_t>(judged.search_from));
      ++sample.counts.rejected;
      going_on = next.has_value();
      if (going_on) begin += *next;
    } else {
      going_on = stop == Scanner::Stop::full;
    }
  }
  sample.bytes = begin - offset;
  sample.whole = head.whole && begin == head.text.size() && sample.counts.rows == profile.sample.size();
  return sample;
}

/// "Most records would be padded or rejected": the delimiter, or the encoding, is most likely another one.
void doubt_dialect(const SampleCounts& sample, const DetectedLayout& layout, const InputProfile& profile,
                   const std::string& name) {
  const std::uint64_t records = sample.counts.rows + sample.counts.rejected;
  const std::uint64_t undecodable = sample.counts.undecodable;
  const std::uint64_t misfits = sample.counts.padded + sample.counts.rejected - undecodable;
  if (!layout.delimiter_stated && 2 * misfits > records) {
    const bool looks_titled = profile.columns.size() == 1 && layout.usual_fields > 1;
    throw Error(ErrorCode::invalid_input,
                fmt::format("{}: with {} as the delimiter, {} of {} records do not fit the header's {} column{}; name the "
                            "right one with --delimiter{}",
                            name, delimiter_title(profile.dialect.delimiter), misfits, records, profile.columns.size(),
                            profile.columns.size() == 1 ? "" : "s", looks_titled ? ", or remove what stands before the header" : ""));
  }
  if (!profile.encoding_certainty.given && 2 * undecodable > records) {
    throw Error(ErrorCode::invalid_input,
                fmt::format("{}: {} of {} records hold bytes that are not {}; name the right encoding with --encoding",
                            name, undecodable, records, encoding_title(profile.encoding)));
  }
}

void refuse_or_accept_empty(CsvInput::Parts& parts, const OpenOptions& options, const std::string& name) {
  const bool is_lines = parts.profile.format == FileFormat::csv || parts.profile.format == FileFormat::xlsx;
  const std::string what = parts.profile.file_bytes == 0 || parts.text->size() == 0 ? "is empty"
                           : is_lines                                               ? "has no header line"
                                                                                    : "has no columns";
  if (options.is_original) {
    throw Error(ErrorCode::invalid_input,
                name + " " + what + "; the original needs " + (is_lines ? "a header line with the names of its columns" : "columns with names"));
  }
  parts.profile.empty = true;
  parts.profile.sample_is_whole_file = true;
  parts.profile.warnings.push_back(name + " " + what + ": it gives no rows");
  parts.data_begin = parts.text->size();
}

struct Beginning {
  std::string head;
  DetectedLayout layout;
  HeaderRecord header;
};

/// Reads as much of the text as it takes to see the whole first record.
Beginning read_beginning(const CsvInput::Parts& parts, std::uint64_t text_begin, const OpenOptions& options,
                         const std::string& name) {
  DetectionRequest request{parts.profile.path, options.overrides.delimiter, options.max_record_bytes};
  const std::uint64_t rest = parts.text->size() - text_begin;
  for (std::size_t size = kSampleBytes;; size *= 2) {
    Beginning beginning;
    beginning.head = read_head(*parts.text, text_begin, size);
    const TextHead head{beginning.head, beginning.head.size() == rest};
    beginning.layout = detect_layout(head, request);
    ScanFormat format = parts.format;
    format.delimiter = beginning.layout.delimiter;
    beginning.header = read_header(head, beginning.layout.first_record, format);
    if (beginning.header.state == HeaderRecord::State::incomplete) continue;
    // Without a header the first record is like any other: it may become a reject.
    const bool must_be_read = parts.profile.dialect.has_header || beginning.header.problem == RejectReason::too_many_fields;
    if (must_be_read && beginning.header.problem != RejectReason::none) {
      throw_bad_header(name, beginning.layout.preamble_lines + 1, beginning.header, format);
    }
    return beginning;
  }
}

void name_columns(CsvInput::Parts& parts, const Beginning& beginning) {
  InputProfile& profile = parts.profile;
  if (profile.dialect.has_header) {
    profile.columns = beginning.header.cells;
    return;
  }
  // Without a header the usual record tells how many columns there are.
  const std::size_t columns = std::max<std::size_t>(beginning.layout.usual_fields, 1);
  for (std::size_t i = 1; i <= columns; ++i) profile.columns.push_back(fmt::format("column_{}", i));
}

void estimate_rows(const SampleCounts& sample, CsvInput::Parts& parts) {
  InputProfile& profile = parts.profile;
  const double rows = static_cast<double>(sample.counts.rows);
  profile.sample_is_whole_file = sample.whole;
  profile.average_row_bytes = sample.counts.rows == 0 ? 0 : static_cast<double>(sample.bytes) / rows;
  profile.estimated_rows = sample.counts.rows;
  if (sample.whole || profile.average_row_bytes <= 0) return;
  const std::uint64_t data_bytes = parts.text->size() - parts.data_begin;
  profile.estimated_rows = static_cast<std::uint64_t>(static_cast<double>(data_bytes) / profile.average_row_bytes);
}

void add_warnings(InputProfile& profile, const std::string& name) {
  const bool has_header = profile.dialect.has_header;
  if (profile.preamble_lines > 0) {
    profile.warnings.push_back(fmt::format("{}: {} line{} before the {} left out", name, profile.preamble_lines,
                                           profile.preamble_lines == 1 ? "" : "s", has_header ? "header" : "data"));
  }
  if (has_header && profile.header_certainty.share < 0.5) {
    profile.warnings.push_back(fmt::format("{}: the first record is taken for the header, but {}; if the file has no header, "
                                           "say --no-header",
                                           name, profile.header_certainty.reason));
  }
  for (std::string& warning : damage_warnings(profile.columns, profile.sample)) {
    profile.warnings.push_back(name + ": " + std::move(warning));
  }
}

}  // namespace

void read_layout(CsvInput::Parts& parts, std::uint64_t text_begin, const OpenOptions& options,
                 const std::string& name) {
  InputProfile& profile = parts.profile;
  parts.format.encoding = profile.encoding;
  parts.format.max_record_bytes = options.max_record_bytes;
  profile.dialect.has_header = options.overrides.has_header.value_or(true);
  const Beginning beginning = read_beginning(parts, text_begin, options, name);
  const TextHead head{beginning.head, text_begin + beginning.head.size() == parts.text->size()};
  profile.dialect.delimiter = parts.format.delimiter = beginning.layout.delimiter;
  profile.delimiter_certainty = beginning.layout.delimiter_certainty;
  profile.preamble_lines = beginning.layout.preamble_lines;
  if (beginning.header.state == HeaderRecord::State::none) return refuse_or_accept_empty(parts, options, name);

  name_columns(parts, beginning);
  parts.format.columns = profile.columns.size();
  const bool has_header = profile.dialect.has_header;
  const std::size_t data = has_header ? beginning.header.next : beginning.layout.first_record;
  parts.data_begin = text_begin + data;
  parts.data_first_line = 1 + profile.preamble_lines + (has_header ? beginning.header.lines : 0);

  const SampleCounts sample = take_sample(head, data, parts.format, profile);
  doubt_dialect(sample, beginning.layout, profile, name);
  estimate_rows(sample, parts);
  profile.header_certainty = !has_header ? Certainty{1.0, options.overrides.has_header.has_value(), "--no-header"}
                                         : header_certainty(profile.columns, profile.sample);
  add_warnings(profile, name);
}

void read_table_layout(CsvInput::Parts& parts, TableLayout layout, const OpenOptions& options, const std::string& name) {
  InputProfile& profile = parts.profile;
  parts.format.table_text = true;
  parts.format.encoding = profile.encoding;
  parts.format.max_record_bytes = kMaxRecordBytesLimit;  // TableText has seen to it
  profile.dialect.has_header = options.overrides.has_header.value_or(true);
  profile.columns = std::move(layout.columns);
  profile.header_certainty = std::move(layout.header);
  profile.preamble_lines = layout.preamble_lines;
  if (profile.columns.empty()) return refuse_or_accept_empty(parts, options, name);

  parts.format.columns = profile.columns.size();
  parts.data_begin = layout.data_begin;
  parts.data_first_line = layout.data_first_line;
  const std::string text = read_head(*parts.text, parts.data_begin, kSampleBytes);
  const TextHead head{text, parts.data_begin + text.size() == parts.text->size()};
  estimate_rows(take_sample(head, 0, parts.format, profile), parts);
  if (profile.dialect.has_header && !profile.header_certainty.given) {
    profile.header_certainty = header_certainty(profile.columns, profile.sample);
  }
  add_warnings(profile, name);
}

}  // namespace crm
