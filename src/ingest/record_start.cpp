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

/// Where the record ends whose rest, from `offset` on, begins with a whole field.
std::optional<std::size_t> start_behind_rest(RecordParser& parser, const char* text, std::size_t size, bool at_end,
                                             std::size_t offset) {
  parser.start(text, size, at_end, offset);
  const ParsedRecord rest = parser.next(nullptr, 0);
  if (rest.end != ParsedRecord::End::complete) return std::nullopt;
  return rest.next;
}

/// The record start if the text begins in an unquoted field.
std::optional<std::size_t> start_behind_field(RecordParser& parser, const char* text, std::size_t size, bool at_end,
                                              const ScanFormat& format) {
  const char* const delimiter = std::find(text + 1, text + size, format.delimiter);
  if (delimiter == text + size) return std::nullopt;
  return start_behind_rest(parser, text, size, at_end, static_cast<std::size_t>(delimiter - text));
}

/// The record start if the text begins in a quoted field.
std::optional<std::size_t> start_behind_quotes(RecordParser& parser, const char* text, std::size_t size, bool at_end,
                                               const ScanFormat& format) {
  for (std::size_t i = 1; i + 1 < size; ++i) {
    if (text[i] != '"') continue;
    if (text[i + 1] == '"') {
      ++i;
      continue;
    }
    const char follows = text[i + 1];
    if (follows != format.delimiter && follows != '\n' && follows != '\r') return std::nullopt;
    return start_behind_rest(parser, text, size, at_end, i + 1);
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
  std::size_t best = *plain;
  int best_score = plain_score;
  for (const auto& guess : {start_behind_field(parser, text, near, near_end, format),
                            start_behind_quotes(parser, text, near, near_end, format)}) {
    if (!guess || *guess == best) continue;
    const int guess_score = score(parser, text, near, near_end, *guess, format);
    if (guess_score <= best_score) continue;
    best = *guess;
    best_score = guess_score;
  }
  return best;
}

}  // namespace crm
