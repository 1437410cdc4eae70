#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/stream/arena.h"
#include "engine/stream/hit.h"
#include "engine/stream/values.h"

namespace crm {

/// The hits of some keys, by key and file, each file's in the order of its rows. Where one key has many rows
/// they are thinned out as they come (Consolidator::thin_out), so that memory is that of the keys and not of
/// the rows.
///
/// Threads: one writer; const from then on.
class KeyedHits {
 public:
  /// `prune_rows`: rows of one key and file that are kept before they are thinned out for the first time.
  KeyedHits(const MergePlan& plan, const HitLayout& layout, BlockPool& pool, std::uint32_t prune_rows);

  /// Expects so many keys, counted for each file.
  void reserve(std::size_t keys);
  /// Takes a copy. Errors: HashCollision if another key has the same slot.
  void add(const char* record, Consolidator& consolidator);
  /// Room for a record, to be filled and then added: it is not copied. Memory of what is never added is not
  /// given back.
  char* room_for(std::size_t bytes);
  void add_in_room(char* record, Consolidator& consolidator);

  /// Thins out what more than two rows hold: each holder of the key will read it.
  void finish(Consolidator& consolidator);

  /// A record and the one before it, of the same key and file.
  struct Row {
    const Row* previous;
    std::uint64_t rows;  ///< with this one
    const char* record() const { return reinterpret_cast<const char*>(this + 1); }
  };
  /// The last row of the key in the file; null if there is none. Errors: HashCollision if the hits there are
  /// another key's. Cost: a cache miss, unless `prefetch` came before; another one for the row.
  const Row* last(std::uint32_t slot, std::uint32_t check, std::size_t file) const;
  void prefetch(std::uint32_t slot, std::size_t file) const {
    __builtin_prefetch(&entries_[place(slot, file)]);
  }

  /// Appends the records of the key in the file to `records`, in order.
  void find(std::uint32_t slot, std::size_t file, std::vector<const char*>& records) const;
  static void collect(const Row* last, std::vector<const char*>& records);
  /// A copy of the record in `arena`, behind `previous`.
  static const Row* append(Arena& arena, const Row* previous, const char* record);

  std::uint64_t memory_bytes() const;

 private:
  struct Entry {
    const Row* last = nullptr;  // null: the place is free
    std::uint32_t slot = 0;
    std::uint32_t check = 0;
    std::uint32_t rows = 0;
    std::uint32_t prune_at = 0;
    std::uint16_t file = 0;
  };
  std::size_t place(std::uint32_t slot, std::size_t file) const;
  const Entry* entry(std::uint32_t slot, std::size_t file) const;
  Entry& entry_for(const HitHead& head);
  void append_row(Entry& entry, const char* record);
  void thin_out_if_many(Entry& entry, Consolidator& consolidator);
  void thin_out(Entry& entry, Consolidator& consolidator);
  void keep_only(Entry& entry, const struct Thinning& thinning);
  void resize(int size_bits);
  void compact();

  const MergePlan& plan_;
  const HitLayout& layout_;
  BlockPool& pool_;
  std::uint32_t prune_rows_;
  Arena arena_;
  std::vector<Entry> entries_;  // open addressing
  std::size_t used_ = 0;
  int shift_ = 0;
  std::uint64_t live_bytes_ = 0, garbage_bytes_ = 0;
  std::vector<const char*> records_;  // scratch
};

}  // namespace crm
