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

#include "engine/stream/hit_store.h"
#include "engine/stream/keyed_hits.h"

namespace crm {

/// Consecutive rows whose hits are in memory at once: a few buckets.
struct HitUnit {
  HitUnit(const MergePlan& plan, const HitLayout& layout, BlockPool& pool, std::uint32_t prune_rows)
      : hits(plan, layout, pool, prune_rows) {}
  std::size_t first_bucket = 0, end_bucket = 0;
  std::uint64_t first_row = 0, end_row = 0;
  KeyedHits hits;
  std::uint64_t rows_left = 0;  // guarded by the queue's mutex
};

/// What units are made from.
struct UnitSource {
  const MergePlan& plan;
  const HitLayout& layout;
  HitStore& store;
  std::uint64_t rows = 0;         ///< of the original
  std::uint64_t bucket_rows = 1;
  std::uint64_t unit_bytes = 0;   ///< stored bytes of a unit; one bucket may have more
  std::uint64_t unit_memory = 0;  ///< that a unit may take before the merge gives up
  std::uint32_t prune_rows = 8;
  /// Called when a unit's hits are complete, before the next unit is made: hands hits on to later buckets.
  std::function<void(const HitUnit&)> hand_on;
};

/// Makes units in the order of rows, some ahead of those who use them, and takes them back when all their rows are done.
///
/// Threads: `acquire` and `done` from any. With `ahead` a thread of its own makes the units; without, `acquire` does.
class HitUnits {
 public:
  /// Units in memory at once: being used, and being made.
  static constexpr std::size_t kLiveUnits = 3;

  HitUnits(UnitSource source, bool ahead, std::stop_token stop);
  /// Ends the thread, wherever it is.
  ~HitUnits();

  /// The unit that has the row; waits for it, and for earlier rows to be done. Errors: what making it threw; cancelled.
  std::shared_ptr<const HitUnit> acquire(std::uint64_t row);
  /// So many rows of the unit are done.
  void done(const HitUnit& unit, std::uint64_t rows);
  /// Those who wait get this failure: earlier rows will never be done.
  void fail(std::exception_ptr failure);
  /// Time spent making units.
  std::chrono::duration<double> busy() const { return busy_; }

 private:
  std::shared_ptr<HitUnit> make_next();
  void run_ahead();
  bool may_make() const;

  UnitSource source_;
  std::stop_token stop_;
  BlockPool pool_;
  Consolidator consolidator_;
  std::chrono::duration<double> busy_{};

  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t next_bucket_ = 0;                // moved by the maker only
  std::deque<std::shared_ptr<HitUnit>> live_;  // in order
  std::exception_ptr failure_;
  std::uint64_t finished_units_ = 0;
  bool open_window_ = false;  // nobody finishes the earliest unit: make those that are asked for
  bool ending_ = false;
  bool ahead_;
  std::thread thread_;
};

}  // namespace crm
