#include "engine/stream/values.h"

#include <fmt/format.h>

#include <algorithm>
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

bool all_equal(std::span<const Value> values) {
  for (const Value& value : values.subspan(1)) {
    if (value.text != values.front().text) return false;
  }
  return true;
}

bool takes_by_key(Strategy strategy) {
  return strategy == Strategy::most_frequent || strategy == Strategy::concat;
}

[[noreturn]] void refuse_size(const PlanColumn& column) {
  throw Error(
      ErrorCode::limit_exceeded,
      fmt::format(
          "column \"{}\": a cell would be larger than {} MiB once consolidated; choose another strategy for "
          "it (--strategy-for) or leave the column out (--drop)",
          column.name, kMaxConsolidatedCellBytes >> 20));
}

}  // namespace

Consolidator::Consolidator(const MergePlan& plan, const HitLayout& layout)
    : plan_(plan), layout_(layout), keys_(key_options(plan)) {}

/// The value of the strategies that take one value by its own merit.
std::uint32_t Consolidator::chosen_of(Strategy strategy, std::span<const Value> values) const {
  switch (strategy) {
    case Strategy::last:
      return static_cast<std::uint32_t>(values.size() - 1);
    case Strategy::longest:
      return first_largest(values, [](const Value& v) { return code_points(v.text); });
    case Strategy::most_complete:
      return first_largest(values,
                           [](const Value& v) { return std::uint32_t{hit_head(v.record).completeness}; });
    case Strategy::most_recent:
      return first_largest(values, [this](const Value& v) { return hit_recency(layout_, v.record); });
    default:
      return 0;
  }
}

void Consolidator::consolidate(const PlanColumn& column, std::span<const Value> values, Outcome& outcome) {
  outcome.sources.clear();
  outcome.offers.clear();
  outcome.first = values.front().text;
  outcome.among = values.size() == 1 ? Difference::none : among(column, values);
  choose(column, values, outcome);
  if (outcome.text.size() > kMaxConsolidatedCellBytes) refuse_size(column);
  tell_offers(column, values, outcome);
}

/// Values of one file follow each other.
void Consolidator::tell_offers(const PlanColumn& column, std::span<const Value> values, Outcome& outcome) {
  if (values.size() == 1) {
    outcome.offers.push_back({outcome.sources.front().file, true, outcome.text});
    return;
  }
  for (std::size_t first = 0; first < values.size();) {
    const auto file = hit_head(values[first].record).file;
    std::size_t end = first + 1;
    while (end < values.size() && hit_head(values[end].record).file == file) ++end;
    const auto of_file = values.subspan(first, end - first);
    const bool one_key = of_file.size() == 1 || outcome.among != Difference::real;
    outcome.offers.push_back({static_cast<int>(file), false, one_key ? of_file.front().text : alone(column, of_file)});
    first = end;
  }
  for (const ValueSource& source : outcome.sources) {
    for (Offer& offer : outcome.offers) offer.used = offer.used || offer.file == source.file;
  }
}

std::string_view Consolidator::alone(const PlanColumn& column, std::span<const Value> of_file) {
  if (column.strategy == Strategy::concat) return of_file.front().text;
  if (column.strategy != Strategy::most_frequent) return of_file[chosen_of(column.strategy, of_file)].text;
  group(column, of_file);
  return of_file[commonest()].text;
}

/// Of the values that were grouped: the first of the largest group.
std::uint32_t Consolidator::commonest() const {
  const auto& groups = groups_.groups();
  return std::max_element(groups.begin(), groups.end(), [](const auto& a, const auto& b) { return a.count < b.count; })->first;
}

void Consolidator::choose(const PlanColumn& column, std::span<const Value> values, Outcome& outcome) {
  std::uint32_t chosen = 0;
  if (!takes_by_key(column.strategy)) {
    if (values.size() > 1) chosen = chosen_of(column.strategy, values);
  } else if (values.size() > 1 && outcome.among != Difference::none) {
    group(column, values);
    if (column.strategy == Strategy::concat) return join(values, column, outcome);
    chosen = commonest();
  }
  outcome.text = values[chosen].text;
  outcome.sources.push_back(values[chosen].source());
}

void Consolidator::group(const PlanColumn& column, std::span<const Value> values) {
  groups_.start(
      values.size(), [values](std::uint32_t i) { return values[i].text; },
      [this, &column](std::string_view text) { return keys_.comparison_key(column.kind, text); });
  for (std::uint32_t i = 0; i < values.size(); ++i) groups_.add(i, values[i].count);
}

void Consolidator::join(std::span<const Value> values, const PlanColumn& column, Outcome& outcome) {
  outcome.joined.clear();
  for (const ValueGroups::Group& g : groups_.groups()) {
    if (!outcome.sources.empty()) outcome.joined += plan_.separator;
    outcome.joined += values[g.first].text;
    outcome.sources.push_back(values[g.first].source());
    if (outcome.joined.size() > kMaxConsolidatedCellBytes) refuse_size(column);
  }
  outcome.text = outcome.joined;
}

Difference Consolidator::among(const PlanColumn& column, std::span<const Value> values) {
  const std::string_view base = values.front().text;
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

Difference Consolidator::difference(const PlanColumn& column, const std::string_view* original,
                                    const Outcome& outcome) {
  if (outcome.among == Difference::real || original == nullptr || *original == outcome.first)
    return outcome.among;
  // All values have one key, so one of them speaks for all.
  return keys_.same_value(column.kind, *original, outcome.first) ? Difference::formatting : Difference::real;
}

void Consolidator::thin_out(const PlanColumn& column, std::span<Value> values, std::vector<bool>& keep) {
  keep.assign(values.size(), false);
  if (values.empty()) return;
  keep[chosen_of(column.strategy, values)] = true;
  keep[0] = true;
  if (all_equal(values) && column.strategy != Strategy::most_frequent) return;

  if (takes_by_key(column.strategy)) {
    group(column, values);
    for (Value& value : values) value.count = 0;
    for (const ValueGroups::Group& g : groups_.groups()) {
      keep[g.first] = true;
      values[g.first].count = g.count;
    }
  }
  // Differences: a value of another spelling and one of another key than the first's tell them all; where all
  // are listed, the first of each spelling must stay.
  bool other_text = false, other_key = false;
  std::unordered_set<std::string_view> texts;
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (values[i].text == values[0].text) continue;
    if (plan_.want_conflicts) {
      if (texts.insert(values[i].text).second) keep[i] = true;
      continue;
    }
    if (other_text && other_key) break;
    if (!other_text) keep[i] = other_text = true;
    if (!other_key && !keys_.same_value(column.kind, values[0].text, values[i].text))
      keep[i] = other_key = true;
  }
}

}  // namespace crm
