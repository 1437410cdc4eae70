#include "jobs/rules_json.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "jobs/json_object.h"
#include "model/rule_names.h"
#include "plan/column_names.h"
#include "plan/spec_parse.h"

namespace crm {
namespace {

using nlohmann::ordered_json;

[[noreturn]] void refuse(const std::string& path, std::string_view what) {
  throw Error(ErrorCode::invalid_config, fmt::format("{}: {}", path, what));
}

std::optional<std::string> filled_text(JsonObject& rules, std::string_view key) {
  auto text = rules.text(key);
  if (text && is_white(*text)) refuse(rules.path_of(key), "is empty; leave the key out, or give a value");
  return text;
}

std::vector<std::string> read_list(const ordered_json& value, const std::string& path) {
  if (value.is_string()) return parse_list(path, json_text(value, path));
  std::vector<std::string> items = json_texts(value, path);
  if (std::any_of(items.begin(), items.end(), [](const std::string& item) { return is_white(item); })) {
    refuse(path, "has an empty item");
  }
  return items;
}

std::optional<std::vector<std::string>> list(JsonObject& rules, std::string_view key) {
  const ordered_json* value = rules.find(key);
  if (!value) return std::nullopt;
  return read_list(*value, rules.path_of(key));
}

/// {kind, columns, enriched}: columns of the original, and of files by name instead of what would be detected.
OnItem read_identifier_object(const ordered_json& value, const std::string& path) {
  JsonObject object(value, path);
  OnItem item;
  item.kind = parse_kind(object.path_of("kind"), object.required_text("kind"));
  item.columns = list(object, "columns").value_or(std::vector<std::string>{});
  object.each_member("enriched", [&](const std::string& file, const ordered_json& columns, const std::string& where) {
    item.enriched_columns[file] = read_list(columns, where);
  });
  object.refuse_unknown();
  item.text = item.columns.empty() ? std::string(kind_name(item.kind))
                                   : fmt::format("{}:{}", fmt::join(item.columns, "|"), kind_name(item.kind));
  return item;
}

void read_identifiers(JsonObject& rules, MergeSpec& spec) {
  const ordered_json* value = rules.find("on");
  if (!value) return;
  const std::string path = rules.path_of("on");
  if (value->is_string()) {
    spec.on = parse_on(path, json_text(*value, path));
    return;
  }
  rules.each_item("on", [&](const ordered_json& item, const std::string& where) {
    spec.on.push_back(item.is_object() ? read_identifier_object(item, where)
                                       : read_identifier(json_text(item, where), path));
  });
  if (spec.on.empty()) refuse(path, "the list is empty; name at least one identifier, such as \"email\"");
}

void read_matching(JsonObject& rules, MergeSpec& spec) {
  read_identifiers(rules, spec);
  if (const auto mode = rules.text("match")) spec.match = parse_match_mode(rules.path_of("match"), *mode);
  rules.each_member("max_shared",
                    [&](const std::string& kind, const ordered_json& value, const std::string& path) {
                      const bool off = value.is_string() && lower(value.get<std::string>()) == "off";
                      if (!off && !value.is_number_unsigned())
                        refuse(path, "expected a whole number, or \"off\"");
                      spec.max_shared[parse_kind(path, kind)] = off ? 0 : value.get<std::uint64_t>();
                    });
  rules.each_member("columns_for",
                    [&](const std::string& name, const ordered_json& value, const std::string& path) {
                      const Kind kind = parse_kind(path, name);
                      if (kind != Kind::domain && kind != Kind::linkedin)
                        refuse(path, "only domain and linkedin match a company");
                      spec.columns_for.emplace_back(lower(name), read_list(value, path));
                    });
  if (const auto region = rules.text("region")) spec.region = read_region(*region, rules.path_of("region"));
  spec.email_aliases = rules.flag("email_aliases").value_or(false);
}

MapRule read_map_rule(const ordered_json& value, const std::string& path,
                      const std::vector<std::string>& names) {
  if (value.is_string()) return parse_map(path, json_text(value, path), names);
  JsonObject object(value, path);
  MapRule rule;
  rule.input = filled_text(object, "file");
  rule.theirs = object.required_text("theirs");
  rule.left_out = value.contains("ours") && value["ours"].is_null();
  if (rule.left_out && !rule.input) {
    refuse(object.path_of("file"), "is missing; a column is left out of one file, and drop names new ones");
  }
  if (!rule.left_out) rule.ours = object.required_text("ours");
  (void)object.find("ours");
  object.refuse_unknown();
  if (rule.input && !names.empty() && !find_input(names, *rule.input)) {
    refuse(path + ".file",
           fmt::format("no file is called {}; there are {}", shown(*rule.input), shown_list(names)));
  }
  return rule;
}

void read_columns(JsonObject& rules, const std::vector<std::string>& names, MergeSpec& spec) {
  rules.each_item("map", [&](const ordered_json& value, const std::string& path) {
    spec.maps.push_back(read_map_rule(value, path, names));
  });
  spec.auto_map = rules.flag("auto_map").value_or(true);
  spec.columns = list(rules, "columns");
  spec.drop = list(rules, "drop").value_or(std::vector<std::string>{});
  spec.blank = list(rules, "blank").value_or(std::vector<std::string>{});
  spec.id = filled_text(rules, "id");
  spec.match_column = filled_text(rules, "match_column");
  spec.explain_columns = rules.flag("explain_columns").value_or(false);
}

void read_values(JsonObject& rules, MergeSpec& spec) {
  if (const auto text = rules.text("strategy"))
    spec.strategy = parse_strategy(rules.path_of("strategy"), *text);
  rules.each_member("strategy_for",
                    [&](const std::string& column, const ordered_json& value, const std::string& path) {
                      spec.strategy_for.emplace_back(column, parse_strategy(path, json_text(value, path)));
                    });
  rules.each_member("prefer",
                    [&](const std::string& column, const ordered_json& value, const std::string& path) {
                      spec.prefer.emplace_back(column, read_list(value, path));
                    });
  if (const auto text = rules.text("separator")) spec.separator = *text;
  spec.recency = filled_text(rules, "recency");
  spec.recency_format = filled_text(rules, "recency_format");
  if (spec.recency_format && !spec.recency)
    refuse(rules.path_of("recency_format"), "needs recency, the date's column");
  if (const auto text = rules.text("on_conflict"))
    spec.on_conflict = parse_policy(rules.path_of("on_conflict"), *text);
  rules.each_member("on_conflict_for",
                    [&](const std::string& column, const ordered_json& value, const std::string& path) {
                      spec.on_conflict_for.emplace_back(column, parse_policy(path, json_text(value, path)));
                    });
  if (const auto text = filled_text(rules, "alternate_suffix")) spec.alternate_suffix = *text;
}

}  // namespace

OnItem read_identifier(const std::string& text, const std::string& path) {
  // One item of a list: in the quotes of a CSV record a comma is the column's own.
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  std::vector<OnItem> items = parse_on(path, quoted + "\"");
  return std::move(items.at(0));
}

std::string read_region(const std::string& text, const std::string& path) {
  std::string region = text;
  for (char& c : region) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  const bool letters = std::all_of(region.begin(), region.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (region.size() != 2 || !letters) {
    refuse(path, fmt::format("{} is no country; give its two letters, such as US or DE", shown(text)));
  }
  return region;
}

void read_rules(const ordered_json& value, const std::string& path,
                const std::vector<std::string>& enriched_names, MergeSpec& spec) {
  JsonObject rules(value, path);
  read_matching(rules, spec);
  read_columns(rules, enriched_names, spec);
  read_values(rules, spec);
  constexpr std::uint64_t kLargestRecordBytes = 1u << 30;
  if (const auto bytes = rules.count("max_record_bytes", kLargestRecordBytes)) {
    if (*bytes == 0) refuse(rules.path_of("max_record_bytes"), "must be at least 1");
    spec.max_record_bytes = *bytes;
  }
  rules.refuse_unknown();
}

}  // namespace crm
