#include "engine/stream/row_merge.h"

#include <algorithm>

#include "base/error.h"
#include "base/memory_cap.h"
#include "ingest/input.h"

namespace crm {
namespace {
/// Rows of enriched files from which on what they come to is worked out once for all that reach them.
constexpr std::uint64_t kHeavyRows = 64;

[[noreturn]] void refuse_outcome() {
  throw Error(ErrorCode::limit_exceeded,
              "what one key's enriched rows come to does not fit in --memory-limit: give it more, or take "
              "another strategy "
              "than concat (--strategy, --strategy-for)");
}
}  // namespace

RowMerge::RowMerge(const MergeContext& context)
    : context_(context),
      blank_(context.plan.blank_tokens),
      consolidator_(context.plan, context.layout),
      reached_(kMostRows * context.plan.inputs.size()),
      cells_(context.plan.columns.size()),
      scratch_(context.plan.columns.size()) {
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

void RowMerge::match(const RowSlots& slots, std::size_t first, std::size_t rows, const HitUnit& unit) {
  unit_ = &unit;
  const std::size_t files = context_.plan.inputs.size();
  for (std::size_t i = 0; i < rows; ++i) {
    for (const SlotRef& key : slots.row(first + i)) context_.usable.prefetch(key.slot);
  }
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t f = 0; f < files; ++f) {
      Reached& reached = reached_[i * files + f];
      take_key(slots.row(first + i), f, reached);
      if (reached.identifier >= 0) unit.hits.prefetch(reached.key.slot, f);
    }
  }
  for (std::size_t i = 0; i < rows * files; ++i) {
    Reached& reached = reached_[i];
    if (reached.identifier < 0) continue;
    reached.last = unit.last(reached.key.slot, reached.key.check, i % files, reached.chain);
    if (reached.last == nullptr) continue;
    __builtin_prefetch(reached.last);
    __builtin_prefetch(reinterpret_cast<const char*>(reached.last) + 64);
  }
}

/// A company's match in a cascade with a person fills only the columns named for it. Null: it fills all.
const std::vector<bool>* RowMerge::fills_of(const Reached& reached) const {
  const PlanIdentifier& used = context_.plan.identifiers[reached.identifier];
  const bool company = used.company_fills_only && context_.plan.match == MatchMode::any &&
                       (used.kind == Kind::domain || is_company_check(reached.key.check));
  return company ? &fills_[reached.identifier] : nullptr;
}

void RowMerge::gather() {
  for (std::size_t f = 0; f < context_.plan.inputs.size(); ++f) {
    const Reached& reached = current_[f];
    if (reached.last == nullptr) continue;
    const std::vector<bool>* const fills = fills_of(reached);
    if (reached.last->previous == nullptr) {
      gather_record(reached.last->record(), fills);
      continue;
    }
    records_.clear();
    KeyedHits::collect(reached.last, records_);
    for (const char* const record : records_) gather_record(record, fills);
  }
  for (const int c : touched_) {
    Scratch& scratch = scratch_[c];
    sort_by_rank(c, scratch.values);
    consolidator_.consolidate(context_.plan.columns[c], scratch.values, scratch.outcome);
    cells_[c].outcome = &scratch.outcome;
    cells_[c].values = scratch.values;
  }
}

void RowMerge::gather_record(const char* record, const std::vector<bool>* fills) {
  for_each_cell(context_.layout, record, [&](const HitCell& cell) {
    if (fills != nullptr && !(*fills)[cell.column]) return;
    std::vector<Value>& values = scratch_[cell.column].values;
    if (values.empty()) touched_.push_back(cell.column);
    values.push_back({cell.text, record, cell.count});
  });
}

void RowMerge::sort_by_rank(int column, std::vector<Value>& values) const {
  if (!ranked_[column]) return;
  const std::vector<int>& rank = context_.plan.columns[column].rank;
  std::stable_sort(values.begin(), values.end(), [&](const Value& a, const Value& b) {
    return rank[a.source().file] < rank[b.source().file];
  });
}

bool RowMerge::is_heavy() const {
  std::uint64_t rows = 0;
  for (std::size_t f = 0; f < context_.plan.inputs.size(); ++f) {
    if (current_[f].last != nullptr) rows += current_[f].last->rows;
  }
  return rows >= kHeavyRows;
}

void RowMerge::take_shared() {
  bool lasting = true;  // made of chains that outlive the unit
  OutcomeCache::Name name;
  for (std::size_t f = 0; f < context_.plan.inputs.size(); ++f) {
    const Reached& reached = current_[f];
    lasting = lasting && (reached.last == nullptr || reached.chain != 0);
    name.push_back(reached.chain != 0 ? reached.chain : reinterpret_cast<std::uintptr_t>(reached.last));
  }
  OutcomeCache& cache = lasting ? *unit_->heavy_outcomes : *unit_->outcomes;
  shared_ = cache.get(name, [&] { return make_shared(); });
  for (const int c : shared_->touched) {
    touched_.push_back(c);
    cells_[c].outcome = &shared_->columns[c];
    if (!shared_->values.empty()) cells_[c].values = shared_->values[c];
  }
}

/// Column by column, so that the values of one are in memory at once.
std::shared_ptr<const SharedOutcomes> RowMerge::make_shared() {
  auto result = std::make_shared<SharedOutcomes>();
  const MergePlan& plan = context_.plan;
  result->columns.resize(plan.columns.size());
  if (plan.want_conflicts) result->values.resize(plan.columns.size());
  for (std::size_t c = 0; c < plan.columns.size(); ++c) {
    std::vector<Value> values;
    for (std::size_t f = 0; f < plan.inputs.size(); ++f) {
      const Reached& reached = current_[f];
      if (reached.last == nullptr || plan.columns[c].sources[f] < 0) continue;
      const std::vector<bool>* const fills = fills_of(reached);
      if (fills != nullptr && !(*fills)[c]) continue;
      records_.clear();
      KeyedHits::collect(reached.last, records_);
      for (const char* const record : records_) {
        for_each_cell(context_.layout, record, [&](const HitCell& cell) {
          if (cell.column == static_cast<int>(c)) values.push_back({cell.text, record, cell.count});
        });
      }
    }
    if (values.empty()) continue;
    sort_by_rank(static_cast<int>(c), values);
    consolidator_.consolidate(plan.columns[c], values, result->columns[c]);
    result->touched.push_back(static_cast<int>(c));
    const Outcome& outcome = result->columns[c];
    result->bytes += outcome.joined.size() + outcome.sources.size() * sizeof(ValueSource) + outcome.offers.size() * sizeof(Offer);
    if (plan.want_conflicts) {
      result->bytes += values.size() * sizeof(Value);
      result->values[c] = std::move(values);
    }
    if (result->bytes > unit_->outcome_bytes) refuse_outcome();
  }
  return result;
}

void RowMerge::decide(const PlanColumn& column, MergedCell& cell) {
  if (!column.original_column) {
    cell.takes_choice = true;
    return;
  }
  // An identifier keeps what it has and has no alternate, whatever the policy.
  const ConflictPolicy policy = column.is_identifier && column.policy != ConflictPolicy::original_only
                                    ? ConflictPolicy::keep_original
                                    : column.policy;
  switch (policy) {
    case ConflictPolicy::keep_original:
      cell.takes_choice = cell.original_blank;
      break;
    case ConflictPolicy::use_enriched:
      cell.takes_choice =
          cell.original_blank || !consolidator_.same_value(column, cell.original, cell.outcome->text);
      break;
    case ConflictPolicy::create_alternate:
      cell.alternate = true;
      break;
    case ConflictPolicy::original_only:
      break;
  }
}

void RowMerge::merge(const RecordBatch& batch, std::size_t row, std::size_t i) {
  const MergePlan& plan = context_.plan;
  const std::size_t files = plan.inputs.size();
  for (const int column : touched_) {
    MergedCell& cell = cells_[column];
    cell.outcome = nullptr;
    cell.values = {};
    cell.takes_choice = cell.alternate = false;
    scratch_[column].values.clear();
    clear_scratch(scratch_[column].outcome.joined);
  }
  touched_.clear();
  shared_.reset();
  changed_ = false;
  for (const int c : of_original_) {
    MergedCell& cell = cells_[c];
    clear_scratch(scratch_[c].unescaped);
    cell.original =
        batch.cell(row, static_cast<std::size_t>(*plan.columns[c].original_column), scratch_[c].unescaped);
    cell.original_blank = blank_.is_blank(cell.original);
  }
  current_ = &reached_[i * files];
  first_identifier_ = -1;
  for (std::size_t f = 0; f < files; ++f) {
    const int identifier = current_[f].identifier;
    if (identifier >= 0 && (first_identifier_ < 0 || identifier < first_identifier_))
      first_identifier_ = identifier;
  }
  if (!matched()) return;
  if (is_heavy()) {
    take_shared();
  } else {
    gather();
  }
  for (const int c : touched_) {
    decide(plan.columns[c], cells_[c]);
    changed_ = changed_ || cells_[c].changed();
  }
}

}  // namespace crm
