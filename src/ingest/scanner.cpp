#include "ingest/scanner.h"

#include <algorithm>

#include "ingest/special_bytes.h"
#include "ingest/table_text.h"

namespace crm {

ScanCounts& ScanCounts::operator+=(const ScanCounts& other) {
  rows += other.rows;
  rejected += other.rejected;
  padded += other.padded;
  empty_lines += other.empty_lines;
  lines += other.lines;
  quote_restarts += other.quote_restarts;
  undecodable += other.undecodable;
  return *this;
}

Scanner::Scanner(const ScanFormat& format, const std::optional<std::vector<int>>& columns)
    : format_(format),
      projection_(columns.value_or(std::vector<int>{})),
      all_columns_(!columns),
      stored_(format.columns),
      max_rows_(std::clamp<std::size_t>(kMaxBatchFields / std::max<std::size_t>(format.columns, 1), 1,
                                        kMaxBatchRows)),
      parser_(format.delimiter) {
  if (!all_columns_) {
    stored_ = 0;
    for (const int column : projection_) stored_ = std::max(stored_, static_cast<std::size_t>(column) + 1);
    scratch_.resize(stored_);
  }
  batch_.columns_ = all_columns_ ? format.columns : projection_.size();
}

void Scanner::start_batch(const char* text, std::size_t size, bool at_end) {
  counts_ = {};
  batch_.rows_ = 0;
  batch_.first_row = batch_.first_line = 0;
  batch_.row_info_.clear();
  position_ = 0;
  valid_end_ = 0;
  extend(text, size, at_end);
}

void Scanner::extend(const char* text, std::size_t size, bool at_end) {
  text_ = batch_.text_ = text;
  size_ = size;
  at_end_ = at_end;
  valid_end_ = std::min(valid_end_, position_);  // what was half a character at the end may be whole now
  parser_.start(text, size, at_end, position_);
}

Scanner::Stop Scanner::run(std::size_t boundary) {
  while (position_ < boundary) {
    if (batch_.rows_ == max_rows_) return Stop::full;
    Field* const fields = room_for_row();
    const ParsedRecord record = parser_.next(fields, stored_);
    switch (record.end) {
      case ParsedRecord::End::no_record:
        return Stop::boundary;
      case ParsedRecord::End::need_more:
        return size_ - position_ > format_.max_record_bytes + 1 ? Stop::too_long : Stop::need_more;
      case ParsedRecord::End::open_quote:
        return size_ - position_ > format_.max_record_bytes ? Stop::too_long : reject_open_quote(record);
      case ParsedRecord::End::complete:
        break;
    }
    if (record.size > format_.max_record_bytes) return Stop::too_long;
    // A row of one empty cell is written with quotes by TableText.
    if (record.size == 0 && (format_.columns != 1 || format_.table_text)) {
      ++counts_.empty_lines;
      ++counts_.lines;
      position_ = record.next;
      continue;
    }
    const RejectReason reason = judge(record);
    if (reason != RejectReason::none) return reject_record(reason, record);
    add_row(record, fields);
    counts_.lines += lines_of(record);
    position_ = record.next;
  }
  return Stop::boundary;
}

Field* Scanner::room_for_row() {
  const std::size_t begin = batch_.rows_ * batch_.columns_;
  if (batch_.fields_.size() < begin + batch_.columns_) {
    batch_.fields_.resize(std::max(begin + batch_.columns_, 2 * batch_.fields_.size()));
  }
  return all_columns_ ? batch_.fields_.data() + begin : scratch_.data();
}

void Scanner::add_row(const ParsedRecord& record, Field* fields) {
  if (record.fields < stored_) {
    Field blank;
    blank.begin = record.begin + record.size;
    std::fill(fields + record.fields, fields + stored_, blank);
  }
  if (record.fields < format_.columns && !format_.table_text) ++counts_.padded;
  if (!all_columns_) {
    Field* out = batch_.fields_.data() + batch_.rows_ * batch_.columns_;
    for (const int column : projection_) *out++ = fields[column];
  }
  bool canonical = record.canonical;
  if (format_.columns == 1 && record.size <= 2) {
    // The empty only field of a record is the one that is quoted though it holds nothing.
    canonical = record.size == 2 ? record.canonical || text_[record.begin] == '"' : record.size == 1;
  }
  canonical = canonical && record.fields == format_.columns && format_.delimiter == ',';
  batch_.row_info_.push_back(
      {record.begin, record.size, static_cast<std::uint32_t>(counts_.lines), canonical});
  ++batch_.rows_;
  ++counts_.rows;
}

RejectReason Scanner::judge(const ParsedRecord& record) {
  if (format_.table_text && is_stated_reject({text_ + record.begin, record.size})) return RejectReason::stated;
  // In the order in which a reader notices them: the number of fields is known at the record's end.
  if (record.text_after_quote) return RejectReason::text_after_quote;
  if (record.fields > format_.columns) return RejectReason::too_many_fields;
  return is_valid(record) ? RejectReason::none : RejectReason::undecodable;
}

bool Scanner::is_valid(const ParsedRecord& record) {
  if (record.begin >= valid_end_) {
    // As far as the text goes, in one sweep: line ends are ASCII, so records are valid apart from each other.
    valid_end_ = record.begin + valid_utf8_prefix(text_ + record.begin, size_ - record.begin);
  }
  return record.begin + record.size <= valid_end_;
}

Scanner::Stop Scanner::reject_record(RejectReason reason, const ParsedRecord& record) {
  reject_ = {reason, record.begin, record.size, record.fields, counts_.lines};
  ++counts_.rejected;
  counts_.undecodable += reason == RejectReason::undecodable;
  counts_.lines += lines_of(record);
  position_ = record.next;
  return Stop::rejected;
}

Scanner::Stop Scanner::reject_open_quote(const ParsedRecord& record) {
  const std::size_t next = next_line(text_, size_, true, record.begin).value_or(size_);
  std::size_t end = next;
  while (end > record.begin && (text_[end - 1] == '\n' || text_[end - 1] == '\r')) --end;
  const RejectReason reason = record.text_after_quote ? RejectReason::text_after_quote : RejectReason::open_quote;
  reject_ = {reason, record.begin, static_cast<std::uint32_t>(end - record.begin), record.fields, counts_.lines};
  ++counts_.rejected;
  ++counts_.quote_restarts;
  ++counts_.lines;
  position_ = next;
  parser_.start(text_, size_, at_end_, position_);
  return Stop::rejected;
}

std::string cell_text(const char* text, const Field& field) {
  std::string cell(text + field.begin, field.size);
  if (!field.escaped) return cell;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < cell.size(); ++i) {
    cell[kept++] = cell[i];
    if (cell[i] == '"') ++i;  // in here quotes come in pairs
  }
  cell.resize(kept);
  return cell;
}

LongRecord judge_long_record(const char* text, const ScanFormat& format) {
  RecordParser parser(format.delimiter);
  parser.start(text, static_cast<std::size_t>(format.max_record_bytes) + 1, false, 0);
  const ParsedRecord record = parser.next(nullptr, 0);
  LongRecord result;
  result.open_quote = record.in_quotes && record.quote < format.max_record_bytes;
  result.reason = result.open_quote ? RejectReason::open_quote : RejectReason::too_long;
  if (record.text_after_quote && record.text_after_quote_at < format.max_record_bytes) {
    result.reason = RejectReason::text_after_quote;
  }
  result.search_from = result.open_quote ? 0 : format.max_record_bytes;
  return result;
}

std::optional<std::size_t> next_line(const char* text, std::size_t size, bool at_end, std::size_t from) {
  const char* const end = text + size;
  const char* const found = std::find_if(text + from, end, [](char c) { return c == '\n' || c == '\r'; });
  if (found == end) return std::nullopt;
  if (*found == '\n') return found + 1 - text;
  if (found + 1 == end) return at_end ? std::optional(size) : std::nullopt;
  return found + (found[1] == '\n' ? 2 : 1) - text;
}

}  // namespace crm
