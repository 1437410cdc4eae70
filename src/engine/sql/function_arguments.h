#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "duckdb/vector.h"
#include "engine/sql/key_functions.h"
#include "model/spec.h"

namespace crm {

/// The arguments of a function of ours, column by column, NULLs as nothing.
class Arguments {
 public:
  explicit Arguments(const duck::Chunk& chunk) : rows_(chunk.rows()) {
    columns_.reserve(chunk.columns());
    for (std::size_t i = 0; i < chunk.columns(); ++i) columns_.push_back(chunk.column(i));
  }

  std::size_t rows() const { return rows_; }
  std::size_t size() const { return columns_.size(); }
  const duck::Column& column(std::size_t index) const { return columns_[index]; }
  std::optional<std::string_view> text(std::size_t index, std::size_t row) const {
    if (columns_[index].is_null(row)) return std::nullopt;
    return columns_[index].text(row);
  }
  std::optional<std::int64_t> bigint(std::size_t index, std::size_t row) const {
    if (columns_[index].is_null(row)) return std::nullopt;
    return columns_[index].bigint(row);
  }
  /// A kind by its name ('email'); anything else is `exact`.
  Kind kind(std::size_t index, std::size_t row) const {
    const std::string_view name = columns_[index].text(row);
    for (const Kind kind : {Kind::id, Kind::email, Kind::phone, Kind::linkedin, Kind::domain}) {
      if (name == kind_name(kind)) return kind;
    }
    return Kind::exact;
  }

 private:
  std::size_t rows_;
  std::vector<duck::Column> columns_;
};

}  // namespace crm
