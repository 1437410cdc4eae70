#include "ingest/record_parser.h"

#include <algorithm>

namespace crm {
namespace {

constexpr std::uint32_t kFieldSizeMask = (1u << 30) - 1;  // longer ones are rejected with their record

Field plain_field(std::uint32_t begin, std::uint32_t end) {
  Field field;
  field.begin = begin;
  field.size = (end - begin) & kFieldSizeMask;
  return field;
}

Field quoted_field(std::uint32_t open, std::uint32_t close, bool escaped) {
  Field field = plain_field(open + 1, close);
  field.quoted = 1;
  field.escaped = escaped ? 1 : 0;
  return field;
}

}  // namespace

void RecordParser::start(const char* text, std::size_t size, bool at_end, std::size_t offset) {
  text_ = text;
  size_ = size;
  at_end_ = at_end;
  record_begin_ = static_cast<std::uint32_t>(offset);
  indexed_ = offset;
  next_ = last_ = positions_.data();
}

bool RecordParser::refill() {
  while (indexed_ < size_) {
    const std::size_t window = std::min(kIndexWindowBytes, size_ - indexed_);
    const std::size_t found = index_special_bytes(text_ + indexed_, window, static_cast<std::uint32_t>(indexed_),
                                                  delimiter_, positions_.data());
    indexed_ += window;
    next_ = positions_.data();
    last_ = next_ + found;
    if (found != 0) return true;
  }
  return false;
}

ParsedRecord RecordParser::next(Field* fields, std::size_t room) {
  ParsedRecord record;
  record.begin = record_begin_;
  std::uint32_t field_begin = record_begin_;  // of an unquoted field, or of the open quote with text after it
  for (;;) {
    if (next_ == last_ && !refill()) {
      finish_text(field_begin, fields, room, record);
      break;
    }
    std::uint32_t position = *next_++;
    const char c = text_[position];
    if (c == delimiter_) [[likely]] {
      if (record.fields < room) fields[record.fields] = plain_field(field_begin, position);
      ++record.fields;
      field_begin = position + 1;
      continue;
    }
    if (c != '"') {
      if (record.fields < room) fields[record.fields] = plain_field(field_begin, position);
      ++record.fields;
      finish_line(position, record);
      break;
    }
    if (position != field_begin) {  // a quote elsewhere is itself
      record.canonical = false;
      continue;
    }
    // Most quoted fields hold nothing special and a delimiter follows: the next two positions are those.
    if (last_ - next_ >= 2 && next_[1] == next_[0] + 1 && text_[next_[0]] == '"' && text_[next_[1]] == delimiter_) {
      if (record.fields < room) fields[record.fields] = quoted_field(position, next_[0], false);
      ++record.fields;
      record.canonical = false;
      field_begin = next_[1] + 1;
      next_ += 2;
      continue;
    }
    if (!take_quoted_field(position, field_begin, fields, room, record)) break;
  }
  record_begin_ = record.next;
  return record;
}

bool RecordParser::take_quoted_field(std::uint32_t open, std::uint32_t& field_begin, Field* fields, std::size_t room,
                                     ParsedRecord& record) {
  Quoted quoted;
  if (!find_closing_quote(open, quoted, record)) return false;
  record.canonical &= quoted.special;
  const std::uint32_t after = quoted.close + 1;
  const char follows = after == size_ ? '\n' : text_[after];
  if (follows != delimiter_ && follows != '\n' && follows != '\r') {
    if (!record.text_after_quote) record.text_after_quote_at = after;
    record.text_after_quote = true;
    return true;  // the rest is unquoted text: field_begin stays at the open quote
  }
  if (record.fields < room) fields[record.fields] = quoted_field(open, quoted.close, quoted.escaped);
  ++record.fields;
  if (after == size_) {
    record.end = ParsedRecord::End::complete;
    record.size = after - record.begin;
    record.next = after;
    ++record.lines;
    return false;
  }
  use_position();
  if (follows != delimiter_) {
    finish_line(after, record);
    return false;
  }
  field_begin = after + 1;
  return true;
}

bool RecordParser::find_closing_quote(std::uint32_t open, Quoted& quoted, ParsedRecord& record) {
  while (next_ != last_ || refill()) {
    const std::uint32_t position = *next_++;
    const char c = text_[position];
    if (c == '"') {
      if (position + 1 == size_ && !at_end_) break;  // may be the first of a doubled quote
      if (position + 1 == size_ || text_[position + 1] != '"') {
        quoted.close = position;
        return true;
      }
      quoted.escaped = true;
      use_position();
    } else if (c == '\r' || (c == '\n' && text_[position - 1] != '\r')) {
      ++record.lines;
    }
    quoted.special = true;
  }
  record.end = at_end_ ? ParsedRecord::End::open_quote : ParsedRecord::End::need_more;
  record.in_quotes = true;
  record.quote = open;
  return false;
}

void RecordParser::finish_line(std::uint32_t position, ParsedRecord& record) {
  record.next = position + 1;
  if (text_[position] == '\r') {
    if (record.next == size_ && !at_end_) {  // a line feed may follow
      record.end = ParsedRecord::End::need_more;
      return;
    }
    if (record.next != size_ && text_[record.next] == '\n') {
      use_position();
      ++record.next;
    }
  }
  record.size = position - record.begin;
  ++record.lines;
  record.end = ParsedRecord::End::complete;
}

void RecordParser::finish_text(std::uint32_t field_begin, Field* fields, std::size_t room, ParsedRecord& record) const {
  const std::uint32_t end = static_cast<std::uint32_t>(size_);
  record.next = end;
  if (!at_end_) {
    record.end = ParsedRecord::End::need_more;
  } else if (record.begin == end) {
    record.end = ParsedRecord::End::no_record;
  } else {
    if (record.fields < room) fields[record.fields] = plain_field(field_begin, end);
    ++record.fields;
    record.size = end - record.begin;
    ++record.lines;
    record.end = ParsedRecord::End::complete;
  }
}

}  // namespace crm
