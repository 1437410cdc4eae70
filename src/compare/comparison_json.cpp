#include <nlohmann/json.hpp>

#include "compare/comparison.h"
#include "model/rule_names.h"

namespace crm {
namespace {

using nlohmann::ordered_json;

/// Bumped when a key changes its meaning or goes; new keys leave it.
constexpr int kCompareVersion = 1;

ordered_json file_json(const ComparedFile& file) {
  ordered_json json = {{"path", file.profile.path},
                       {"rows", file.account.rows},
                       {"rejected", file.account.rejected},
                       {"only_here", file.lone_rows},
                       {"examples", ordered_json::array()},
                       {"repeated_keys", file.repeated_keys},
                       {"rows_of_repeated_keys", file.rows_of_repeated_keys},
                       {"blank_keys", file.blank_keys}};
  for (const LoneRow& row : file.lone_examples) json["examples"].push_back({{"key", row.key}, {"line", row.line}});
  return json;
}

ordered_json names_json(const std::vector<std::string>& header, const std::vector<int>& columns) {
  ordered_json names = ordered_json::array();
  for (const int column : columns) names.push_back(header[static_cast<std::size_t>(column)]);
  return names;
}

ordered_json columns_json(const Comparison& comparison) {
  const auto& header_a = comparison.a.profile.columns;
  const auto& header_b = comparison.b.profile.columns;
  ordered_json renamed = ordered_json::array(), moved = ordered_json::array();
  for (const ColumnPair& pair : comparison.columns.pairs) {
    const std::string& a = header_a[static_cast<std::size_t>(pair.a)];
    if (pair.renamed) renamed.push_back({{"a", a}, {"b", header_b[static_cast<std::size_t>(pair.b)]}});
    if (pair.moved) moved.push_back({{"column", a}, {"position_a", pair.a + 1}, {"position_b", pair.b + 1}});
  }
  return {{"only_a", names_json(header_a, comparison.columns.only_a)},
          {"only_b", names_json(header_b, comparison.columns.only_b)},
          {"renamed", std::move(renamed)},
          {"moved", std::move(moved)},
          {"not_compared", comparison.columns.ignored}};
}

ordered_json key_json(const Comparison& comparison) {
  ordered_json key = ordered_json::array();
  for (const KeyColumn& column : comparison.columns.key) {
    key.push_back({{"a", comparison.a.profile.columns[static_cast<std::size_t>(column.a)]},
                   {"b", comparison.b.profile.columns[static_cast<std::size_t>(column.b)]},
                   {"kind", column.kind ? ordered_json(kind_name(*column.kind)) : ordered_json("bytes")}});
  }
  return key;
}

ordered_json cells_json(const Comparison& comparison) {
  ordered_json list = ordered_json::array();
  for (std::size_t i = 0; i < comparison.by_column.size(); ++i) {
    const ColumnDifferences& differences = comparison.by_column[i];
    if (differences.cells == 0) continue;
    ordered_json examples = ordered_json::array();
    for (const CellExample& example : differences.examples) {
      examples.push_back({{"key", example.key}, {"line_a", example.line_a}, {"line_b", example.line_b}, {"a", example.a}, {"b", example.b}});
    }
    list.push_back({{"column", comparison.a.profile.columns[static_cast<std::size_t>(comparison.columns.pairs[i].a)]},
                    {"cells", differences.cells},
                    {"filled_only_in_a", differences.only_in_a},
                    {"filled_only_in_b", differences.only_in_b},
                    {"examples", std::move(examples)}});
  }
  return list;
}

}  // namespace

std::string comparison_json(const Comparison& comparison, bool equal) {
  const ordered_json json = {{"version", kCompareVersion},
                             {"equal", equal},
                             {"key", key_json(comparison)},
                             {"a", file_json(comparison.a)},
                             {"b", file_json(comparison.b)},
                             {"columns", columns_json(comparison)},
                             {"rows", {{"paired", comparison.paired_rows},
                                       {"equal", comparison.equal_rows},
                                       {"changed", comparison.changed_rows()},
                                       {"steps_back", comparison.steps_back}}},
                             {"differing_cells", comparison.differing_cells},
                             {"differing_columns", cells_json(comparison)}};
  // A path may hold bytes that are not UTF-8.
  constexpr int kIndent = 2;
  return json.dump(kIndent, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace crm
