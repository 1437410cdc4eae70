#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

// Columns of a chunk (at most kChunkRows rows), read and written in place. Views: they own nothing, and hold as long as
// the chunk they came from.
namespace crm::duck {

/// Most rows that one chunk holds.
inline constexpr std::size_t kChunkRows = 2048;

/// Where one row's elements stand in the list's child.
struct ListEntry {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

struct ColumnCopy;

/// A column to read.
class Column {
 public:
  Column() = default;
  /// `vector` is a duckdb_vector.
  explicit Column(void* vector);
  explicit Column(const ColumnCopy& copy);

  bool is_null(std::size_t row) const { return validity_ != nullptr && ((validity_[row >> 6] >> (row & 63)) & 1) == 0; }
  /// The text of a VARCHAR that is not NULL. A view into the chunk.
  std::string_view text(std::size_t row) const {
    const char* at = static_cast<const char*>(data_) + row * 16;
    std::uint32_t size;
    std::memcpy(&size, at, 4);
    if (size <= 12) return {at + 4, size};
    const char* longer;
    std::memcpy(&longer, at + 8, sizeof longer);
    return {longer, size};
  }
  template <class T>
  T value(std::size_t row) const {
    return static_cast<const T*>(data_)[row];
  }
  std::int64_t bigint(std::size_t row) const { return value<std::int64_t>(row); }
  std::uint8_t utinyint(std::size_t row) const { return value<std::uint8_t>(row); }
  ListEntry list(std::size_t row) const { return value<ListEntry>(row); }
  Column elements() const;                       ///< child of a LIST
  Column member(std::size_t index) const;        ///< child of a STRUCT

 private:
  friend struct ColumnCopy;
  void* vector_ = nullptr;
  const ColumnCopy* copy_ = nullptr;  // instead of a vector
  const void* data_ = nullptr;
  const std::uint64_t* validity_ = nullptr;
};

/// A column to write.
class ColumnWriter {
 public:
  explicit ColumnWriter(void* vector);

  void set_null(std::size_t row);
  /// Copies `text`, which must be UTF-8: DuckDB makes anything else NULL without a word (see `has_nulls`).
  void set_text(std::size_t row, std::string_view text);
  /// Copies `text`, which is known to be UTF-8.
  void set_valid_text(std::size_t row, std::string_view text);
  template <class T>
  void set(std::size_t row, T value) {
    static_cast<T*>(data_)[row] = value;
  }
  /// True if any row was made NULL.
  bool has_nulls() const;

  void set_list(std::size_t row, ListEntry entry) { set(row, entry); }
  /// Room for `elements` in a LIST's child; views of the child made before are no longer good.
  void reserve_elements(std::size_t elements);
  void set_element_count(std::size_t elements);
  std::size_t element_count() const;
  ColumnWriter elements() const;
  ColumnWriter member(std::size_t index) const;

 private:
  void* vector_ = nullptr;
  void* data_ = nullptr;
};

/// Some rows of some columns, to read.
class Chunk {
 public:
  Chunk() = default;
  /// `chunk` is a duckdb_data_chunk.
  explicit Chunk(void* chunk);
  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }
  Column column(std::size_t index) const;

 private:
  void* chunk_ = nullptr;
  std::size_t rows_ = 0, columns_ = 0;
};

/// A chunk that a table function fills.
class ChunkWriter {
 public:
  explicit ChunkWriter(void* chunk) : chunk_(chunk) {}
  ColumnWriter column(std::size_t index);
  void set_rows(std::size_t rows);

 private:
  void* chunk_;
};

}  // namespace crm::duck
