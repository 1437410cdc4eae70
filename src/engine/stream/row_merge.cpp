#include "engine/stream/row_merge.h"

#include <algorithm>

#include "ingest/input.h"

namespace crm {

RowMerge::RowMerge(const MergeContext& context)
    : context_(context), blank_(context.plan.blank_tokens), consolidator_(context.plan),
      reached_(kMostRows * context.plan.inputs.size()), cells_(context.plan.columns.size()) {
  const MergePlan& plan = context_.plan;
  for (const PlanIdentifier& identifier : plan.identifiers) {
    std::vector<bool>& fills = fills_.emplace_back(plan.columns.size(), false);
    for (const int column : identifier.fills) fills[column] = true;
  }
  for (const PlanColumn& column : plan.columns) {
    bool own = true;
    for (std::size_t f = 0; f < column.rank.size(); ++f) own = own && column.rank[f] == static_cast<int>(f);
    if (column.original_column) of_original_.push_back(static_cast<int>(ranked_.size()));
    ranked_.push_back(!own);
  }
}

/// The first key that the file has and that nothing keeps from matching there.
void RowMerge::take_key(std::span<const SlotRef> slots, std::size_t file, Reached& reached) const {
  reached.identifier = -1;
  reached.last = nullptr;
  for (const SlotRef& key : slots) {
    if (!context_.usable.test(key.slot, file)) continue;
    reached.key = key;
    reached.identifier = context_.table.identifier_of(key.slot);
    return;
  }
}

void RowMerge::match(const RowSlots& slots, std::size_t first, std::size_t rows, const KeyedHits& hits) {
  const std::size_t files = context_.plan.inputs.size();
  for (std::size_t i = 0; i < rows; ++i) {
    for (const SlotRef& key : slots.row(first + i)) context_.usable.prefetch(key.slot);
  }
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t f = 0; f < files; ++f) {
      Reached& reached = reached_[i * files + f];
      take_key(slots.row(first + i), f, reached);
      if (reached.identifier >= 0) hits.prefetch(reached.key.slot, f);
    }
  }
  for (std::size_t i = 0; i < rows * files; ++i) {
    Reached& reached = reached_[i];
    if (reached.identifier < 0) continue;
    reached.last = hits.last(reached.key.slot, reached.key.check, i % files);
    if (reached.last == nullptr) continue;
    __builtin_prefetch(reached.last);
    __builtin_prefetch(reinterpret_cast<const char*>(reached.last) + 64);
  }
}

/// A company's match in a cascade with a person fills only the columns named for it.
bool RowMerge::fills_only_some(const Reached& reached) const {
  const PlanIdentifier& used = context_.plan.identifiers[reached.identifier];
  return used.company_fills_only && context_.plan.match == MatchMode::any &&
         (used.kind == Kind::domain || is_company_check(reached.key.check));
}

void RowMerge::gather() {
  for (std::size_t f = 0; f < context_.plan.inputs.size(); ++f) {
    const Reached& reached = current_[f];
    if (reached.last == nullptr) continue;
    const std::vector<bool>* const fills = fills_only_some(reached) ? &fills_[reached.identifier] : nullptr;
    if (reached.last->previous == nullptr) {
      gather_record(reached.last->record(), fills);
      continue;
    }
    records_.clear();
    KeyedHits::collect(reached.last, records_);
    for (const char* const record : records_) gather_record(record, fills);
  }
}

void RowMerge::gather_record(const char* record, const std::vector<bool>* fills) {
  const HitHead head = hit_head(record);
  const std::int64_t recency = hit_recency(context_.layout, record);
  for_each_cell(context_.layout, record, [&](const HitCell& cell) {
    if (fills != nullptr && !(*fills)[cell.column]) return;
    std::vector<Value>& values = cells_[cell.column].values;
    if (values.empty()) touched_.push_back(cell.column);
    values.push_back({cell.text,
                      {static_cast<int>(head.file), head.row, head.line},
                      head.completeness,
                      recency,
                      cell.count});
  });
}

void RowMerge::decide(const PlanColumn& column, MergedCell& cell) {
  consolidator_.choose(column, cell.values, cell.choice);
  if (!column.original_column) {
    cell.takes_choice = true;
    return;
  }
  // An identifier keeps what it has and has no alternate, whatever the policy.
  const ConflictPolicy policy =
      column.is_identifier && column.policy != ConflictPolicy::original_only ? ConflictPolicy::keep_original
                                                                             : column.policy;
  switch (policy) {
    case ConflictPolicy::keep_original: cell.takes_choice = cell.original_blank; break;
    case ConflictPolicy::use_enriched:
      cell.takes_choice =
          cell.original_blank || !consolidator_.same_value(column, cell.original, cell.choice.text);
      break;
    case ConflictPolicy::create_alternate: cell.alternate = true; break;
    case ConflictPolicy::original_only: break;
  }
}

void RowMerge::merge(const RecordBatch& batch, std::size_t row, std::size_t i) {
  const MergePlan& plan = context_.plan;
  const std::size_t files = plan.inputs.size();
  for (const int column : touched_) {
    MergedCell& cell = cells_[column];
    cell.values.clear();
    cell.takes_choice = cell.alternate = false;
  }
  touched_.clear();
  changed_ = false;
  for (const int c : of_original_) {
    MergedCell& cell = cells_[c];
    cell.original = batch.cell(row, static_cast<std::size_t>(*plan.columns[c].original_column), cell.unescaped);
    cell.original_blank = blank_.is_blank(cell.original);
  }
  current_ = &reached_[i * files];
  first_identifier_ = -1;
  for (std::size_t f = 0; f < files; ++f) {
    const int identifier = current_[f].identifier;
    if (identifier >= 0 && (first_identifier_ < 0 || identifier < first_identifier_)) first_identifier_ = identifier;
  }
  if (!matched()) return;
  gather();
  for (const int c : touched_) {
    const PlanColumn& column = plan.columns[c];
    MergedCell& cell = cells_[c];
    if (ranked_[c]) {
      std::stable_sort(cell.values.begin(), cell.values.end(), [&](const Value& a, const Value& b) {
        return column.rank[a.source.file] < column.rank[b.source.file];
      });
    }
    decide(column, cell);
    changed_ = changed_ || cell.changed();
  }
}

}  // namespace crm
