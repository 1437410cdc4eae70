#include "engine/stream/keyed_hits.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "engine/stream/row_keys.h"

namespace crm {
namespace {

constexpr int kFirstSizeBits = 10;
/// Thinned-out records stay in the arena until they are worth copying the others for.
constexpr std::uint64_t kSmallestCompaction = 4u << 20;

}  // namespace

KeyedHits::KeyedHits(const MergePlan& plan, const HitLayout& layout, BlockPool& pool,
                     std::uint32_t prune_rows)
    : plan_(plan),
      layout_(layout),
      pool_(pool),
      prune_rows_(prune_rows),
      arena_(pool),
      entries_(std::size_t{1} << kFirstSizeBits),
      shift_(64 - kFirstSizeBits) {}

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

void KeyedHits::reserve(std::size_t keys) {
  int bits = kFirstSizeBits;
  while ((std::size_t{1} << bits) * 2 < keys * 3) ++bits;
  if (bits > 64 - shift_) resize(bits);
}

void KeyedHits::resize(int size_bits) {
  std::vector<Entry> old(std::size_t{1} << size_bits);
  old.swap(entries_);
  shift_ = 64 - size_bits;
  for (const Entry& moved : old) {
    if (moved.last == nullptr) continue;
    std::size_t at = place(moved.slot, moved.file);
    while (entries_[at].last != nullptr) at = (at + 1) & (entries_.size() - 1);
    entries_[at] = moved;
  }
}

/// The key's entry, made if it is new.
KeyedHits::Entry& KeyedHits::entry_for(const HitHead& head) {
  std::size_t at = place(head.slot, head.file);
  while (entries_[at].last != nullptr && (entries_[at].slot != head.slot || entries_[at].file != head.file)) {
    at = (at + 1) & (entries_.size() - 1);
  }
  Entry* here = &entries_[at];
  if (here->last == nullptr) {
    if ((used_ + 1) * 3 > entries_.size() * 2) {
      resize(65 - shift_);
      at = place(head.slot, head.file);
      while (entries_[at].last != nullptr) at = (at + 1) & (entries_.size() - 1);
      here = &entries_[at];
    }
    ++used_;
    *here = Entry{nullptr, head.slot, head.check, 0, prune_rows_, static_cast<std::uint16_t>(head.file)};
  } else if (here->check != head.check) {
    throw HashCollision();
  }
  return *here;
}

void KeyedHits::add(const char* record, Consolidator& consolidator) {
  Entry& here = entry_for(hit_head(record));
  append_row(here, record);
  thin_out_if_many(here, consolidator);
}

char* KeyedHits::room_for(std::size_t bytes) {
  return static_cast<char*>(arena_.allocate(sizeof(Row) + bytes)) + sizeof(Row);
}

void KeyedHits::add_in_room(char* record, Consolidator& consolidator) {
  const HitHead head = hit_head(record);
  Entry& here = entry_for(head);
  here.last = new (record - sizeof(Row)) Row{here.last, here.last == nullptr ? 1 : here.last->rows + 1};
  ++here.rows;
  live_bytes_ += sizeof(Row) + head.bytes;
  thin_out_if_many(here, consolidator);
}

void KeyedHits::thin_out_if_many(Entry& entry, Consolidator& consolidator) {
  if (entry.rows < entry.prune_at) return;
  thin_out(entry, consolidator);
  entry.prune_at = std::max(prune_rows_, entry.rows * 2);
  if (garbage_bytes_ > std::max(live_bytes_, kSmallestCompaction)) compact();
}

const KeyedHits::Row* KeyedHits::append(Arena& arena, const Row* previous, const char* record) {
  const std::size_t bytes = hit_head(record).bytes;
  Row* const row =
      new (arena.allocate(sizeof(Row) + bytes)) Row{previous, previous == nullptr ? 1 : previous->rows + 1};
  std::memcpy(row + 1, record, bytes);
  return row;
}

void KeyedHits::append_row(Entry& entry, const char* record) {
  entry.last = append(arena_, entry.last, record);
  ++entry.rows;
  live_bytes_ += sizeof(Row) + hit_head(record).bytes;
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

/// Which cells of some records stay. Cells are numbered through, record by record.
struct Thinning {
  std::vector<bool> keep;
  std::unordered_map<std::size_t, std::uint64_t> counts;  // where not 1
};

namespace {

/// Cells of one column, as values.
struct ColumnCells {
  std::vector<Value> values;
  std::vector<std::size_t> numbers;
};

/// Columns that are thinned out in one reading of the records: as many as have so many cells together.
constexpr std::size_t kCellsAtOnce = 1u << 18;

}  // namespace

void KeyedHits::thin_out(Entry& entry, Consolidator& consolidator) {
  records_.clear();
  collect(entry.last, records_);
  const std::vector<int>& columns = layout_.columns[entry.file];
  std::vector<std::size_t> cells_of(plan_.columns.size());
  Thinning thinning;
  std::size_t cells = 0;
  for (const char* const record : records_) {
    for_each_cell(layout_, record, [&](const HitCell& cell) {
      ++cells_of[cell.column];
      ++cells;
    });
  }
  thinning.keep.resize(cells);
  std::vector<ColumnCells> of_column(plan_.columns.size());
  std::vector<bool> keep;
  for (std::size_t first = 0, end = 0; first < columns.size(); first = end) {
    std::size_t at_once = 0;
    while (end < columns.size() && (end == first || at_once + cells_of[columns[end]] <= kCellsAtOnce)) {
      at_once += cells_of[columns[end++]];
    }
    const int from = columns[first], to = columns[end - 1];
    std::size_t number = 0;
    for (const char* const record : records_) {
      for_each_cell(layout_, record, [&](const HitCell& cell) {
        if (cell.column >= from && cell.column <= to) {
          of_column[cell.column].values.push_back({cell.text, record, cell.count});
          of_column[cell.column].numbers.push_back(number);
        }
        ++number;
      });
    }
    for (std::size_t i = first; i < end; ++i) {
      ColumnCells& here = of_column[columns[i]];
      consolidator.thin_out(plan_.columns[columns[i]], here.values, keep);
      for (std::size_t v = 0; v < here.values.size(); ++v) {
        if (!keep[v]) continue;
        thinning.keep[here.numbers[v]] = true;
        if (here.values[v].count != 1) thinning.counts[here.numbers[v]] = here.values[v].count;
      }
      here = ColumnCells();
    }
  }
  keep_only(entry, thinning);
}

void KeyedHits::keep_only(Entry& entry, const Thinning& thinning) {
  entry.last = nullptr;
  entry.rows = 0;
  std::size_t number = 0;
  std::vector<HitCell> kept;
  std::string thinned;
  for (const char* const record : records_) {
    const HitHead head = hit_head(record);
    kept.clear();
    for_each_cell(layout_, record, [&](HitCell cell) {
      if (thinning.keep[number]) {
        const auto count = thinning.counts.find(number);
        cell.count = count == thinning.counts.end() ? 1 : count->second;
        kept.push_back(cell);
      }
      ++number;
    });
    garbage_bytes_ += sizeof(Row) + head.bytes;
    live_bytes_ -= sizeof(Row) + head.bytes;
    if (kept.empty()) continue;  // of each column at least one cell stays, so at least one record does
    thinned.clear();
    append_hit(layout_, head, hit_recency(layout_, record), kept, thinned);
    append_row(entry, thinned.data());
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
    for (const char* const record : records_) append_row(here, record);
  }
}

std::uint64_t KeyedHits::memory_bytes() const {
  return arena_.held_bytes() + entries_.size() * sizeof(Entry);
}

}  // namespace crm
