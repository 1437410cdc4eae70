#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "engine/stream/arena.h"
#include "engine/stream/keyed_hits.h"
#include "engine/stream/values.h"

namespace crm {

/// Keys that very many rows have, with values of which very many differ: what would make the work of a row
/// that of a whole file. Their hits are kept in memory from the first holder to the last, instead of being
/// written again for each bucket with a holder, and what they come to is worked out once.
struct HeavyChain {
  explicit HeavyChain(BlockPool& pool) : arena(pool) {}
  std::uint64_t id = 0;  ///< of this chain and no other in the merge
  std::uint32_t check = 0;
  std::size_t next_bucket = 0;  ///< with a holder, behind those that are done
  const KeyedHits::Row* last = nullptr;
  Arena arena;
};

/// By slot and file.
using HeavyChains = std::unordered_map<std::uint64_t, std::shared_ptr<HeavyChain>>;
inline std::uint64_t heavy_name(std::uint32_t slot, std::size_t file) {
  return slot + (std::uint64_t{file} << 32);
}

/// What rows of an original that reach the same rows get, column by column.
struct SharedOutcomes {
  std::vector<Outcome> columns;  ///< by index into MergePlan::columns; meaningless where there is no value
  std::vector<int> touched;      ///< columns with values
  std::vector<std::vector<Value>> values;  ///< by column; only where conflicts are listed
  std::uint64_t bytes = 0;                 ///< that it takes
};

/// Outcomes that are worked out once and used by many rows.
///
/// Threads: any; while one works out an outcome the others wait for it.
class OutcomeCache {
 public:
  /// What tells who reached what: for each file a chain's id, or a row's place in memory.
  using Name = std::vector<std::uint64_t>;
  std::shared_ptr<const SharedOutcomes> get(
      const Name& name, const std::function<std::shared_ptr<const SharedOutcomes>()>& make) {
    const std::lock_guard lock(mutex_);
    std::shared_ptr<const SharedOutcomes>& place = outcomes_[name];
    if (!place) place = make();
    return place;
  }
  void clear() {
    const std::lock_guard lock(mutex_);
    outcomes_.clear();
  }

 private:
  std::mutex mutex_;
  std::map<Name, std::shared_ptr<const SharedOutcomes>> outcomes_;
};

}  // namespace crm
