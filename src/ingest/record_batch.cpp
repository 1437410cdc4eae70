#include "ingest/input.h"

namespace crm {

std::string_view RecordBatch::cell(std::size_t row, std::size_t column, std::string& scratch) const {
  const Field& cell = field(row, column);
  const std::string_view text(text_ + cell.begin, cell.size);
  if (!cell.escaped) return text;
  scratch.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    scratch += text[i];
    if (text[i] == '"') ++i;  // in here quotes come in pairs
  }
  return scratch;
}

std::string_view RecordBatch::raw(std::size_t row) const {
  return {text_ + row_info_[row].begin, row_info_[row].size};
}

bool RecordBatch::canonical(std::size_t row) const { return row_info_[row].canonical; }

std::uint32_t RecordBatch::line_offset(std::size_t row) const { return row_info_[row].line; }

}  // namespace crm
