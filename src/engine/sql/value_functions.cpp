#include "engine/sql/value_functions.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "duckdb/database.h"
#include "duckdb/function.h"
#include "engine/sql/function_arguments.h"
#include "engine/sql/shape.h"
#include "model/plan.h"

namespace crm {
namespace {

using duck::Chunk;
using duck::ColumnWriter;
using duck::ScalarFunction;
using duck::Type;
using Pool = std::shared_ptr<KeyMakerPool>;

constexpr std::size_t kGroupArguments = 4;

struct Value {
  std::string_view text;
  std::int64_t source = 0, line = 0, rows = 1;
};

Type values_type() {
  return Type::list(Type::structure(
      {{"text", Type::varchar()}, {"row", Type::bigint()}, {"line", Type::bigint()}, {"rows", Type::bigint()}}));
}

/// The distinct texts of one column in one group.
class DistinctTexts : public duck::AggregateState {
 public:
  void add(std::span<const duck::Column> arguments, std::size_t row) override {
    if (arguments[0].is_null(row)) return;
    add({std::string(arguments[0].text(row)), arguments[1].bigint(row), arguments[2].bigint(row), 1});
  }

  void add_all(duck::AggregateState& other) override {
    for (Text& text : static_cast<DistinctTexts&>(other).texts_) add(std::move(text));
  }

  void finish(ColumnWriter& result, std::size_t row) override {
    if (texts_.empty()) {
      result.set_null(row);
      return;
    }
    std::sort(texts_.begin(), texts_.end(), [](const Text& a, const Text& b) { return a.row < b.row; });
    const std::size_t at = result.element_count();
    result.reserve_elements(at + texts_.size());
    ColumnWriter elements = result.elements();
    ColumnWriter text = elements.member(0), first = elements.member(1), line = elements.member(2), rows = elements.member(3);
    for (std::size_t i = 0; i < texts_.size(); ++i) {
      text.set_valid_text(at + i, texts_[i].text);
      first.set(at + i, texts_[i].row);
      line.set(at + i, texts_[i].line);
      rows.set(at + i, texts_[i].rows);
    }
    result.set_list(row, {at, texts_.size()});
    result.set_element_count(at + texts_.size());
  }

 private:
  struct Text {
    std::string text;
    std::int64_t row, line, rows;
  };
  static constexpr std::size_t kFewTexts = 8;

  void add(Text text) {
    if (Text* known = find(text.text)) {
      known->rows += text.rows;
      if (text.row < known->row) {
        known->row = text.row;
        known->line = text.line;
      }
      return;
    }
    texts_.push_back(std::move(text));
    if (texts_.size() == kFewTexts) {
      for (std::size_t i = 0; i < kFewTexts; ++i) place_.emplace(texts_[i].text, i);
    } else if (texts_.size() > kFewTexts) {
      place_.emplace(texts_.back().text, texts_.size() - 1);
    }
  }

  Text* find(const std::string& text) {
    if (texts_.size() >= kFewTexts) {
      const auto at = place_.find(text);
      return at == place_.end() ? nullptr : &texts_[at->second];
    }
    for (Text& known : texts_) {
      if (known.text == text) return &known;
    }
    return nullptr;
  }

  std::vector<Text> texts_;
  std::unordered_map<std::string, std::size_t> place_;  // where there are more than a few
};

/// The distinct values (by text, per file) of one row of the output, in order.
void collect(const Arguments& in, std::size_t row, std::vector<Value>& values) {
  values.clear();
  for (std::size_t group = 1; group + kGroupArguments <= in.size(); group += kGroupArguments) {
    const auto text = in.text(group, row);
    if (!text) continue;
    const std::int64_t source = in.bigint(group + 1, row).value_or(0);
    const duck::Column& list_column = in.column(group + 3);
    if (list_column.is_null(row)) {
      values.push_back({*text, source, in.bigint(group + 2, row).value_or(0), 1});
      continue;
    }
    const std::int64_t file = source >> kSourceRowBits << kSourceRowBits;
    const duck::ListEntry list = list_column.list(row);
    const duck::Column elements = list_column.elements();
    const duck::Column texts = elements.member(0), rows = elements.member(1), lines = elements.member(2),
                       counts = elements.member(3);
    for (std::size_t i = list.offset; i < list.offset + list.size; ++i) {
      values.push_back({texts.text(i), file + rows.bigint(i), lines.bigint(i), counts.bigint(i)});
    }
  }
}

/// One value per comparison key, the first spelling of each, in order; `rows` are added up.
std::vector<Value> distinct(KeyMaker& maker, Kind kind, const std::vector<Value>& values) {
  if (values.size() == 1) return values;
  std::vector<Value> kept;
  std::unordered_map<std::string, std::size_t> place;
  for (const Value& value : values) {
    const auto [at, is_new] = place.emplace(maker.comparison_key(kind, value.text), kept.size());
    if (is_new) kept.push_back(value);
    else kept[at->second].rows += value.rows;
  }
  return kept;
}

const Value& most_frequent(const std::vector<Value>& values) {
  const Value* best = &values.front();
  for (const Value& value : values) {
    if (value.rows > best->rows) best = &value;
  }
  return *best;
}

ScalarFunction conflict_function(Pool makers) {
  return {"crm_conflict", {Type::varchar()}, Type::varchar(), Type::utinyint(),
          [makers](const Chunk& arguments, ColumnWriter& result) {
            const Arguments in(arguments);
            KeyMakerPool::Lease maker(*makers);
            for (std::size_t row = 0; row < in.rows(); ++row) {
              const Kind kind = in.kind(0, row);
              std::optional<std::string_view> first;
              std::uint8_t found = 0;
              for (std::size_t c = 1; c < in.size() && found < 2; ++c) {
                const auto text = in.text(c, row);
                if (!text) continue;
                if (!first) first = text;
                else if (*first != *text) found = maker->same_value(kind, *first, *text) ? 1 : 2;
              }
              result.set(row, found);
            }
          }};
}

ScalarFunction spread_function(Pool makers) {
  return {"crm_spread", {Type::varchar(), values_type()}, {}, Type::utinyint(),
          [makers](const Chunk& arguments, ColumnWriter& result) {
            const Arguments in(arguments);
            KeyMakerPool::Lease maker(*makers);
            const duck::Column texts = in.column(1).elements().member(0);
            for (std::size_t row = 0; row < in.rows(); ++row) {
              std::uint8_t found = 0;
              if (!in.column(1).is_null(row)) {
                const duck::ListEntry list = in.column(1).list(row);
                for (std::size_t i = 1; i < list.size && found < 2; ++i) {
                  found = maker->same_value(in.kind(0, row), texts.text(list.offset), texts.text(list.offset + i)) ? 1 : 2;
                }
              }
              result.set(row, found);
            }
          }};
}

/// What the functions need to know of the merged columns.
struct ColumnKinds {
  struct Column {
    std::string name;
    Kind kind;
    std::optional<ConflictPolicy> policy;  // none: a new column
    bool concat;
  };
  std::vector<Column> columns;
  std::string separator;
  const Column& at(const Arguments& in, std::size_t row) const {
    return columns.at(static_cast<std::size_t>(in.bigint(0, row).value_or(-1)));
  }
};

ScalarFunction most_frequent_function(Pool makers, std::shared_ptr<const ColumnKinds> kinds) {
  const Type type = Type::structure(
      {{"text", Type::varchar()}, {"source", Type::bigint()}, {"line", Type::bigint()}});
  return {"crm_most_frequent", {Type::bigint()}, Type::any(), type,
          [makers, kinds](const Chunk& arguments, ColumnWriter& result) {
            const Arguments in(arguments);
            KeyMakerPool::Lease maker(*makers);
            ColumnWriter text = result.member(0), source = result.member(1), line = result.member(2);
            std::vector<Value> values;
            for (std::size_t row = 0; row < in.rows(); ++row) {
              collect(in, row, values);
              if (values.empty()) {
                result.set_null(row);
                for (ColumnWriter* member : {&text, &source, &line}) member->set_null(row);
                continue;
              }
              const std::vector<Value> kept = distinct(*maker, kinds->at(in, row).kind, values);
              const Value& best = most_frequent(kept);
              text.set_valid_text(row, best.text);
              source.set(row, best.source);
              line.set(row, best.line);
            }
          }};
}

/// What the output holds of a cell: the original's text or the chosen one; nothing where the cell stays blank.
std::optional<std::string_view> standing_text(KeyMaker& maker, const ColumnKinds::Column& column,
                                              std::optional<std::string_view> original, std::string_view chosen) {
  if (!column.policy) return chosen;
  switch (*column.policy) {
    case ConflictPolicy::keep_original: return original ? original : chosen;
    case ConflictPolicy::use_enriched: return original && maker.same_value(column.kind, *original, chosen) ? original : chosen;
    case ConflictPolicy::create_alternate: return chosen;
    case ConflictPolicy::original_only: break;
  }
  return original;
}

ScalarFunction standing_function(Pool makers, std::shared_ptr<const ColumnKinds> kinds) {
  constexpr std::size_t kFirstValue = 3;
  return {"crm_standing", {Type::bigint(), Type::varchar(), Type::varchar()}, Type::varchar(), Type::varchar(),
          [makers, kinds](const Chunk& arguments, ColumnWriter& result) {
            const Arguments in(arguments);
            KeyMakerPool::Lease maker(*makers);
            std::string letters;
            for (std::size_t row = 0; row < in.rows(); ++row) {
              const auto original = in.text(1, row), chosen = in.text(2, row);
              if (!chosen) {
                result.set_null(row);
                continue;
              }
              const ColumnKinds::Column& column = kinds->at(in, row);
              const auto standing = standing_text(*maker, column, original, *chosen);
              // A joined text has all values in it.
              const bool has_all = column.concat && standing && standing->data() == chosen->data();
              letters.clear();
              for (std::size_t c = kFirstValue; c < in.size(); ++c) {
                const auto text = in.text(c, row);
                if (!text) letters += '-';
                else if (!standing) letters += 'x';
                else letters += has_all || *standing == *text || maker->same_value(column.kind, *standing, *text) ? '=' : 'x';
              }
              result.set_valid_text(row, letters);
            }
          }};
}

std::string joined(const std::vector<Value>& values, const std::string& separator, const std::string& column) {
  std::size_t bytes = 0;
  for (const Value& value : values) bytes += value.text.size() + separator.size();
  if (bytes > kMaxConsolidatedCellBytes + separator.size()) {
    throw_cell_too_large(column);
  }
  std::string text;
  text.reserve(bytes);
  for (const Value& value : values) {
    if (&value != values.data()) text += separator;
    text += value.text;
  }
  return text;
}

ScalarFunction concat_function(Pool makers, std::shared_ptr<const ColumnKinds> kinds) {
  const Type source =
      Type::structure({{"source", Type::bigint()}, {"line", Type::bigint()}});
  return {"crm_concat", {Type::bigint()}, Type::any(),
          Type::structure({{"text", Type::varchar()}, {"sources", Type::list(source)}}),
          [makers, kinds](const Chunk& arguments, ColumnWriter& result) {
            const Arguments in(arguments);
            KeyMakerPool::Lease maker(*makers);
            ColumnWriter text = result.member(0), lists = result.member(1);
            std::vector<Value> values;
            std::size_t total = 0;
            for (std::size_t row = 0; row < in.rows(); ++row) {
              collect(in, row, values);
              if (values.empty()) {
                result.set_null(row);
                text.set_null(row);
                lists.set_null(row);
                lists.set_list(row, {total, 0});
                continue;
              }
              const ColumnKinds::Column& column = kinds->at(in, row);
              const std::vector<Value> kept = distinct(*maker, column.kind, values);
              if (kept.size() == 1) text.set_valid_text(row, kept.front().text);
              else text.set_valid_text(row, joined(kept, kinds->separator, column.name));
              lists.reserve_elements(total + kept.size());
              ColumnWriter elements = lists.elements();
              ColumnWriter from = elements.member(0), line = elements.member(1);
              for (std::size_t i = 0; i < kept.size(); ++i) {
                from.set(total + i, kept[i].source);
                line.set(total + i, kept[i].line);
              }
              lists.set_list(row, {total, kept.size()});
              total += kept.size();
            }
            lists.set_element_count(total);
          }};
}

}  // namespace

void throw_cell_too_large(const std::string& column) {
  throw Error(ErrorCode::limit_exceeded,
              fmt::format("column \"{}\": a cell would be larger than {} MiB once consolidated; choose another strategy for "
                          "it (--strategy-for) or leave the column out (--drop)",
                          column, kMaxConsolidatedCellBytes >> 20));
}

void add_value_functions(duck::Connection& connection, std::shared_ptr<KeyMakerPool> makers, const MergePlan& plan) {
  auto kinds = std::make_shared<ColumnKinds>();
  kinds->separator = plan.separator;
  for (const PlanColumn& column : plan.columns) {
    std::optional<ConflictPolicy> policy;
    if (column.original_column) policy = effective_policy(column);
    kinds->columns.push_back({column.name, column.kind, policy, column.strategy == Strategy::concat});
  }
  connection.add(duck::AggregateFunction{"crm_values",
                                         {Type::varchar(), Type::bigint(), Type::bigint()},
                                         values_type(),
                                         [] { return std::make_unique<DistinctTexts>(); }});
  connection.add(spread_function(makers));
  connection.add(conflict_function(makers));
  connection.add(most_frequent_function(makers, kinds));
  connection.add(standing_function(makers, kinds));
  connection.add(concat_function(makers, kinds));
}

}  // namespace crm
