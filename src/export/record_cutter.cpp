#include "export/record_cutter.h"

#include "base/error.h"
#include "ingest/scanner.h"

namespace crm {
namespace {

// The parser counts in 32 bits.
constexpr std::size_t kMaxPieceBytes = std::size_t{1} << 30;

}  // namespace

void RecordCutter::append(std::string_view text) {
  while (text.size() > kMaxPieceBytes) {
    append(text.substr(0, kMaxPieceBytes));
    text.remove_prefix(kMaxPieceBytes);
  }
  if (rest_.empty()) {
    rest_ = text.substr(cut(text));
    return;
  }
  rest_ += text;
  rest_.erase(0, cut(rest_));
}

std::size_t RecordCutter::cut(std::string_view text) {
  std::size_t done = 0;
  parser_.start(text.data(), text.size(), false, 0);
  for (;;) {
    if (fields_.empty()) fields_.resize(1);
    const ParsedRecord record = parser_.next(fields_.data(), fields_.size());
    if (record.end != ParsedRecord::End::complete) return done;
    if (record.fields > fields_.size()) {  // the header: all records have as many
      fields_.resize(record.fields);
      parser_.start(text.data(), text.size(), false, record.begin);
      continue;
    }
    hand_over(text.data(), record);
    done = record.next;
  }
}

void RecordCutter::hand_over(const char* text, const ParsedRecord& record) {
  cells_.resize(record.fields);
  unescaped_.resize(record.fields);
  for (std::size_t i = 0; i < record.fields; ++i) {
    const Field& field = fields_[i];
    if (field.escaped) {
      unescaped_[i] = cell_text(text, field);
      cells_[i] = unescaped_[i];
    } else {
      cells_[i] = {text + field.begin, field.size};
    }
  }
  take_(cells_);
}

void RecordCutter::finish() const {
  if (!rest_.empty()) throw Error(ErrorCode::internal, "an output ends within a record");
}

}  // namespace crm
