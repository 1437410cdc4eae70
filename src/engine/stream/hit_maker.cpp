#include "engine/stream/hit_maker.h"

#include <utility>

#include "base/memory_cap.h"
#include "ingest/input.h"
#include "match/keys.h"

namespace crm {
namespace {
constexpr std::uint32_t kMostComplete = (1u << 31) - 1;  // a file has fewer columns

/// The inside of a long cell with doubled quotes, of which no copy is made here. It holds a quote and is longer than any
/// word of --blank, so it is not blank.
std::optional<std::string_view> long_escaped(const RecordBatch& batch, std::size_t row, std::size_t column) {
  const Field& field = batch.field(row, column);
  if (!field.escaped || field.size < kLargeGrowthBytes) return std::nullopt;
  return batch.inside(row, column);
}
}  // namespace

void HitColumns::add_to(const MergePlan& plan, const HitLayout& layout, std::size_t file,
                        Projection& projection) {
  for (const int column : layout.columns[file]) projection.add(plan.columns[column].sources[file]);
  if (layout.recency && plan.inputs[file].recency_column) projection.add(*plan.inputs[file].recency_column);
  if (layout.completeness) projection.add_all();
}

HitColumns::HitColumns(const MergePlan& plan, const HitLayout& layout, std::size_t file,
                       const Projection& projection) {
  for (const int column : layout.columns[file]) {
    cells.emplace_back(column, projection.place(plan.columns[column].sources[file]));
  }
  if (layout.recency && plan.inputs[file].recency_column) {
    recency = projection.place(*plan.inputs[file].recency_column);
  }
}

HitMaker::HitMaker(const MergePlan& plan, const HitLayout& layout, std::size_t file, HitColumns columns)
    : plan_(plan),
      layout_(layout),
      blank_(plan.blank_tokens),
      file_(file),
      columns_(std::move(columns)),
      unescaped_(columns_.cells.size()) {}

void HitMaker::read(const RecordBatch& batch, std::size_t row) {
  cells_.clear();
  for (std::size_t i = 0; i < columns_.cells.size(); ++i) {
    const auto [column, position] = columns_.cells[i];
    if (const auto inside = long_escaped(batch, row, static_cast<std::size_t>(position))) {
      cells_.push_back({column, *inside, 1, true});
      continue;
    }
    const std::string_view text = batch.cell(row, static_cast<std::size_t>(position), unescaped_[i]);
    if (!blank_.is_blank(text)) cells_.push_back({column, text, 1});
  }
  head_.file = static_cast<std::uint16_t>(file_);
  head_.row = row & kRowMask;
  head_.line = batch.line_offset(row);
  head_.completeness = 0;
  if (layout_.completeness) {
    std::uint32_t filled = 0;
    for (std::size_t column = 0; column < batch.columns(); ++column) {
      filled += !is_blank(batch, row, column);
    }
    head_.completeness = filled & kMostComplete;
  }
  recency_ = kNoRecency;
  if (columns_.recency) {
    const std::string_view cell = batch.cell(row, static_cast<std::size_t>(*columns_.recency), scratch_);
    if (!blank_.is_blank(cell)) recency_ = parse_recency(cell, plan_.recency_format).value_or(kNoRecency);
  }
}

bool HitMaker::is_blank(const RecordBatch& batch, std::size_t row, std::size_t column) {
  return !long_escaped(batch, row, column) && blank_.is_blank(batch.cell(row, column, scratch_));
}

void HitMaker::append(SlotRef key, std::string& out) {
  head_.slot = key.slot;
  head_.check = key.check;
  append_hit(layout_, head_, recency_, cells_, out);
}

}  // namespace crm
