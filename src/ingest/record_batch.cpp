#include "ingest/input.h"

#include <algorithm>

namespace crm {

void append_unescaped(std::string_view inside, std::string& out) {
  for (std::size_t quote = inside.find('"'); quote != std::string_view::npos; quote = inside.find('"')) {
    out += inside.substr(0, quote + 1);
    inside.remove_prefix(std::min(quote + 2, inside.size()));  // in here quotes come in pairs
  }
  out += inside;
}

std::string_view RecordBatch::cell(std::size_t row, std::size_t column, std::string& scratch) const {
  const Field& cell = field(row, column);
  const std::string_view text(text_ + cell.begin, cell.size);
  if (!cell.escaped) return text;
  scratch.clear();
  scratch.reserve(text.size());  // a long one must not be there twice while it grows
  append_unescaped(text, scratch);
  return scratch;
}

std::string_view RecordBatch::inside(std::size_t row, std::size_t column) const {
  const Field& cell = field(row, column);
  return {text_ + cell.begin, cell.size};
}

std::string_view RecordBatch::raw(std::size_t row) const {
  return {text_ + row_info_[row].begin, row_info_[row].size};
}

bool RecordBatch::canonical(std::size_t row) const { return row_info_[row].canonical; }

std::uint32_t RecordBatch::line_offset(std::size_t row) const { return row_info_[row].line; }

}  // namespace crm
