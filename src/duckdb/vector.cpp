#include "duckdb/vector.h"

#include "duckdb/api.h"
#include "duckdb/rows_copy.h"

namespace crm::duck {
namespace {

duckdb_vector handle(void* vector) { return static_cast<duckdb_vector>(vector); }
duckdb_data_chunk chunk_handle(void* chunk) { return static_cast<duckdb_data_chunk>(chunk); }

static_assert(sizeof(duckdb_string_t) == 16 && sizeof(duckdb_list_entry) == sizeof(ListEntry));

}  // namespace

Column::Column(void* vector)
    : vector_(vector),
      data_(api().duckdb_vector_get_data(handle(vector))),
      validity_(api().duckdb_vector_get_validity(handle(vector))) {}

Column Column::elements() const {
  if (copy_ != nullptr) return copy_->child(0);
  return Column(api().duckdb_list_vector_get_child(handle(vector_)));
}

Column Column::member(std::size_t index) const {
  if (copy_ != nullptr) return copy_->child(index);
  return Column(api().duckdb_struct_vector_get_child(handle(vector_), index));
}

ColumnWriter::ColumnWriter(void* vector) : vector_(vector), data_(api().duckdb_vector_get_data(handle(vector))) {}

void ColumnWriter::set_null(std::size_t row) {
  api().duckdb_vector_ensure_validity_writable(handle(vector_));
  std::uint64_t* validity = api().duckdb_vector_get_validity(handle(vector_));
  validity[row >> 6] &= ~(std::uint64_t{1} << (row & 63));
}

void ColumnWriter::set_text(std::size_t row, std::string_view text) {
  api().duckdb_vector_assign_string_element_len(handle(vector_), row, text.data() == nullptr ? "" : text.data(),
                                                text.size());
}

void ColumnWriter::set_valid_text(std::size_t row, std::string_view text) {
  if (text.size() <= 12) {  // kept in the column itself: 4 bytes of size, 12 of text, zeros behind it
    char* at = static_cast<char*>(data_) + row * 16;
    const auto size = static_cast<std::uint32_t>(text.size());
    std::memset(at, 0, 16);
    std::memcpy(at, &size, 4);
    if (size > 0) std::memcpy(at + 4, text.data(), size);
    return;
  }
  if (api().unsafe_assign_string != nullptr) {
    api().unsafe_assign_string(handle(vector_), row, text.data(), text.size());
  } else {
    set_text(row, text);
  }
}

bool ColumnWriter::has_nulls() const {
  const std::uint64_t* validity = api().duckdb_vector_get_validity(handle(vector_));
  if (validity == nullptr) return false;
  for (std::size_t i = 0; i < kChunkRows / 64; ++i) {
    if (validity[i] != ~std::uint64_t{0}) return true;
  }
  return false;
}

void ColumnWriter::reserve_elements(std::size_t elements) {
  api().duckdb_list_vector_reserve(handle(vector_), elements);
}

void ColumnWriter::set_element_count(std::size_t elements) {
  api().duckdb_list_vector_set_size(handle(vector_), elements);
}

std::size_t ColumnWriter::element_count() const { return api().duckdb_list_vector_get_size(handle(vector_)); }

ColumnWriter ColumnWriter::elements() const { return ColumnWriter(api().duckdb_list_vector_get_child(handle(vector_))); }

ColumnWriter ColumnWriter::member(std::size_t index) const {
  return ColumnWriter(api().duckdb_struct_vector_get_child(handle(vector_), index));
}

Chunk::Chunk(void* chunk)
    : chunk_(chunk),
      rows_(api().duckdb_data_chunk_get_size(chunk_handle(chunk))),
      columns_(api().duckdb_data_chunk_get_column_count(chunk_handle(chunk))) {}

Column Chunk::column(std::size_t index) const {
  return Column(api().duckdb_data_chunk_get_vector(chunk_handle(chunk_), index));
}

ColumnWriter ChunkWriter::column(std::size_t index) {
  return ColumnWriter(api().duckdb_data_chunk_get_vector(chunk_handle(chunk_), index));
}

void ChunkWriter::set_rows(std::size_t rows) { api().duckdb_data_chunk_set_size(chunk_handle(chunk_), rows); }

}  // namespace crm::duck
