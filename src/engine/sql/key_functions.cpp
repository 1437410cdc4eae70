#include "engine/sql/key_functions.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "duckdb/database.h"
#include "duckdb/function.h"
#include "engine/sql/function_arguments.h"

namespace crm {
namespace {

using duck::Chunk;
using duck::ColumnWriter;
using duck::ScalarFunction;
using duck::Type;
using Pool = std::shared_ptr<KeyMakerPool>;

/// Appends lists of texts to a VARCHAR[] column, row by row.
class TextListWriter {
 public:
  explicit TextListWriter(ColumnWriter& column) : column_(column) {}
  void set(std::size_t row, const std::vector<std::string>& texts) {
    if (!texts.empty()) {
      column_.reserve_elements(total_ + texts.size());
      ColumnWriter elements = column_.elements();
      for (std::size_t i = 0; i < texts.size(); ++i) elements.set_text(total_ + i, texts[i]);
    }
    column_.set_list(row, {total_, texts.size()});
    total_ += texts.size();
    column_.set_element_count(total_);
  }

 private:
  ColumnWriter& column_;
  std::size_t total_ = 0;
};

/// ":key"; "!6b6579" where the key is not UTF-8 (a percent-decoded URL need not be), which DuckDB would make NULL.
std::string in_utf8(const std::string& key) {
  if (is_utf8(key)) return ":" + key;
  std::string hex = "!";
  for (const char byte : key) fmt::format_to(std::back_inserter(hex), "{:02x}", static_cast<unsigned char>(byte));
  return hex;
}

/// "N:key" of each key.
void scope(Kind kind, std::int64_t identifier, std::vector<std::string>& keys) {
  for (std::string& key : keys) {
    const std::int64_t lane = 2 * identifier + (is_company_key(kind, key) ? 1 : 0);
    const fmt::format_int number(lane);
    key = in_utf8(key).insert(0, number.data(), number.size());
  }
}

/// The digits that a scoped key begins with.
std::int64_t lane_of(std::string_view scoped) {
  std::int64_t lane = 0;
  for (const char digit : scoped) {
    if (digit < '0' || digit > '9') break;
    lane = lane * 10 + (digit - '0');
  }
  return lane;
}

ScalarFunction keys_function(Pool makers) {
  return {"crm_keys", {Type::varchar(), Type::bigint()}, Type::varchar(), Type::list(Type::varchar()),
          [makers](const Chunk& arguments, ColumnWriter& result) {
            const Arguments in(arguments);
            KeyMakerPool::Lease maker(*makers);
            TextListWriter lists(result);
            std::vector<std::string> keys;
            for (std::size_t row = 0; row < in.rows(); ++row) {
              keys.clear();
              const Kind kind = in.kind(0, row);
              for (std::size_t c = 2; c < in.size(); ++c) {
                if (const auto cell = in.text(c, row)) maker->append_keys(kind, *cell, keys);
              }
              scope(kind, in.bigint(1, row).value_or(0), keys);
              lists.set(row, keys);
            }
          }};
}

ScalarFunction all_keys_function() {
  return {"crm_all_keys", {}, Type::list(Type::varchar()), Type::list(Type::varchar()),
          [](const Chunk& arguments, ColumnWriter& result) {
            const Arguments in(arguments);
            TextListWriter lists(result);
            std::vector<std::string> parts;
            for (std::size_t row = 0; row < in.rows(); ++row) {
              parts.clear();
              for (std::size_t c = 0; c < in.size(); ++c) {
                const duck::ListEntry keys = in.column(c).list(row);
                if (in.column(c).is_null(row) || keys.size == 0) break;
                parts.emplace_back(in.column(c).elements().text(keys.offset));
              }
              // The composite is the first identifier's key as far as reports go, and no company's.
              if (parts.size() == in.size()) lists.set(row, {"0" + in_utf8(composite_key(parts))});
              else lists.set(row, {});
            }
          }};
}

ScalarFunction entries_function() {
  return {"crm_entries", {Type::bigint(), Type::list(Type::varchar())}, {}, Type::list(Type::bigint()),
          [](const Chunk& arguments, ColumnWriter& result) {
            const Arguments in(arguments);
            const duck::Column keys = in.column(1).elements();
            std::size_t total = 0;
            for (std::size_t row = 0; row < in.rows(); ++row) {
              const duck::ListEntry list = in.column(1).list(row);
              if (list.size > kMaxKeysPerRow) {
                throw Error(ErrorCode::limit_exceeded,
                            fmt::format("Row {} has more than {} keys", in.bigint(0, row).value_or(0), kMaxKeysPerRow));
              }
              result.reserve_elements(total + list.size);
              ColumnWriter entries = result.elements();
              for (std::size_t i = 0; i < list.size; ++i) {
                entries.set<std::int64_t>(total + i, (in.bigint(0, row).value_or(0) << kEntryRowBits) +
                                                         (static_cast<std::int64_t>(i + 1) << kEntryPlaceBits) +
                                                         lane_of(keys.text(list.offset + i)));
              }
              result.set_list(row, {total, list.size});
              total += list.size;
            }
            result.set_element_count(total);
          }};
}

std::vector<ScalarFunction> cell_functions(Pool makers, std::optional<std::string> recency_format) {
  std::vector<ScalarFunction> functions;
  functions.push_back({"crm_value", {Type::varchar()}, {}, Type::varchar(),
                       [makers](const Chunk& arguments, ColumnWriter& result) {
                         const Arguments in(arguments);
                         for (std::size_t row = 0; row < in.rows(); ++row) {
                           const auto cell = in.text(0, row);
                           if (cell && !makers->blank().is_blank(*cell)) result.set_valid_text(row, *cell);
                           else result.set_null(row);
                         }
                       }});
  functions.push_back({"crm_blank", {Type::varchar()}, {}, Type::boolean(),
                       [makers](const Chunk& arguments, ColumnWriter& result) {
                         const Arguments in(arguments);
                         for (std::size_t row = 0; row < in.rows(); ++row) {
                           const auto cell = in.text(0, row);
                           result.set(row, !cell || makers->blank().is_blank(*cell));
                         }
                       }});
  functions.push_back({"crm_length", {Type::varchar()}, {}, Type::bigint(),
                       [](const Chunk& arguments, ColumnWriter& result) {
                         const Arguments in(arguments);
                         for (std::size_t row = 0; row < in.rows(); ++row) {
                           const auto text = in.text(0, row);
                           if (text) result.set(row, static_cast<std::int64_t>(code_points(*text)));
                           else result.set_null(row);
                         }
                       }});
  functions.push_back({"crm_recency", {Type::varchar()}, {}, Type::bigint(),
                       [format = std::move(recency_format)](const Chunk& arguments, ColumnWriter& result) {
                         const Arguments in(arguments);
                         for (std::size_t row = 0; row < in.rows(); ++row) {
                           const auto cell = in.text(0, row);
                           const auto time = cell ? parse_recency(*cell, format) : std::nullopt;
                           if (time) result.set(row, static_cast<std::int64_t>(*time));
                           else result.set_null(row);
                         }
                       }});
  return functions;
}

std::vector<ScalarFunction> comparison_functions(Pool makers) {
  std::vector<ScalarFunction> functions;
  functions.push_back({"crm_comparison_key", {Type::varchar(), Type::varchar()}, {}, Type::varchar(),
                       [makers](const Chunk& arguments, ColumnWriter& result) {
                         const Arguments in(arguments);
                         KeyMakerPool::Lease maker(*makers);
                         for (std::size_t row = 0; row < in.rows(); ++row) {
                           const auto text = in.text(1, row);
                           if (text) result.set_text(row, in_utf8(maker->comparison_key(in.kind(0, row), *text)));
                           else result.set_null(row);
                         }
                       }});
  functions.push_back({"crm_same", {Type::varchar(), Type::varchar(), Type::varchar()}, {}, Type::boolean(),
                       [makers](const Chunk& arguments, ColumnWriter& result) {
                         const Arguments in(arguments);
                         KeyMakerPool::Lease maker(*makers);
                         for (std::size_t row = 0; row < in.rows(); ++row) {
                           const auto a = in.text(1, row), b = in.text(2, row);
                           if (a && b) result.set(row, maker->same_value(in.kind(0, row), *a, *b));
                           else result.set_null(row);
                         }
                       }});
  return functions;
}

}  // namespace

std::string unscoped_key(std::string_view scoped) {
  const std::size_t mark = scoped.find_first_of(":!");
  const std::string_view rest = scoped.substr(mark + 1);
  if (scoped[mark] == ':') return std::string(rest);
  std::string key;
  for (std::size_t i = 0; i + 1 < rest.size(); i += 2) {
    key += static_cast<char>(std::stoi(std::string(rest.substr(i, 2)), nullptr, 16));
  }
  return key;
}

void add_key_functions(duck::Connection& connection, std::shared_ptr<KeyMakerPool> makers,
                       std::optional<std::string> recency_format) {
  connection.add(keys_function(makers));
  connection.add(all_keys_function());
  connection.add(entries_function());
  for (ScalarFunction& function : cell_functions(makers, std::move(recency_format))) connection.add(std::move(function));
  for (ScalarFunction& function : comparison_functions(makers)) connection.add(std::move(function));
}

}  // namespace crm
