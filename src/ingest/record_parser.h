#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "ingest/input.h"
#include "ingest/special_bytes.h"

namespace crm {

/// What the parser found between two record starts. Offsets are of the parser's text.
struct ParsedRecord {
  enum class End {
    complete,    ///< ended by a line end, or by the end of the text outside quotes
    need_more,   ///< the text that is there ends first
    open_quote,  ///< the whole text ends inside quotes
    no_record,   ///< nothing is left
  };
  End end = End::no_record;
  std::uint32_t begin = 0;
  std::uint32_t size = 0;    ///< without its line end
  std::uint32_t next = 0;    ///< where the next record begins
  std::uint32_t fields = 0;  ///< how many there are, stored or not
  std::uint32_t lines = 0;   ///< physical lines it takes
  bool canonical = true;     ///< each field quoted exactly where it must be (says nothing of delimiter and field count)
  bool in_quotes = false;    ///< for need_more and open_quote: where the text ends
  std::uint32_t quote = 0;   ///< for in_quotes: position of the opening quote
  bool text_after_quote = false;
  std::uint32_t text_after_quote_at = 0;  ///< where the first such text begins
};

/// Splits text into records and fields, exactly as the contract (section 2.1) says, one record after another. Knows no
/// limit, no header and no encoding. It has no memory at the start of a record, so any record start will do to begin.
class RecordParser {
 public:
  explicit RecordParser(char delimiter) : delimiter_(delimiter) {}

  /// Begins at `offset`, a record start. `at_end`: nothing follows `text`. The text must outlive the use; it is shorter
  /// than 4 GiB.
  void start(const char* text, std::size_t size, bool at_end, std::size_t offset);

  /// Parses the next record; stores its first `room` fields in `fields`. After need_more and open_quote, `start` again:
  /// with more text at the record's begin, or behind its first line.
  ParsedRecord next(Field* fields, std::size_t room);

 private:
  /// What happened in quotes, so that the field can be stored and the record judged.
  struct Quoted {
    std::uint32_t close = 0;  ///< position of the closing quote
    bool special = false;     ///< holds something for which it must be quoted
    bool escaped = false;     ///< holds doubled quotes
  };

  bool refill();
  void use_position() {
    if (next_ == last_) refill();
    ++next_;
  }
  /// True: the record goes on, with the field at `field_begin`.
  bool take_quoted_field(std::uint32_t open, std::uint32_t& field_begin, Field* fields, std::size_t room,
                         ParsedRecord& record);
  bool find_closing_quote(std::uint32_t open, Quoted& quoted, ParsedRecord& record);
  void finish_line(std::uint32_t position, ParsedRecord& record);
  void finish_text(std::uint32_t field_begin, Field* fields, std::size_t room, ParsedRecord& record) const;

  const char* text_ = nullptr;
  std::size_t size_ = 0;
  bool at_end_ = false;
  char delimiter_;
  std::uint32_t record_begin_ = 0;
  std::size_t indexed_ = 0;                ///< special bytes up to here are in positions_
  const std::uint32_t* next_ = nullptr;    ///< first position not yet used
  const std::uint32_t* last_ = nullptr;
  std::array<std::uint32_t, kIndexWindowBytes + 64> positions_;
};

}  // namespace crm
