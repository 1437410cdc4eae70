#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>

#include "engine/stream/heavy_keys.h"
#include "engine/stream/hit_store.h"
#include "engine/stream/keyed_hits.h"
#include "engine/stream/original_index.h"
#include "engine/stream/run_context.h"

namespace crm {

/// Consecutive rows whose hits are in memory at once: a few buckets.
struct HitUnit {
  HitUnit(const MergePlan& plan, const HitLayout& layout, BlockPool& pool, std::uint32_t prune_rows)
      : hits(plan, layout, pool, prune_rows) {}

  /// The last row of the key in the file, and the id of its chain if it is a heavy one (else 0).
  const KeyedHits::Row* last(std::uint32_t slot, std::uint32_t check, std::size_t file,
                             std::uint64_t& chain) const;

  std::size_t first_bucket = 0, end_bucket = 0;
  std::uint64_t first_row = 0, end_row = 0;
  KeyedHits hits;
  HeavyChains heavy;  ///< those of earlier units that may be needed
  std::unique_ptr<OutcomeCache> outcomes =
      std::make_unique<OutcomeCache>();    ///< where rows of this unit have a share
  OutcomeCache* heavy_outcomes = nullptr;  ///< of heavy chains only
  std::uint64_t outcome_bytes = 0;         ///< that what rows share may take
  bool large = false;                      ///< more than its share of memory: no other is made beside it
  std::uint64_t rows_left = 0;             // guarded by the queue's mutex
};

/// What units are made from.
struct UnitSource {
  const MergePlan& plan;
  const HitLayout& layout;
  HitStore& store;
  std::uint64_t rows = 0;  ///< of the original
  std::uint64_t bucket_rows = 1;
  std::uint64_t unit_bytes = 0;   ///< stored bytes of a unit; one bucket may have more
  std::uint64_t most_memory = 0;  ///< that a unit and the heavy chains may take before the merge gives up
  std::uint32_t prune_rows = 8;
  std::uint64_t heavy_bytes = 0;  ///< stored bytes from which on a key is heavy
  /// Keys of a bucket that a later bucket holds too; null: there are none.
  std::function<std::vector<HolderEdge>(std::size_t bucket)> edges;
};

/// The sizes that the run's memory and tuning give; rows, buckets and edges are the caller's.
UnitSource unit_source(const RunContext& run, const HitLayout& layout, HitStore& store);

/// Makes units in the order of rows, some ahead of those who use them, and takes them back when all their
/// rows are done.
///
/// Threads: `acquire` and `done` from any. With `ahead` a thread of its own makes the units; without,
/// `acquire` does.
class HitUnits {
 public:
  /// Units in memory at once: being used, and being made.
  static constexpr std::size_t kLiveUnits = 3;

  HitUnits(UnitSource source, bool ahead, std::stop_token stop);
  /// Ends the thread, wherever it is.
  ~HitUnits();

  /// The unit that has the row; waits for it, and for earlier rows to be done. Errors: what making it threw;
  /// cancelled.
  std::shared_ptr<const HitUnit> acquire(std::uint64_t row);
  /// So many rows of the unit are done.
  void done(const HitUnit& unit, std::uint64_t rows);
  /// Those who wait get this failure: earlier rows will never be done.
  void fail(std::exception_ptr failure);
  /// Time spent making units.
  std::chrono::duration<double> busy() const { return busy_; }

 private:
  std::shared_ptr<HitUnit> make_next();
  void choose_buckets(HitUnit& unit);
  void read_hits(HitUnit& unit);
  void hand_on(const HitUnit& unit);
  void hand_on(const HitUnit& unit, const HolderEdge& edge, std::size_t file);
  void drop_heavy(const HitUnit& unit);
  void run_ahead();
  bool may_make() const;

  UnitSource source_;
  std::stop_token stop_;
  // Of the maker: the thread that runs ahead, or who holds the mutex.
  BlockPool pool_;
  Consolidator consolidator_;
  std::size_t next_bucket_ = 0;
  std::chrono::duration<double> busy_{};
  HeavyChains heavy_;
  std::uint64_t heavy_bytes_ = 0, heavy_ids_ = 0;
  OutcomeCache heavy_outcomes_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<HitUnit>> live_;  // in order
  std::exception_ptr failure_;
  std::uint64_t finished_units_ = 0;
  bool maker_waits_ = false;
  bool open_window_ = false;  // nobody finishes the earliest unit: make those that are asked for
  bool ending_ = false;
  bool ahead_;
  std::thread thread_;
};

}  // namespace crm
