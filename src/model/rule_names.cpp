#include "model/rule_names.h"

#include <utility>

#include "base/text.h"

namespace crm {
namespace {

template <typename Value>
struct Name {
  Value value;
  std::string_view name;
};

constexpr Name<Kind> kKinds[] = {
    {Kind::email, "email"},   {Kind::phone, "phone"}, {Kind::linkedin, "linkedin"},
    {Kind::domain, "domain"}, {Kind::id, "id"},       {Kind::exact, "exact"}};
constexpr Name<Strategy> kStrategies[] = {
    {Strategy::first, "first"},
    {Strategy::last, "last"},
    {Strategy::longest, "longest"},
    {Strategy::most_complete, "most_complete"},
    {Strategy::most_recent, "most_recent"},
    {Strategy::most_frequent, "most_frequent"},
    {Strategy::concat, "concat"},
};
constexpr Name<ConflictPolicy> kPolicies[] = {
    {ConflictPolicy::keep_original, "keep_original"},
    {ConflictPolicy::use_enriched, "use_enriched"},
    {ConflictPolicy::create_alternate, "create_alternate"},
    {ConflictPolicy::original_only, "original_only"},
};
constexpr Name<MatchMode> kMatchModes[] = {{MatchMode::any, "any"}, {MatchMode::all, "all"}};

template <typename Value, std::size_t count>
std::string_view name_of(const Name<Value> (&table)[count], Value value) {
  for (const auto& row : table) {
    if (row.value == value) return row.name;
  }
  return "";
}

template <typename Value, std::size_t count>
std::optional<Value> value_of(const Name<Value> (&table)[count], std::string_view name) {
  const std::string wanted = fold_name(name);  // "most-recent" and "Most_Recent" are meant well
  for (const auto& row : table) {
    if (fold_name(row.name) == wanted) return row.value;
  }
  return std::nullopt;
}

template <typename Value, std::size_t count>
std::vector<std::string> all_names(const Name<Value> (&table)[count]) {
  std::vector<std::string> names;
  for (const auto& row : table) names.emplace_back(row.name);
  return names;
}

}  // namespace

std::string_view kind_name(Kind kind) { return name_of(kKinds, kind); }
std::string_view strategy_name(Strategy strategy) { return name_of(kStrategies, strategy); }
std::string_view policy_name(ConflictPolicy policy) { return name_of(kPolicies, policy); }
std::string_view match_mode_name(MatchMode mode) { return name_of(kMatchModes, mode); }

std::optional<Kind> kind_of_name(std::string_view name) { return value_of(kKinds, name); }
std::optional<Strategy> strategy_of_name(std::string_view name) { return value_of(kStrategies, name); }
std::optional<ConflictPolicy> policy_of_name(std::string_view name) { return value_of(kPolicies, name); }
std::optional<MatchMode> match_mode_of_name(std::string_view name) { return value_of(kMatchModes, name); }

std::vector<std::string> kind_names() { return all_names(kKinds); }
std::vector<std::string> strategy_names() { return all_names(kStrategies); }
std::vector<std::string> policy_names() { return all_names(kPolicies); }

std::string_view format_name(FileFormat format) {
  switch (format) {
    case FileFormat::csv: return "csv";
    case FileFormat::json_lines: return "jsonl";
    case FileFormat::parquet: return "parquet";
    case FileFormat::xlsx: return "xlsx";
  }
  return "";
}

}  // namespace crm
