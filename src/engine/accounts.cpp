#include "engine/accounts.h"

#include <algorithm>
#include <tuple>

namespace crm {

MergeReport empty_report(const MergePlan& plan) {
  MergeReport report;
  report.inputs.resize(plan.inputs.size() + 1);
  report.enriched.resize(plan.inputs.size());
  report.identifiers.resize(plan.identifiers.size());
  report.columns.resize(plan.columns.size());
  for (ColumnAccount& column : report.columns) column = empty_column(plan);
  return report;
}

ColumnAccount empty_column(const MergePlan& plan) {
  ColumnAccount column;
  column.filled_by.resize(plan.inputs.size());
  column.cells_by.resize(plan.inputs.size());
  return column;
}

void add_account(ColumnAccount& sum, const ColumnAccount& more) {
  sum.filled_before += more.filled_before;
  sum.filled_after += more.filled_after;
  sum.alternate_filled += more.alternate_filled;
  sum.changed += more.changed;
  sum.conflicts_real += more.conflicts_real;
  sum.conflicts_formatting += more.conflicts_formatting;
  if (sum.filled_by.size() < more.filled_by.size()) sum.filled_by.resize(more.filled_by.size());
  for (std::size_t f = 0; f < more.filled_by.size(); ++f) sum.filled_by[f] += more.filled_by[f];
  if (sum.cells_by.size() < more.cells_by.size()) sum.cells_by.resize(more.cells_by.size());
  for (std::size_t f = 0; f < more.cells_by.size(); ++f) sum.cells_by[f] += more.cells_by[f];
}

bool SharedKeyList::before(const Entry& a, const Entry& b) {
  return std::tie(a.identifier, b.shared.rows, a.shared.key, a.place) <
         std::tie(b.identifier, a.shared.rows, b.shared.key, b.place);
}

bool SharedKeyList::wants(int identifier, std::uint64_t rows) const {
  if (entries_.size() < kMaxListedSharedKeys) return true;
  const Entry& last = entries_.back();
  return identifier < last.identifier || (identifier == last.identifier && rows >= last.shared.rows);
}

void SharedKeyList::offer(const MergePlan& plan, int identifier, const std::string& key, int place,
                          std::uint64_t rows) {
  if (!wants(identifier, rows)) return;
  Entry entry{
      identifier,
      place,
      {plan.identifiers[identifier].label, key, place == 0 ? "original" : plan.inputs[place - 1].name, rows}};
  const auto at = std::lower_bound(entries_.begin(), entries_.end(), entry, before);
  if (at != entries_.end() && !before(entry, *at)) return;  // it is there already
  entries_.insert(at, std::move(entry));
  if (entries_.size() > kMaxListedSharedKeys) entries_.pop_back();
}

std::vector<SharedKey> SharedKeyList::list() const {
  std::vector<SharedKey> keys;
  for (const Entry& entry : entries_) keys.push_back(entry.shared);
  return keys;
}

}  // namespace crm
