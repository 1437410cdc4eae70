#include "jobs/write_job_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "model/rule_names.h"
#include "plan/column_names.h"

namespace crm {
namespace {

using nlohmann::ordered_json;

/// As names of columns are compared: without regard to case, spaces, _, - and dots.
std::string loose(std::string_view name) {
  std::string key = lower(name);
  std::erase_if(key, [](char c) { return std::string_view(" _-.").find(c) != std::string_view::npos; });
  return key;
}

/// The rules of `strong`, then those of `weaker` for other columns.
template <typename Value>
std::vector<std::pair<std::string, Value>> in_force(std::vector<std::pair<std::string, Value>> strong,
                                                    const std::vector<std::pair<std::string, Value>>& weaker) {
  const std::size_t typed = strong.size();
  for (const auto& rule : weaker) {
    const bool is_typed = std::any_of(strong.begin(), strong.begin() + static_cast<std::ptrdiff_t>(typed),
                                      [&](const auto& other) { return loose(other.first) == loose(rule.first); });
    if (!is_typed) strong.push_back(rule);
  }
  return strong;
}

std::vector<MapRule> maps_in_force(const MergeSpec& spec) {
  std::vector<MapRule> maps = spec.maps;
  for (const MapRule& rule : spec.weaker.maps) {
    const bool is_typed = std::any_of(spec.maps.begin(), spec.maps.end(), [&](const MapRule& other) {
      const bool one_file = !other.input || !rule.input || loose(*other.input) == loose(*rule.input);
      return one_file && (loose(other.theirs) == loose(rule.theirs) || (!rule.left_out && loose(other.ours) == loose(rule.ours)));
    });
    if (!is_typed) maps.push_back(rule);
  }
  return maps;
}

ordered_json identifier_json(const OnItem& item) {
  if (item.columns.empty() && item.enriched_columns.empty()) return std::string(kind_name(item.kind));
  ordered_json json = {{"kind", kind_name(item.kind)}};
  if (!item.columns.empty()) json["columns"] = item.columns;
  for (const auto& [file, columns] : item.enriched_columns) json["enriched"][file] = columns;
  return json;
}

void add_matching(const MergeSpec& spec, ordered_json& rules) {
  for (const OnItem& item : spec.on) rules["on"].push_back(identifier_json(item));
  if (spec.match != MatchMode::any) rules["match"] = match_mode_name(spec.match);
  for (const auto& [kind, rows] : spec.max_shared) rules["max_shared"][std::string(kind_name(kind))] = rows;
  for (const auto& [kind, columns] : spec.columns_for) rules["columns_for"][kind] = columns;
  if (spec.region != MergeSpec().region) rules["region"] = spec.region;
  if (spec.email_aliases) rules["email_aliases"] = true;
}

ordered_json map_json(const MapRule& rule) {
  ordered_json json = ordered_json::object();
  if (rule.input) json["file"] = *rule.input;
  json["theirs"] = rule.theirs;
  json["ours"] = rule.left_out ? ordered_json(nullptr) : ordered_json(rule.ours);
  return json;
}

void add_columns(const MergeSpec& spec, ordered_json& rules) {
  for (const MapRule& rule : maps_in_force(spec)) rules["map"].push_back(map_json(rule));
  if (!spec.auto_map) rules["auto_map"] = false;
  if (spec.columns) rules["columns"] = *spec.columns;
  if (!spec.drop.empty()) rules["drop"] = spec.drop;
  if (!spec.blank.empty()) rules["blank"] = spec.blank;
  if (spec.id) rules["id"] = *spec.id;
  if (spec.match_column) rules["match_column"] = *spec.match_column;
  if (spec.explain_columns) rules["explain_columns"] = true;
}

/// A rule for each column. Errors: invalid_config for two of the same name, which an object cannot hold.
template <typename Value, typename ToJson>
void add_by_column(std::string_view key, const std::vector<std::pair<std::string, Value>>& all, ToJson to_json,
                   ordered_json& rules) {
  for (const auto& [column, value] : all) {
    if (rules.contains(key) && rules[std::string(key)].contains(column)) {
      throw Error(ErrorCode::invalid_config, fmt::format("{}: column {} is given twice", key, shown(column)));
    }
    rules[std::string(key)][column] = to_json(value);
  }
}

void add_values(const MergeSpec& spec, ordered_json& rules) {
  const MergeSpec defaults;
  if (spec.strategy != defaults.strategy) rules["strategy"] = strategy_name(spec.strategy);
  add_by_column("strategy_for", in_force(spec.strategy_for, spec.weaker.strategy_for), strategy_name, rules);
  add_by_column("prefer", in_force(spec.prefer, spec.weaker.prefer), [](const auto& files) { return files; }, rules);
  if (spec.separator != defaults.separator) rules["separator"] = spec.separator;
  if (spec.recency) rules["recency"] = *spec.recency;
  if (spec.recency_format) rules["recency_format"] = *spec.recency_format;
  if (spec.on_conflict != defaults.on_conflict) rules["on_conflict"] = policy_name(spec.on_conflict);
  add_by_column("on_conflict_for", in_force(spec.on_conflict_for, spec.weaker.on_conflict_for), policy_name, rules);
  if (spec.alternate_suffix != defaults.alternate_suffix) rules["alternate_suffix"] = spec.alternate_suffix;
  if (spec.max_record_bytes != defaults.max_record_bytes) rules["max_record_bytes"] = spec.max_record_bytes;
}

/// What is said of one file, over what is said of all.
InputOverrides overrides_of(const MergeSpec& spec, const std::string& name) {
  InputOverrides found;
  for (const std::string& key : {std::string(), name}) {
    const auto given = spec.overrides.find(key);
    if (given == spec.overrides.end()) continue;
    if (given->second.encoding) found.encoding = given->second.encoding;
    if (given->second.delimiter) found.delimiter = given->second.delimiter;
    if (given->second.has_header) found.has_header = given->second.has_header;
  }
  return found;
}

ordered_json input_json(const MergeSpec& spec, const InputRef& ref, const JobSource& source, bool is_original) {
  ordered_json json = {{"uri", source.uri}};
  const std::string& name = is_original ? source.name : ref.name;
  if (!name.empty()) json["name"] = name;
  const InputOverrides overrides = overrides_of(spec, is_original ? "original" : ref.name);
  if (overrides.delimiter) json["delimiter"] = std::string(1, *overrides.delimiter);
  if (overrides.encoding) json["encoding"] = *overrides.encoding;
  if (overrides.has_header) json["has_header"] = *overrides.has_header;
  if (!ref.sheet.empty()) json["sheet"] = ref.sheet;
  const auto known = spec.known_columns.find(is_original ? "original" : ref.name);
  if (known != spec.known_columns.end()) json["columns"] = known->second;
  return json;
}

ordered_json outputs_json(const JobOutputs& outputs) {
  const std::string& packed = outputs.merged_compression;
  ordered_json json = {{"merged",
                        {{"format", outputs.merged_format},
                         {"compression", packed == "gz" ? "gzip" : packed == "zst" ? "zstd" : "none"}}}};
  for (const OutputKind kind : output_kinds()) {
    if (kind != OutputKind::merged) json[std::string(output_name(kind))] = outputs.wants(kind);
  }
  return json;
}

}  // namespace

std::string job_data_text(const JobData& job) {
  const MergeSpec& spec = job.spec;
  ordered_json rules = ordered_json::object();
  add_matching(spec, rules);
  add_columns(spec, rules);
  add_values(spec, rules);
  ordered_json json = {{"original", input_json(spec, spec.original, job.original, true)}};
  for (std::size_t i = 0; i < job.enriched.size(); ++i) {
    json["enriched"].push_back(input_json(spec, spec.enriched.at(i), job.enriched[i], false));
  }
  if (!rules.empty()) json["spec"] = std::move(rules);
  json["outputs"] = outputs_json(job.outputs);
  if (spec.max_rejects) json["max_rejects"] = *spec.max_rejects;
  if (!job.output_prefix.empty()) json["output_prefix"] = job.output_prefix;
  if (job.metadata != "null") json["metadata"] = ordered_json::parse(job.metadata);
  try {
    return json.dump();
  } catch (const ordered_json::type_error&) {
    throw Error(ErrorCode::invalid_config, "a rule or a file's name is not UTF-8, which a service cannot be told");
  }
}

}  // namespace crm
