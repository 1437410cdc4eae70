#include "report/plan_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "model/rule_names.h"

namespace crm {
namespace {

using nlohmann::ordered_json;

/// A column of a file; its name alone would not do where headers repeat.
ordered_json column_json(const std::vector<std::string>& header, int column) {
  const std::size_t place = static_cast<std::size_t>(column);
  return {{"position", column + 1}, {"name", place < header.size() ? header[place] : std::string()}};
}

ordered_json columns_json(const std::vector<std::string>& header, const std::vector<int>& columns) {
  ordered_json list = ordered_json::array();
  for (const int column : columns) list.push_back(column_json(header, column));
  return list;
}

ordered_json names_json(const MergePlan& plan, const std::vector<int>& columns) {
  ordered_json list = ordered_json::array();
  for (const int column : columns) list.push_back(plan.columns[static_cast<std::size_t>(column)].name);
  return list;
}

std::string_view role_name(OutputColumn::Role role) {
  switch (role) {
    case OutputColumn::Role::original: return "original";
    case OutputColumn::Role::alternate: return "alternate";
    case OutputColumn::Role::fresh: return "new";
    case OutputColumn::Role::matched_on: return "matched_on";
    case OutputColumn::Role::match_score: return "match_score";
    case OutputColumn::Role::enriched_from: return "enriched_from";
    case OutputColumn::Role::match_quality: return "match_quality";
  }
  return "";
}

ordered_json identifiers_json(const MergePlan& plan, const std::vector<InputProfile>& enriched) {
  ordered_json list = ordered_json::array();
  for (std::size_t i = 0; i < plan.identifiers.size(); ++i) {
    const PlanIdentifier& identifier = plan.identifiers[i];
    ordered_json theirs = ordered_json::object();
    for (std::size_t f = 0; f < plan.inputs.size(); ++f) {
      theirs[plan.inputs[f].name] = columns_json(enriched[f].columns, plan.inputs[f].identifier_columns[i]);
    }
    ordered_json json = {{"label", identifier.label},
                         {"kind", kind_name(identifier.kind)},
                         {"max_shared", identifier.max_shared},
                         {"original_columns", columns_json(plan.original_header, identifier.original_columns)},
                         {"enriched_columns", std::move(theirs)}};
    if (identifier.company_fills_only) json["company_fills_only"] = names_json(plan, identifier.fills);
    list.push_back(std::move(json));
  }
  return list;
}

/// The names of the enriched files, highest rank for this column first.
ordered_json order_json(const MergePlan& plan, const PlanColumn& column) {
  std::vector<std::pair<int, std::size_t>> order;
  for (std::size_t f = 0; f < column.rank.size(); ++f) order.emplace_back(column.rank[f], f);
  std::sort(order.begin(), order.end());
  ordered_json names = ordered_json::array();
  for (const auto& [rank, file] : order) names.push_back(plan.inputs[file].name);
  return names;
}

ordered_json merged_columns_json(const MergePlan& plan, const std::vector<InputProfile>& enriched) {
  ordered_json list = ordered_json::array();
  for (const PlanColumn& column : plan.columns) {
    ordered_json sources = ordered_json::object();
    for (std::size_t f = 0; f < column.sources.size(); ++f) {
      if (column.sources[f] >= 0) sources[plan.inputs[f].name] = column_json(enriched[f].columns, column.sources[f]);
    }
    ordered_json json = {{"name", column.name}};
    json["original_column"] =
        column.original_column ? column_json(plan.original_header, *column.original_column) : ordered_json();
    json["compared_as"] = kind_name(column.kind);
    json["identifier"] = column.is_identifier;
    json["strategy"] = strategy_name(column.strategy);
    json["on_conflict"] = policy_name(column.policy);
    json["order"] = order_json(plan, column);
    json["sources"] = std::move(sources);
    list.push_back(std::move(json));
  }
  return list;
}

ordered_json recency_json(const MergePlan& plan, const std::vector<InputProfile>& enriched) {
  ordered_json columns = ordered_json::object();
  for (std::size_t f = 0; f < plan.inputs.size(); ++f) {
    if (plan.inputs[f].recency_column) {
      columns[plan.inputs[f].name] = column_json(enriched[f].columns, *plan.inputs[f].recency_column);
    }
  }
  return {{"columns", std::move(columns)},
          {"format", plan.recency_format ? ordered_json(*plan.recency_format) : ordered_json("ISO 8601")}};
}

}  // namespace

ordered_json plan_json(const MergePlan& plan, const std::vector<InputProfile>& enriched) {
  ordered_json json;
  json["match"] = match_mode_name(plan.match);
  json["identifiers"] = identifiers_json(plan, enriched);
  json["region"] = plan.region;
  json["email_aliases"] = plan.email_aliases;
  json["blank"] = plan.blank_tokens;
  json["separator"] = plan.separator;
  json["recency"] = recency_json(plan, enriched);
  json["record_id_column"] =
      plan.record_id_column ? column_json(plan.original_header, *plan.record_id_column) : ordered_json();
  json["columns"] = merged_columns_json(plan, enriched);
  ordered_json output = ordered_json::array();
  for (const OutputColumn& column : plan.output) output.push_back({{"name", column.name}, {"role", role_name(column.role)}});
  json["output_columns"] = std::move(output);
  json["unmatched_enriched_columns"] = names_json(plan, plan.unmatched_columns);
  return json;
}

}  // namespace crm
