#include "duckdb/rows_copy.h"

#include <cstring>

#include "base/error.h"
#include "duckdb/api.h"

namespace crm::duck {
namespace {

constexpr std::size_t kTextWidth = 16, kInlineBytes = 12;

}  // namespace

Column::Column(const ColumnCopy& copy) : copy_(&copy), data_(copy.data.data()), validity_(copy.validity.data()) {}

Column ColumnCopy::child(std::size_t index) const { return Column(children.at(index)); }

void ColumnCopy::set_layout(const Column& column) {
  const auto vector = static_cast<duckdb_vector>(column.vector_);
  duckdb_logical_type type = api().duckdb_vector_get_column_type(vector);
  switch (api().duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_UTINYINT:
      layout = Layout::plain;
      width = 1;
      break;
    case DUCKDB_TYPE_BIGINT:
      layout = Layout::plain;
      width = sizeof(std::int64_t);
      break;
    case DUCKDB_TYPE_VARCHAR:
      layout = Layout::text;
      width = kTextWidth;
      break;
    case DUCKDB_TYPE_LIST:
      layout = Layout::list;
      width = sizeof(ListEntry);
      children.resize(1);
      break;
    case DUCKDB_TYPE_STRUCT:
      layout = Layout::structure;
      children.resize(api().duckdb_struct_type_child_count(type));
      break;
    default: break;
  }
  api().duckdb_destroy_logical_type(&type);
  if (layout == Layout::unknown) throw Error(ErrorCode::internal, "A result of DuckDB has a type that is not known here");
}

void ColumnCopy::append(const Column& column, std::size_t begin, std::size_t count) {
  if (layout == Layout::unknown) set_layout(column);
  append_validity(column, begin, count);
  const std::size_t at = data.size();
  if (width > 0 && count > 0) {
    data.resize(at + count * width);
    std::memcpy(data.data() + at, static_cast<const char*>(column.data_) + begin * width, count * width);
  }
  if (layout == Layout::text) append_texts(column, begin, count);
  if (layout == Layout::list) append_lists(column, begin, count);
  if (layout == Layout::structure) {
    for (std::size_t i = 0; i < children.size(); ++i) children[i].append(column.member(i), begin, count);
  }
  rows += count;
}

void ColumnCopy::append_validity(const Column& column, std::size_t begin, std::size_t count) {
  validity.resize((rows + count + 63) / 64);
  for (std::size_t i = 0; i < count; ++i) {
    if (!column.is_null(begin + i)) validity[(rows + i) >> 6] |= std::uint64_t{1} << ((rows + i) & 63);
  }
}

/// The long texts of these rows, one after the other; the copied data is led to them.
void ColumnCopy::append_texts(const Column& column, std::size_t begin, std::size_t count) {
  std::size_t bytes = 0;
  const auto is_long = [&](std::size_t i) {
    return !column.is_null(begin + i) && column.text(begin + i).size() > kInlineBytes;
  };
  for (std::size_t i = 0; i < count; ++i) {
    if (is_long(i)) bytes += column.text(begin + i).size();
  }
  if (bytes == 0) return;
  texts.push_back(std::make_unique_for_overwrite<char[]>(bytes));
  char* to = texts.back().get();
  for (std::size_t i = 0; i < count; ++i) {
    if (!is_long(i)) continue;
    const std::string_view text = column.text(begin + i);
    std::memcpy(to, text.data(), text.size());
    std::memcpy(data.data() + (rows + i) * width + 8, &to, sizeof to);
    to += text.size();
  }
}

void ColumnCopy::append_lists(const Column& column, std::size_t begin, std::size_t count) {
  const Column elements = column.elements();
  for (std::size_t i = 0; i < count; ++i) {
    ListEntry entry{children[0].rows, 0};
    if (!column.is_null(begin + i)) {
      const ListEntry from = column.list(begin + i);
      entry.size = from.size;
      children[0].append(elements, from.offset, from.size);
    }
    std::memcpy(data.data() + (rows + i) * width, &entry, sizeof entry);
  }
}

void RowsCopy::append(const Chunk& chunk) {
  columns_.resize(chunk.columns());
  for (std::size_t i = 0; i < columns_.size(); ++i) columns_[i].append(chunk.column(i), 0, chunk.rows());
  rows_ += chunk.rows();
}

void RowsCopy::add_columns(std::vector<Column>& columns) const {
  for (const ColumnCopy& column : columns_) columns.emplace_back(column);
}

}  // namespace crm::duck
