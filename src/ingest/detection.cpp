#include "ingest/detection.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>

#include "base/text.h"
#include "ingest/record_parser.h"
#include "ingest/scanner.h"
#include "ingest/special_bytes.h"

namespace crm {
namespace {

constexpr char kCandidates[] = {',', '\t', ';', '|'};

/// A record of the head, as detection sees it.
struct SeenRecord {
  std::size_t begin = 0, next = 0;
  std::size_t fields = 0;
  std::uint64_t lines = 0;
  bool empty = false;
  bool problem = false;    ///< it would be rejected whatever its number of fields
};

constexpr std::size_t kKeptFields = 4096;  // of a record, to see which are blank

/// Walks over the records of a head under one delimiter. Quotes that are never closed are left behind line by line.
class HeadReader {
 public:
  HeadReader(const TextHead& head, char delimiter, std::size_t offset)
      : head_(head), parser_(delimiter), fields_(kKeptFields) {
    parser_.start(head.text.data(), head.text.size(), head.whole, offset);
  }

  bool next(SeenRecord& seen) {
    const ParsedRecord record = parser_.next(fields_.data(), fields_.size());
    seen = {};
    seen.begin = record.begin;
    if (record.end == ParsedRecord::End::open_quote) return skip_line(seen);
    if (record.end != ParsedRecord::End::complete) return false;
    seen.next = record.next;
    seen.fields = record.fields;
    seen.lines = record.lines;
    seen.empty = record.size == 0;
    seen.problem = record.text_after_quote;
    return true;
  }

  /// How many fields of `seen`, the last record, are not blank.
  std::size_t count_filled(const SeenRecord& seen) const {
    const std::size_t known = std::min(seen.fields, fields_.size());
    std::size_t filled = 0;
    for (std::size_t i = 0; i < known; ++i) {
      filled += !is_white(head_.text.substr(fields_[i].begin, fields_[i].size));
    }
    return filled;
  }

 private:
  bool skip_line(SeenRecord& seen) {
    const std::size_t size = head_.text.size();
    seen.next = next_line(head_.text.data(), size, true, seen.begin).value_or(size);
    seen.lines = 1;
    seen.problem = true;
    parser_.start(head_.text.data(), size, head_.whole, seen.next);
    return true;
  }

  const TextHead& head_;
  RecordParser parser_;
  std::vector<Field> fields_;
};

/// How many records have how many fields.
struct FieldCounts {
  std::uint64_t records = 0;
  std::uint64_t usual = 0;            ///< the commonest number of fields; of equally common ones the largest
  std::uint64_t usual_of_several = 0; ///< the same among the records with two fields or more
  std::uint64_t with_usual_of_several = 0;

  std::uint64_t with_one = 0;         ///< records of one field

  /// Half of the records or more have several fields.
  bool is_table() const { return usual_of_several != 0 && 2 * with_one <= records; }
  double share_of_one() const {
    return records == 0 ? 0 : static_cast<double>(with_one) / static_cast<double>(records);
  }
  /// Of the records that have the same number of fields, two or more.
  double share() const {
    return records == 0 ? 0 : static_cast<double>(with_usual_of_several) / static_cast<double>(records);
  }
};

FieldCounts count_fields(const TextHead& head, char delimiter, std::size_t offset) {
  FieldCounts counts;
  std::map<std::uint64_t, std::uint64_t> by_fields;  // records
  HeadReader reader(head, delimiter, offset);
  SeenRecord record;
  while (counts.records < kDetectionRecords && record.next < kDetectionBytes && reader.next(record)) {
    if (record.empty || record.fields == 0) continue;
    ++by_fields[record.fields];
    ++counts.records;
  }
  std::uint64_t with_usual = 0;
  for (const auto& [fields, records] : by_fields) {
    if (records >= with_usual) {
      with_usual = records;
      counts.usual = fields;
    }
    if (fields == 1) counts.with_one = records;
    if (fields >= 2 && records >= counts.with_usual_of_several) {
      counts.with_usual_of_several = records;
      counts.usual_of_several = fields;
    }
  }
  return counts;
}

std::string with_thousands(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

std::string share_reason(const FieldCounts& counts) {
  if (counts.records == 0) return "there are no records";
  if (!counts.is_table()) return "one column";
  return fmt::format("{:.4g} % of {} record{} {} {} fields", 100 * counts.share(), with_thousands(counts.records),
                     counts.records == 1 ? "" : "s", counts.records == 1 ? "has" : "have", counts.usual_of_several);
}

bool has_tsv_suffix(std::string path) {
  std::transform(path.begin(), path.end(), path.begin(), [](unsigned char c) { return std::tolower(c); });
  for (const char* compressed : {".gz", ".zst"}) {
    if (path.ends_with(compressed)) path.erase(path.rfind('.'));
  }
  return path.ends_with(".tsv") || path.ends_with(".tab");
}

/// The delimiter of a line `sep=;` (quoted or not), if it is one; `next` is where the line behind it begins.
std::optional<char> sep_line(const TextHead& head, std::size_t offset, std::size_t& next) {
  const auto behind = next_line(head.text.data(), head.text.size(), head.whole, offset);
  if (!behind && !head.whole) return std::nullopt;
  next = behind.value_or(head.text.size());
  std::string_view line = head.text.substr(offset, next - offset);
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  if (line.size() == 7 && line.front() == '"' && line.back() == '"') line = line.substr(1, 5);
  if (line.size() != 5) return std::nullopt;
  std::string start(line.substr(0, 4));
  std::transform(start.begin(), start.end(), start.begin(), [](unsigned char c) { return std::tolower(c); });
  const char delimiter = line[4];
  if (start != "sep=" || delimiter == '"' || static_cast<signed char>(delimiter) <= 0) return std::nullopt;
  return delimiter;
}

void choose_delimiter(const TextHead& head, const DetectionRequest& request, DetectedLayout& layout) {
  if (has_tsv_suffix(request.path)) {
    const FieldCounts tab = count_fields(head, '\t', layout.first_record);
    layout.delimiter = '\t';
    layout.delimiter_certainty = {std::max(tab.share(), 0.9), true, "the file's suffix"};
    return;
  }
  // Where no delimiter gives half of the records several fields there is one column, and the one that cuts the fewest values apart is
  // taken: a stray `;` in a text must not turn its record into a reject.
  const auto rating = [](const FieldCounts& counts) {
    return std::pair(counts.is_table(), counts.is_table() ? counts.share() : counts.share_of_one());
  };
  FieldCounts best;
  for (const char candidate : kCandidates) {
    const FieldCounts counts = count_fields(head, candidate, layout.first_record);
    if (best.records != 0 && rating(counts) <= rating(best)) continue;
    best = counts;
    layout.delimiter = candidate;
  }
  const double share = !best.is_table() ? 0.5 : best.share();  // one column: there was nothing to go by
  layout.delimiter_certainty = {share, false, share_reason(best)};
}

/// Leading lines that are empty or hold one field that is not blank (lines of blank fields between them too, as
/// spreadsheets write them), if the next has at least two fields and the usual number.
void find_preamble(const TextHead& head, DetectedLayout& layout) {
  HeadReader reader(head, layout.delimiter, layout.first_record);
  SeenRecord record;
  std::uint64_t lines = 0;
  bool titled = false, only_empty = true;
  // Each record that could be the first: the last one that fits is.
  for (std::size_t leading = 0; reader.next(record); ++leading) {
    const std::size_t filled = reader.count_filled(record);
    const bool fits = titled && record.fields >= 2 && record.fields == layout.usual_fields && filled != 0;
    // Empty lines are skipped before a header as everywhere.
    if ((fits && leading <= kMaxPreambleLines) || (only_empty && !record.empty)) {
      layout.first_record = record.begin;
      layout.preamble_lines += lines;
      lines = 0;
    }
    only_empty = only_empty && record.empty;
    const bool could_be = record.empty || filled == 1 || (filled == 0 && titled);
    if (!could_be || record.problem || (leading >= kMaxPreambleLines && !only_empty)) return;
    titled = titled || filled == 1;
    lines += record.lines;
  }
  if (only_empty && head.whole) {
    layout.first_record = head.text.size();
    layout.preamble_lines += lines;
  }
}

}  // namespace

std::string delimiter_title(char delimiter) {
  return delimiter == '\t' ? std::string("tab") : std::string("\"") + delimiter + "\"";
}

DetectedLayout detect_layout(const TextHead& head, const DetectionRequest& request) {
  DetectedLayout layout;
  std::optional<char> stated;
  std::size_t next = 0;
  while (const auto delimiter = sep_line(head, layout.first_record, next)) {
    stated = delimiter;
    layout.first_record = next;
    ++layout.preamble_lines;
    if (layout.preamble_lines > kMaxPreambleLines) break;
  }
  if (request.delimiter) {
    layout.delimiter = *request.delimiter;
    layout.delimiter_certainty = {1.0, true, "--delimiter"};
    layout.delimiter_stated = true;
  } else if (stated) {
    layout.delimiter = *stated;
    layout.delimiter_certainty = {1.0, true, "the line sep=" + delimiter_title(*stated)};
    layout.delimiter_stated = true;
  } else {
    choose_delimiter(head, request, layout);
  }
  const FieldCounts counts = count_fields(head, layout.delimiter, layout.first_record);
  layout.usual_fields = static_cast<std::size_t>(counts.usual);
  find_preamble(head, layout);
  return layout;
}

HeaderRecord read_header(const TextHead& head, std::size_t offset, const ScanFormat& format) {
  HeaderRecord header;
  RecordParser parser(format.delimiter);
  parser.start(head.text.data(), head.text.size(), head.whole, offset);
  const ParsedRecord counted = parser.next(nullptr, 0);
  const std::size_t rest = head.text.size() - offset;
  header.state = HeaderRecord::State::read;
  header.next = counted.next;
  header.lines = counted.lines;
  switch (counted.end) {
    case ParsedRecord::End::no_record:
      header.state = HeaderRecord::State::none;
      return header;
    case ParsedRecord::End::need_more:
      if (rest <= format.max_record_bytes + 1) {
        header.state = HeaderRecord::State::incomplete;
      } else {
        header.problem = judge_long_record(head.text.data() + offset, format).reason;
      }
      return header;
    case ParsedRecord::End::open_quote:
      header.problem = RejectReason::open_quote;
      return header;
    case ParsedRecord::End::complete:
      break;
  }
  const std::string_view raw = head.text.substr(offset, counted.size);
  if (counted.size > format.max_record_bytes) {
    header.problem = RejectReason::too_long;
  } else if (counted.text_after_quote) {
    header.problem = RejectReason::text_after_quote;
  } else if (valid_utf8_prefix(raw.data(), raw.size()) != raw.size()) {
    header.problem = RejectReason::undecodable;
  } else if (counted.fields > kMaxColumns) {
    header.problem = RejectReason::too_many_fields;
  }
  if (header.problem != RejectReason::none) return header;
  std::vector<Field> fields(counted.fields);
  parser.start(head.text.data(), head.text.size(), head.whole, offset);
  parser.next(fields.data(), fields.size());
  for (const Field& field : fields) header.cells.push_back(cell_text(head.text.data(), field));
  return header;
}

Certainty header_certainty(const std::vector<std::string>& header,
                           const std::vector<std::vector<std::string>>& sample) {
  const auto looks_like_data = [](const std::string& cell) {
    if (cell.find('@') != std::string::npos) return true;
    const bool digits = std::any_of(cell.begin(), cell.end(), [](unsigned char c) { return std::isdigit(c); });
    const bool letters = std::any_of(cell.begin(), cell.end(), [](unsigned char c) { return std::isalpha(c) || c >= 0x80; });
    return digits && !letters;
  };
  const auto odd = std::count_if(header.begin(), header.end(), looks_like_data);
  if (odd > 0) return {0.4, false, fmt::format("{} of its {} names look like data", odd, header.size())};
  if (!sample.empty() && std::find(sample.begin(), sample.end(), header) != sample.end()) {
    return {0.7, false, "the first record; it appears again among the rows"};
  }
  return {0.95, false, "the first record"};
}

}  // namespace crm
