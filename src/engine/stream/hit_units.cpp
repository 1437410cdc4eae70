#include "engine/stream/hit_units.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/error.h"
#include "engine/stream/run_context.h"

namespace crm {
namespace {
constexpr std::chrono::milliseconds kPoll{50};
constexpr int kIdlePolls = 200;
constexpr std::uint64_t kHeavyBytes = 256u << 10;
/// Stored; for the first guess of how many there are.
constexpr std::uint64_t kUsualHitBytes = 160;
}  // namespace

UnitSource unit_source(const RunContext& run, const HitLayout& layout, HitStore& store) {
  UnitSource source{run.plan, layout, store, 0, 1, 0, 0, 0, 0, {}};
  source.unit_bytes = run.tuning.partition_rows > 0 ? 0 : run.memory.unit;
  source.most_memory = run.memory.largest_unit;
  source.prune_rows = run.tuning.prune_rows;
  source.heavy_bytes = run.tuning.heavy_bytes > 0 ? run.tuning.heavy_bytes : kHeavyBytes;
  return source;
}

HitUnits::HitUnits(UnitSource source, bool ahead, std::stop_token stop)
    : source_(std::move(source)),
      stop_(std::move(stop)),
      pool_(kLiveUnits * (source_.unit_bytes / BlockPool::kBlockBytes + 2)),
      consolidator_(source_.plan, source_.layout),
      ahead_(ahead) {
  if (ahead_) thread_ = std::thread([this] { run_ahead(); });
}

HitUnits::~HitUnits() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

const KeyedHits::Row* HitUnit::last(std::uint32_t slot, std::uint32_t check, std::size_t file,
                                    std::uint64_t& chain) const {
  chain = 0;
  if (const KeyedHits::Row* const row = hits.last(slot, check, file)) return row;
  if (heavy.empty()) return nullptr;
  const auto at = heavy.find(heavy_name(slot, file));
  if (at == heavy.end()) return nullptr;
  if (at->second->check != check) throw HashCollision();
  chain = at->second->id;
  return at->second->last;
}

/// The next unit, or nothing behind the last.
std::shared_ptr<HitUnit> HitUnits::make_next() {
  if (next_bucket_ == source_.store.buckets()) return nullptr;
  throw_if_stopped(stop_);
  const auto start = std::chrono::steady_clock::now();
  auto unit = std::make_shared<HitUnit>(source_.plan, source_.layout, pool_, source_.prune_rows);
  choose_buckets(*unit);
  unit->heavy = heavy_;
  unit->heavy_outcomes = &heavy_outcomes_;
  read_hits(*unit);
  if (source_.edges) hand_on(*unit);
  drop_heavy(*unit);
  source_.store.drop(unit->first_bucket, unit->end_bucket);
  const std::uint64_t used = unit->hits.memory_bytes() + heavy_bytes_;
  unit->outcome_bytes = source_.most_memory > used ? source_.most_memory - used : 0;
  busy_ += std::chrono::steady_clock::now() - start;
  return unit;
}

void HitUnits::choose_buckets(HitUnit& unit) {
  const HitStore& store = source_.store;
  unit.first_bucket = next_bucket_;
  std::uint64_t bytes = store.bytes(next_bucket_++);
  while (next_bucket_ < store.buckets() && bytes + store.bytes(next_bucket_) <= source_.unit_bytes) {
    bytes += store.bytes(next_bucket_++);
  }
  unit.hits.reserve(std::min(bytes, 2 * source_.unit_bytes) / kUsualHitBytes);
  unit.large = source_.unit_bytes > 0 && bytes > 2 * source_.unit_bytes;
  unit.end_bucket = next_bucket_;
  unit.first_row = unit.first_bucket * source_.bucket_rows;
  unit.end_row = std::min(source_.rows, unit.end_bucket * source_.bucket_rows);
  unit.rows_left = unit.end_row - unit.first_row;
}

void HitUnits::read_hits(HitUnit& unit) {
  std::uint64_t read = 0;
  const auto add = [&](const char* record) {
    unit.hits.add(record, consolidator_);
    if ((++read & 1023) != 0) return;
    throw_if_stopped(stop_);
    if (unit.hits.memory_bytes() + heavy_bytes_ > source_.most_memory) {
      throw Error(
          ErrorCode::limit_exceeded,
          fmt::format(
              "the enriched values of rows {} to {} of the original do not fit in --memory-limit: give it "
              "more, or take fewer columns (--columns, --drop)",
              unit.first_row + 1, unit.end_row));
    }
  };
  // Their memory is held against the limit when it is taken (base/memory_cap.h).
  HitStore::LongRecords long_records;
  long_records.room = [&](std::size_t bytes) { return unit.hits.room_for(bytes); };
  long_records.added = [&](char* record) {
    throw_if_stopped(stop_);
    unit.hits.add_in_room(record, consolidator_);
  };
  source_.store.read(unit.first_bucket, unit.end_bucket, add, long_records);
  unit.hits.finish(consolidator_);
}

/// Hands the hits of keys that later buckets hold on to the next of those.
void HitUnits::hand_on(const HitUnit& unit) {
  for (std::size_t bucket = unit.first_bucket; bucket < unit.end_bucket; ++bucket) {
    for (const HolderEdge& edge : source_.edges(bucket)) {
      if (edge.next_bucket < unit.end_bucket) continue;
      for (std::size_t f = 0; f < source_.plan.inputs.size(); ++f) hand_on(unit, edge, f);
    }
  }
}

void HitUnits::hand_on(const HitUnit& unit, const HolderEdge& edge, std::size_t file) {
  if (!heavy_.empty()) {
    const auto known = heavy_.find(heavy_name(edge.slot, file));
    if (known != heavy_.end()) {
      known->second->next_bucket = edge.next_bucket;
      return;
    }
  }
  std::vector<const char*> records;
  unit.hits.find(edge.slot, file, records);
  std::uint64_t bytes = 0;
  for (const char* const record : records) bytes += hit_head(record).bytes;
  if (bytes < source_.heavy_bytes) {
    for (const char* const record : records)
      source_.store.append(edge.next_bucket, {record, hit_head(record).bytes});
    return;
  }
  auto chain = std::make_shared<HeavyChain>(pool_);
  chain->id = ++heavy_ids_;
  chain->check = hit_head(records.front()).check;
  chain->next_bucket = edge.next_bucket;
  for (const char* const record : records) chain->last = KeyedHits::append(chain->arena, chain->last, record);
  heavy_bytes_ += chain->arena.held_bytes();
  heavy_.emplace(heavy_name(edge.slot, file), std::move(chain));
}

/// Lets go of the chains whose last holder is in the unit; the unit has its own hold on them.
void HitUnits::drop_heavy(const HitUnit& unit) {
  const std::size_t dropped = std::erase_if(heavy_, [&](const auto& named) {
    if (named.second->next_bucket >= unit.end_bucket) return false;
    heavy_bytes_ -= named.second->arena.held_bytes();
    return true;
  });
  if (dropped > 0) heavy_outcomes_.clear();
}

bool HitUnits::may_make() const {
  if (ending_ || failure_ || open_window_ || live_.empty()) return true;
  const std::size_t next = next_bucket_;
  const bool large = next < source_.store.buckets() && source_.store.bytes(next) > 2 * source_.unit_bytes;
  return live_.size() < kLiveUnits && !live_.back()->large && (!large || source_.unit_bytes == 0);
}

void HitUnits::run_ahead() {
  try {
    for (;;) {
      {
        std::unique_lock lock(mutex_);
        maker_waits_ = true;
        changed_.wait(lock, [&] { return may_make(); });
        maker_waits_ = false;
        if (ending_ || failure_) return;
      }
      std::shared_ptr<HitUnit> unit = make_next();
      if (!unit) return;
      {
        const std::lock_guard lock(mutex_);
        live_.push_back(std::move(unit));
        open_window_ = false;
      }
      changed_.notify_all();
    }
  } catch (...) {
    fail(std::current_exception());
  }
}

std::shared_ptr<const HitUnit> HitUnits::acquire(std::uint64_t row) {
  std::unique_lock lock(mutex_);
  std::uint64_t seen = finished_units_;
  int idle = 0;
  for (;;) {
    for (const std::shared_ptr<HitUnit>& unit : live_) {
      if (row >= unit->first_row && row < unit->end_row) return unit;
    }
    if (failure_) std::rethrow_exception(failure_);
    throw_if_stopped(stop_);
    if (!ahead_) {
      live_.push_back(make_next());
      continue;
    }
    changed_.wait_for(lock, kPoll);
    // Earlier rows may never be done, if the scan failed where nobody here hears of it. So after a while
    // without any end of a unit this thread goes on with more units in memory, to its own end.
    idle = finished_units_ == seen && maker_waits_ ? idle + 1 : 0;
    seen = finished_units_;
    if (idle >= kIdlePolls) {
      open_window_ = true;
      changed_.notify_all();
    }
  }
}

void HitUnits::fail(std::exception_ptr failure) {
  {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::move(failure);
  }
  changed_.notify_all();
}

void HitUnits::done(const HitUnit& unit, std::uint64_t rows) {
  std::shared_ptr<HitUnit> finished;  // freed outside the lock
  {
    const std::lock_guard lock(mutex_);
    const auto at =
        std::find_if(live_.begin(), live_.end(), [&](const auto& live) { return live.get() == &unit; });
    (*at)->rows_left -= rows;
    if ((*at)->rows_left > 0) return;
    finished = std::move(*at);
    live_.erase(at);
    ++finished_units_;
  }
  changed_.notify_all();
}

}  // namespace crm
