#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "storage/object_store.h"

namespace crm {

inline constexpr std::size_t kMaxTablePageRows = 500;
/// A page ends early when so much was looked through for rows that are wanted: a search never takes long.
inline constexpr std::uint64_t kTablePageScanBytes = 64u << 20;
/// Longer records end a page with limit_exceeded: they are nothing to look at in a table.
inline constexpr std::size_t kMaxTablePageRecordBytes = 16u << 20;

using TableRow = std::vector<std::string>;

struct TablePageQuery {
  std::uint64_t offset = 0;  ///< `TablePage::next` of the page before; 0: from the first row
  std::size_t limit = 50;    ///< rows, at most kMaxTablePageRows
  /// Whether a row is wanted, told its header. Empty: all are.
  std::function<bool(const TableRow& header, const TableRow& row)> wanted;
};

struct TablePage {
  TableRow columns;
  std::vector<TableRow> rows;
  std::optional<std::uint64_t> next;  ///< nothing: the last page. A page may have few rows or none, and a next one
};

/// A page of the CSV object `key`, which our own writer wrote, with its header.
/// Errors: not_found; invalid_input for an offset beyond the end; limit_exceeded.
TablePage read_table_page(ObjectStore& store, const std::string& key, char delimiter, const TablePageQuery& query);

}  // namespace crm
