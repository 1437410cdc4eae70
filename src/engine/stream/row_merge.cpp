#include "engine/stream/row_merge.h"

#include <algorithm>

#include "ingest/input.h"

namespace crm {

RowMerge::RowMerge(const MergeContext& context)
    : context_(context), blank_(context.plan.blank_tokens), consolidator_(context.plan),
      reached_(context.plan.inputs.size()), cells_(context.plan.columns.size()) {
  const MergePlan& plan = context_.plan;
  for (const PlanIdentifier& identifier : plan.identifiers) {
    std::vector<bool>& fills = fills_.emplace_back(plan.columns.size(), false);
    for (const int column : identifier.fills) fills[column] = true;
  }
  for (const PlanColumn& column : plan.columns) {
    bool own = true;
    for (std::size_t f = 0; f < column.rank.size(); ++f) own = own && column.rank[f] == static_cast<int>(f);
    ranked_.push_back(!own);
  }
}

void RowMerge::match(std::span<const SlotRef> slots) {
  const MergePlan& plan = context_.plan;
  first_identifier_ = -1;
  for (std::size_t f = 0; f < reached_.size(); ++f) {
    Reached& reached = reached_[f];
    reached.identifier = -1;
    for (const SlotRef& key : slots) {
      if (!context_.usable.test(key.slot, f)) continue;
      const int identifier = context_.table.identifier_of(key.slot);
      const PlanIdentifier& used = plan.identifiers[identifier];
      reached.key = key;
      reached.identifier = identifier;
      reached.company = used.company_fills_only && plan.match == MatchMode::any &&
                        (used.kind == Kind::domain || is_company_check(key.check));
      if (first_identifier_ < 0 || identifier < first_identifier_) first_identifier_ = identifier;
      break;
    }
  }
}

void RowMerge::gather(const KeyedHits& hits) {
  for (std::size_t f = 0; f < reached_.size(); ++f) {
    const Reached& reached = reached_[f];
    if (reached.identifier < 0) continue;
    records_.clear();
    hits.find(reached.key.slot, reached.key.check, f, records_);
    for (const char* const record : records_) {
      const HitHead head = hit_head(record);
      const std::int64_t recency = hit_recency(context_.layout, record);
      for_each_cell(context_.layout, record, [&](const HitCell& cell) {
        if (reached.company && !fills_[reached.identifier][cell.column]) return;
        std::vector<Value>& values = cells_[cell.column].values;
        if (values.empty()) touched_.push_back(cell.column);
        values.push_back({cell.text,
                          {static_cast<int>(head.file), head.row, head.line},
                          head.completeness,
                          recency,
                          cell.count});
      });
    }
  }
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

void RowMerge::merge(const RecordBatch& batch, std::size_t row, const KeyedHits* hits) {
  const MergePlan& plan = context_.plan;
  for (const int column : touched_) cells_[column].values.clear();
  touched_.clear();
  changed_ = false;
  for (std::size_t c = 0; c < cells_.size(); ++c) {
    MergedCell& cell = cells_[c];
    cell.takes_choice = cell.alternate = false;
    if (!plan.columns[c].original_column) continue;
    cell.original = batch.cell(row, static_cast<std::size_t>(*plan.columns[c].original_column), cell.unescaped);
    cell.original_blank = blank_.is_blank(cell.original);
  }
  if (!matched() || hits == nullptr) return;
  gather(*hits);
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
