#include "engine/stream/values.h"

#include <fmt/format.h>

#include <unordered_map>
#include <unordered_set>

#include "base/error.h"
#include "base/text.h"
#include "engine/stream/row_keys.h"

namespace crm {
namespace {

/// Index of the first value with the largest measure.
template <typename Measure>
std::uint32_t first_largest(std::span<const Value> values, Measure&& measure) {
  std::uint32_t best = 0;
  auto largest = measure(values[0]);
  for (std::uint32_t i = 1; i < values.size(); ++i) {
    const auto here = measure(values[i]);
    if (largest < here) {
      largest = here;
      best = i;
    }
  }
  return best;
}

/// The value of the strategies that take one value by its own merit.
std::uint32_t winner(Strategy strategy, std::span<const Value> values) {
  switch (strategy) {
    case Strategy::last: return static_cast<std::uint32_t>(values.size() - 1);
    case Strategy::longest: return first_largest(values, [](const Value& v) { return code_points(v.text); });
    case Strategy::most_complete: return first_largest(values, [](const Value& v) { return v.completeness; });
    case Strategy::most_recent: return first_largest(values, [](const Value& v) { return v.recency; });
    default: return 0;
  }
}

bool all_equal(std::span<const Value> values) {
  for (const Value& value : values.subspan(1)) {
    if (value.text != values.front().text) return false;
  }
  return true;
}

[[noreturn]] void refuse_size(const PlanColumn& column) {
  throw Error(ErrorCode::limit_exceeded,
              fmt::format("column \"{}\": a cell would be larger than {} MiB once consolidated; choose another strategy for "
                          "it (--strategy-for) or leave the column out (--drop)",
                          column.name, kMaxConsolidatedCellBytes >> 20));
}

}  // namespace

Consolidator::Consolidator(const MergePlan& plan) : plan_(plan), keys_(key_options(plan)) {}

void Consolidator::choose(const PlanColumn& column, std::span<const Value> values, Choice& choice) {
  choice.values.clear();
  const bool by_key = column.strategy == Strategy::most_frequent || column.strategy == Strategy::concat;
  if (values.size() == 1 || (by_key && all_equal(values))) {
    choice.values.push_back(0);
  } else if (column.strategy == Strategy::concat) {
    group(column, values);
    join(values, column, choice);
    return;
  } else if (column.strategy == Strategy::most_frequent) {
    group(column, values);
    const Group* most = &groups_.front();
    for (const Group& g : groups_) {
      if (g.count > most->count) most = &g;
    }
    choice.values.push_back(most->first);
  } else {
    choice.values.push_back(winner(column.strategy, values));
  }
  choice.text = values[choice.values.front()].text;
  if (choice.text.size() > kMaxConsolidatedCellBytes) refuse_size(column);
}

void Consolidator::group(const PlanColumn& column, std::span<const Value> values) {
  groups_.clear();
  group_of_.assign(values.size(), 0);
  std::unordered_map<std::string_view, std::uint32_t> by_text;  // most values are spelled as one before
  std::unordered_map<std::string, std::uint32_t> by_key;
  for (std::uint32_t i = 0; i < values.size(); ++i) {
    const auto [spelled, new_text] = by_text.try_emplace(values[i].text, 0);
    if (new_text) {
      const auto [known, new_key] = by_key.try_emplace(keys_.comparison_key(column.kind, values[i].text),
                                                       static_cast<std::uint32_t>(groups_.size()));
      if (new_key) groups_.push_back({i, 0});
      spelled->second = known->second;
    }
    group_of_[i] = spelled->second;
    groups_[spelled->second].count += values[i].count;
  }
}

void Consolidator::join(std::span<const Value> values, const PlanColumn& column, Choice& choice) {
  choice.joined.clear();
  for (const Group& g : groups_) {
    if (!choice.values.empty()) choice.joined += plan_.separator;
    choice.joined += values[g.first].text;
    choice.values.push_back(g.first);
    if (choice.joined.size() > kMaxConsolidatedCellBytes) refuse_size(column);
  }
  choice.text = choice.joined;
}

Difference Consolidator::difference(const PlanColumn& column, const std::string_view* original,
                                    std::span<const Value> values) {
  if (values.empty()) return Difference::none;
  const std::string_view base = original != nullptr ? *original : values.front().text;
  Difference difference = Difference::none;
  std::string_view last_seen = base;
  for (const Value& value : values) {
    if (value.text == base || value.text == last_seen) continue;
    if (!keys_.same_value(column.kind, base, value.text)) return Difference::real;
    difference = Difference::formatting;
    last_seen = value.text;
  }
  return difference;
}

void Consolidator::thin_out(const PlanColumn& column, std::span<Value> values, std::vector<bool>& keep) {
  keep.assign(values.size(), false);
  if (values.empty()) return;
  keep[winner(column.strategy, values)] = true;
  keep[0] = true;
  if (all_equal(values) && column.strategy != Strategy::most_frequent) return;

  const bool by_key = column.strategy == Strategy::most_frequent || column.strategy == Strategy::concat;
  if (by_key) {
    group(column, values);
    for (Value& value : values) value.count = 0;
    for (const Group& g : groups_) {
      keep[g.first] = true;
      values[g.first].count = g.count;
    }
  }
  // Differences: a value of another spelling and one of another key than the first's tell them all.
  bool other_text = false, other_key = false;
  std::unordered_set<std::string_view> texts;
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (plan_.want_conflicts) {
      if (texts.insert(values[i].text).second && values[i].text != values[0].text) keep[i] = true;
      continue;
    }
    if ((other_text && other_key) || values[i].text == values[0].text) continue;
    if (!other_text) keep[i] = other_text = true;
    if (!other_key && !keys_.same_value(column.kind, values[0].text, values[i].text)) keep[i] = other_key = true;
  }
}

}  // namespace crm
