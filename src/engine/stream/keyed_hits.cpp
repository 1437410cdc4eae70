#include "engine/stream/keyed_hits.h"

#include <algorithm>
#include <utility>

#include "engine/stream/row_keys.h"

namespace crm {
namespace {

constexpr int kFirstSizeBits = 10;
/// Thinned-out records stay in the arena until they are worth copying the others for.
constexpr std::uint64_t kSmallestCompaction = 4u << 20;

}  // namespace

KeyedHits::KeyedHits(const MergePlan& plan, const HitLayout& layout, BlockPool& pool, std::uint32_t prune_rows)
    : plan_(plan), layout_(layout), pool_(pool), prune_rows_(prune_rows), arena_(pool),
      entries_(std::size_t{1} << kFirstSizeBits), shift_(64 - kFirstSizeBits) {}

std::size_t KeyedHits::place(std::uint32_t slot, std::size_t file) const {
  return static_cast<std::size_t>(((slot + (std::uint64_t{file} << 32)) * 0x9E3779B97F4A7C15u) >> shift_);
}

const KeyedHits::Entry* KeyedHits::entry(std::uint32_t slot, std::size_t file) const {
  for (std::size_t at = place(slot, file);; at = (at + 1) & (entries_.size() - 1)) {
    const Entry& here = entries_[at];
    if (here.last == nullptr) return nullptr;
    if (here.slot == slot && here.file == file) return &here;
  }
}

void KeyedHits::grow() {
  std::vector<Entry> old(entries_.size() * 2);
  old.swap(entries_);
  --shift_;
  for (const Entry& moved : old) {
    if (moved.last == nullptr) continue;
    std::size_t at = place(moved.slot, moved.file);
    while (entries_[at].last != nullptr) at = (at + 1) & (entries_.size() - 1);
    entries_[at] = moved;
  }
}

void KeyedHits::add(const char* record, Consolidator& consolidator) {
  const HitHead head = hit_head(record);
  std::size_t at = place(head.slot, head.file);
  while (entries_[at].last != nullptr && (entries_[at].slot != head.slot || entries_[at].file != head.file)) {
    at = (at + 1) & (entries_.size() - 1);
  }
  Entry* here = &entries_[at];
  if (here->last == nullptr) {
    if ((used_ + 1) * 3 > entries_.size() * 2) {
      grow();
      at = place(head.slot, head.file);
      while (entries_[at].last != nullptr) at = (at + 1) & (entries_.size() - 1);
      here = &entries_[at];
    }
    ++used_;
    *here = Entry{nullptr, head.slot, head.check, 0, prune_rows_, static_cast<std::uint16_t>(head.file)};
  } else if (here->check != head.check) {
    throw HashCollision();
  }
  append_row(*here, record, head.bytes);
  if (here->rows >= here->prune_at) {
    thin_out(*here, consolidator);
    here->prune_at = std::max(prune_rows_, here->rows * 2);
    if (garbage_bytes_ > std::max(live_bytes_, kSmallestCompaction)) compact();
  }
}

void KeyedHits::append_row(Entry& entry, const char* record, std::size_t bytes) {
  char* const at = arena_.allocate(sizeof(Row) + bytes);
  Row* const row = new (at) Row{entry.last};
  std::memcpy(row + 1, record, bytes);
  entry.last = row;
  ++entry.rows;
  live_bytes_ += sizeof(Row) + bytes;
}

void KeyedHits::collect(const Row* last, std::vector<const char*>& records) {
  const std::size_t first = records.size();
  for (const Row* row = last; row != nullptr; row = row->previous) records.push_back(row->record());
  std::reverse(records.begin() + static_cast<std::ptrdiff_t>(first), records.end());
}

const KeyedHits::Row* KeyedHits::last(std::uint32_t slot, std::uint32_t check, std::size_t file) const {
  const Entry* const here = entry(slot, file);
  if (here == nullptr) return nullptr;
  if (here->check != check) throw HashCollision();
  return here->last;
}

void KeyedHits::find(std::uint32_t slot, std::size_t file, std::vector<const char*>& records) const {
  if (const Entry* const here = entry(slot, file)) collect(here->last, records);
}

void KeyedHits::thin_out(Entry& entry, Consolidator& consolidator) {
  records_.clear();
  collect(entry.last, records_);
  // Cells by column, with the record that each is in.
  struct Cell {
    std::uint32_t record;
    HitCell cell;
  };
  std::vector<Cell> cells;
  for (std::uint32_t i = 0; i < records_.size(); ++i) {
    for_each_cell(layout_, records_[i], [&](const HitCell& cell) { cells.push_back({i, cell}); });
  }
  std::stable_sort(cells.begin(), cells.end(), [](const Cell& a, const Cell& b) { return a.cell.column < b.cell.column; });
  std::vector<std::vector<HitCell>> kept(records_.size());
  for (std::size_t first = 0, end = 0; first < cells.size(); first = end) {
    values_.clear();
    while (end < cells.size() && cells[end].cell.column == cells[first].cell.column) {
      const char* const record = records_[cells[end].record];
      const HitHead head = hit_head(record);
      values_.push_back({cells[end].cell.text,
                         {static_cast<int>(head.file), head.row, head.line},
                         head.completeness,
                         hit_recency(layout_, record),
                         cells[end].cell.count});
      ++end;
    }
    consolidator.thin_out(plan_.columns[cells[first].cell.column], values_, keep_);
    for (std::size_t i = first; i < end; ++i) {
      if (!keep_[i - first]) continue;
      cells[i].cell.count = values_[i - first].count;
      kept[cells[i].record].push_back(cells[i].cell);
    }
  }
  entry.last = nullptr;
  entry.rows = 0;
  std::string record;
  for (std::size_t i = 0; i < records_.size(); ++i) {
    const HitHead head = hit_head(records_[i]);
    garbage_bytes_ += sizeof(Row) + head.bytes;
    live_bytes_ -= sizeof(Row) + head.bytes;
    if (kept[i].empty()) continue;  // of each column at least one cell stays, so at least one record does
    record.clear();
    append_hit(layout_, head, hit_recency(layout_, records_[i]), kept[i], record);
    append_row(entry, record.data(), record.size());
  }
}

void KeyedHits::finish(Consolidator& consolidator) {
  for (Entry& here : entries_) {
    if (here.last != nullptr && here.rows > 2) thin_out(here, consolidator);
  }
}

void KeyedHits::compact() {
  Arena old = std::move(arena_);
  arena_ = Arena(pool_);
  live_bytes_ = 0;
  garbage_bytes_ = 0;
  for (Entry& here : entries_) {
    if (here.last == nullptr) continue;
    records_.clear();
    collect(here.last, records_);
    here.last = nullptr;
    here.rows = 0;
    for (const char* const record : records_) append_row(here, record, hit_head(record).bytes);
  }
}

std::uint64_t KeyedHits::memory_bytes() const { return arena_.held_bytes() + entries_.size() * sizeof(Entry); }

}  // namespace crm
