#pragma once

#include <cstdint>
#include <vector>

#include "engine/accounts.h"
#include "engine/stream/key_table.h"
#include "engine/stream/mapped_array.h"

namespace crm {

/// Which keys of which enriched file a row of the original may match on: a bit per slot and file.
///
/// Threads: const while rows are being formatted.
class UsableKeys {
 public:
  UsableKeys() = default;
  UsableKeys(std::uint64_t slots, std::size_t files) : files_(files), bits_(slots * files) {}
  void set(std::uint32_t slot, std::size_t file) { bits_.set(slot * files_ + file); }
  void reset(std::uint32_t slot, std::size_t file) { bits_.reset(slot * files_ + file); }
  bool test(std::uint32_t slot, std::size_t file) const { return bits_.test(slot * files_ + file); }
  void prefetch(std::uint32_t slot) const { bits_.prefetch(slot * files_); }

 private:
  std::size_t files_ = 0;
  BitArray bits_;
};

/// Counts the holders of keys under --max-shared, and takes those that too many hold out of matching.
class SharedKeys {
 public:
  SharedKeys(const MergePlan& plan, const KeyTable& table);

  /// False if no key can be too widely shared: nothing need be counted.
  bool any() const { return !counters_.empty(); }
  bool counts(int identifier) const { return counter_of_[identifier] >= 0; }

  /// A row of the original, or of the file being counted, holds the key (once a row).
  void hold_in_original(int identifier, std::uint32_t slot) {
    ++counters_[counter_of_[identifier]].original[index(slot)];
  }
  void hold_in_file(std::uint32_t slot);
  /// After a file: its keys that the original or it shares too widely are no longer usable in it.
  void settle_file(std::size_t file, UsableKeys& usable);

  /// After the last file: what kept rows from matching. Its keys' texts are not known here: `listed` says of
  /// which slots they are wanted.
  std::uint64_t finish();
  bool listed(std::uint32_t slot) const { return !listed_.empty() && is_listed(slot); }
  /// Offers a listed slot's key with its text.
  void offer(std::uint32_t slot, const std::string& key, SharedKeyList& list) const;

 private:
  struct Counter {
    int identifier = 0;
    std::uint64_t begin = 0, end = 0;  // slots
    std::uint64_t limit = 0;
    MappedArray<std::uint32_t> original, file;
    BitArray in_some_file;
  };
  struct Sharing {
    std::uint32_t slot = 0;
    int place = 0;
    std::uint32_t rows = 0;
  };
  std::uint64_t index(std::uint32_t slot) const;
  const Counter* counter_of_slot(std::uint32_t slot) const;
  void record(const Counter& counter, std::uint32_t slot, int place, std::uint32_t rows);
  void keep_first();
  bool is_listed(std::uint32_t slot) const;

  const MergePlan& plan_;
  const KeyTable& table_;
  std::vector<int> counter_of_;  // per identifier, -1 where nothing is counted
  std::vector<Counter> counters_;
  std::vector<Sharing> sharings_;  // those that may be listed
  std::vector<std::uint32_t> listed_;
  std::uint64_t total_ = 0;
};

}  // namespace crm
