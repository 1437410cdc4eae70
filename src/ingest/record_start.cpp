#include "ingest/record_start.h"

#include <algorithm>

#include "ingest/record_parser.h"
#include "ingest/scanner.h"

namespace crm {
namespace {

constexpr int kTrialRecords = 8;
constexpr std::size_t kTrialBytes = 256 * 1024;

/// How many of the next records look right, less those that do not.
int score(RecordParser& parser, const char* text, std::size_t size, bool at_end, std::size_t start,
          const ScanFormat& format) {
  parser.start(text, size, at_end, start);
  int score = 0;
  for (int i = 0; i < kTrialRecords; ++i) {
    const ParsedRecord record = parser.next(nullptr, 0);
    if (record.end != ParsedRecord::End::complete) {
      // Half a record at the end tells nothing; an open quote there is a bad sign.
      return record.in_quotes ? score - 1 : score;
    }
    score += record.fields == format.columns && !record.text_after_quote ? 1 : -1;
  }
  return score;
}

/// The record start behind the record whose quoted field the text begins in, if it does.
std::optional<std::size_t> start_behind_quotes(RecordParser& parser, const char* text, std::size_t size, bool at_end,
                                               const ScanFormat& format) {
  for (std::size_t i = 1; i < size; ++i) {
    if (text[i] != '"') continue;
    if (i + 1 == size) return std::nullopt;
    if (text[i + 1] == '"') {
      ++i;
      continue;
    }
    const char follows = text[i + 1];
    if (follows != format.delimiter && follows != '\n' && follows != '\r') return std::nullopt;
    // The rest of the record: parse it as one that begins with an empty field.
    parser.start(text, size, at_end, i + 1);
    const ParsedRecord rest = parser.next(nullptr, 0);
    if (rest.end != ParsedRecord::End::complete) return std::nullopt;
    return rest.next;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::size_t> guess_record_start(const char* text, std::size_t size, bool at_end,
                                              const ScanFormat& format) {
  const std::optional<std::size_t> plain = next_line(text, size, at_end, 0);
  if (!plain || format.columns < 2) return plain;  // with one column every line looks right
  const std::size_t near = std::min(size, *plain + kTrialBytes);
  const bool near_end = at_end && near == size;
  RecordParser parser(format.delimiter);
  const int plain_score = score(parser, text, near, near_end, *plain, format);
  if (plain_score == kTrialRecords) return plain;
  const std::optional<std::size_t> quoted = start_behind_quotes(parser, text, near, near_end, format);
  if (!quoted || *quoted == *plain) return plain;
  return score(parser, text, near, near_end, *quoted, format) > plain_score ? quoted : plain;
}

}  // namespace crm
