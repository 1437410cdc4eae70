#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// A second reader of CSV, for tests only: section 2.1 of the contract as plainly as it can be written, one byte after
// another, the whole text in memory. It shares no line with src/ingest and must stay so: it is what that is held against.
namespace plain_csv {

struct Options {
  char delimiter = ',';
  std::size_t columns = 1;
  std::uint64_t max_record_bytes = 64u << 20;
  std::string encoding = "UTF-8";  ///< for the wording of rejects
  std::uint64_t first_line = 1;
};

struct Row {
  std::vector<std::string> cells;  ///< padded
  std::uint64_t line = 0;
  std::string raw;
  bool padded = false;
};

struct Reject {
  std::uint64_t line = 0;
  std::string reason;
  std::string raw;  ///< bytes as they are
};

struct Result {
  std::vector<Row> rows;
  std::vector<Reject> rejects;
  std::uint64_t padded = 0, empty_lines = 0;
};

inline bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = [&](std::size_t at) { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0u; };
    const unsigned first = byte(i);
    std::size_t length = 1;
    unsigned long value = first;
    if (first >= 0x80) {
      if (first >= 0xC2 && first <= 0xDF) {
        length = 2;
        value = first & 0x1F;
      } else if (first >= 0xE0 && first <= 0xEF) {
        length = 3;
        value = first & 0x0F;
      } else if (first >= 0xF0 && first <= 0xF4) {
        length = 4;
        value = first & 0x07;
      } else {
        return false;
      }
      for (std::size_t k = 1; k < length; ++k) {
        if ((byte(i + k) & 0xC0) != 0x80) return false;
        value = (value << 6) | (byte(i + k) & 0x3F);
      }
      if (length == 3 && (value < 0x800 || (value >= 0xD800 && value <= 0xDFFF))) return false;
      if (length == 4 && (value < 0x10000 || value > 0x10FFFF)) return false;
    }
    i += length;
  }
  return true;
}

/// Position behind the line end at `at`, which is CR or LF.
inline std::size_t behind_line_end(std::string_view text, std::size_t at) {
  if (text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n') return at + 2;
  return at + 1;
}

inline std::uint64_t count_line_ends(std::string_view text) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++count) {
    while (i < text.size() && text[i] != '\r' && text[i] != '\n') ++i;
    if (i == text.size()) break;
    i = behind_line_end(text, i);
  }
  return count;
}

/// One record, as far as it goes.
struct Record {
  std::vector<std::string> cells;
  std::size_t end = 0;   ///< behind its last byte, without the line end
  std::size_t next = 0;
  bool never_closed = false, too_long = false;
  bool text_after_quote = false;
};

inline Record read_record(std::string_view text, std::size_t begin, const Options& options) {
  enum class State { field_start, unquoted, quoted, quote_in_quoted, after_quote };
  Record record;
  State state = State::field_start;
  std::string cell;
  std::size_t i = begin;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    const bool line_end = c == '\n' || c == '\r';
    const bool in_quotes = state == State::quoted || (state == State::quote_in_quoted && c == '"');
    if (line_end && !in_quotes) break;
    if (i - begin == options.max_record_bytes) {
      record.never_closed = in_quotes;
      record.too_long = !in_quotes;
      break;
    }
    if (c == options.delimiter && !in_quotes) {
      record.cells.push_back(cell);
      cell.clear();
      state = State::field_start;
      continue;
    }
    switch (state) {
      case State::field_start:
        state = c == '"' ? State::quoted : State::unquoted;
        if (c != '"') cell += c;
        break;
      case State::unquoted:
      case State::after_quote:
        cell += c;
        break;
      case State::quoted:
        if (c == '"') {
          state = State::quote_in_quoted;
        } else {
          cell += c;
        }
        break;
      case State::quote_in_quoted:
        if (c == '"') {
          cell += c;
          state = State::quoted;
        } else {
          record.text_after_quote = true;
          state = State::after_quote;
        }
        break;
    }
  }
  if (i == text.size() && state == State::quoted) record.never_closed = true;
  record.cells.push_back(cell);
  record.end = i;
  if (record.never_closed) {
    // Only its first physical line.
    record.end = begin;
    while (record.end < text.size() && text[record.end] != '\n' && text[record.end] != '\r') ++record.end;
  } else if (record.too_long) {
    while (record.end < text.size() && text[record.end] != '\n' && text[record.end] != '\r') ++record.end;
  }
  record.next = record.end < text.size() ? behind_line_end(text, record.end) : record.end;
  return record;
}

inline std::string reason_of(const Record& record, std::string_view raw, const Options& options) {
  // In the order in which a reader notices them.
  if (record.text_after_quote) return "text after a closing quote";
  if (record.never_closed) return "quote is never closed";
  if (record.too_long) return "record is longer than --max-record-bytes";
  if (record.cells.size() > options.columns) {
    return "too many fields (expected " + std::to_string(options.columns) + ", found " +
           std::to_string(record.cells.size()) + ")";
  }
  if (!is_utf8(raw)) return "bytes that are not " + options.encoding;
  return {};
}

/// Reads all records of `text`, which begins with the first data record.
inline Result parse(std::string_view text, const Options& options) {
  Result result;
  std::uint64_t line = options.first_line;
  for (std::size_t at = 0; at < text.size();) {
    Record record = read_record(text, at, options);
    const std::string_view raw = text.substr(at, record.end - at);
    const std::string reason = reason_of(record, raw, options);
    if (!reason.empty()) {
      result.rejects.push_back({line, reason, std::string(raw.substr(0, options.max_record_bytes))});
    } else if (raw.empty() && options.columns != 1) {
      ++result.empty_lines;
    } else {
      Row row{std::move(record.cells), line, std::string(raw), false};
      row.padded = row.cells.size() < options.columns;
      row.cells.resize(options.columns);
      result.padded += row.padded;
      result.rows.push_back(std::move(row));
    }
    line += count_line_ends(text.substr(at, record.next - at));
    at = record.next;
  }
  return result;
}

}  // namespace plain_csv
