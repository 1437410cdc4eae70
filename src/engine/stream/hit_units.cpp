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
constexpr int kIdlePolls = 40;
}  // namespace

HitUnits::HitUnits(UnitSource source, bool ahead, std::stop_token stop)
    : source_(std::move(source)), stop_(std::move(stop)),
      pool_(kLiveUnits * (source_.unit_bytes / BlockPool::kBlockBytes + 2)), consolidator_(source_.plan), ahead_(ahead) {
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

/// The next unit, or nothing behind the last.
std::shared_ptr<HitUnit> HitUnits::make_next() {
  const std::size_t buckets = source_.store.buckets();
  if (next_bucket_ == buckets) return nullptr;
  throw_if_stopped(stop_);
  const auto start = std::chrono::steady_clock::now();
  auto unit = std::make_shared<HitUnit>(source_.plan, source_.layout, pool_, source_.prune_rows);
  unit->first_bucket = next_bucket_;
  std::uint64_t bytes = source_.store.bytes(next_bucket_++);
  while (next_bucket_ < buckets && bytes + source_.store.bytes(next_bucket_) <= source_.unit_bytes) {
    bytes += source_.store.bytes(next_bucket_++);
  }
  unit->end_bucket = next_bucket_;
  unit->first_row = unit->first_bucket * source_.bucket_rows;
  unit->end_row = std::min(source_.rows, unit->end_bucket * source_.bucket_rows);
  unit->rows_left = unit->end_row - unit->first_row;

  std::uint64_t read = 0;
  source_.store.read(unit->first_bucket, unit->end_bucket, [&](const char* record) {
    unit->hits.add(record, consolidator_);
    if ((++read & 1023) != 0) return;
    throw_if_stopped(stop_);
    if (unit->hits.memory_bytes() > source_.unit_memory) {
      throw Error(ErrorCode::limit_exceeded,
                  fmt::format("the enriched values of rows {} to {} of the original do not fit in --memory-limit: give it "
                              "more, or take fewer columns (--columns, --drop)",
                              unit->first_row + 1, unit->end_row));
    }
  });
  unit->hits.finish(consolidator_);
  if (source_.hand_on) source_.hand_on(*unit);
  source_.store.drop(unit->first_bucket, unit->end_bucket);
  busy_ += std::chrono::steady_clock::now() - start;
  return unit;
}

bool HitUnits::may_make() const { return ending_ || failure_ || open_window_ || live_.size() < kLiveUnits; }

void HitUnits::run_ahead() {
  try {
    for (;;) {
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return may_make(); });
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
    // Earlier rows may never be done, if the scan failed where nobody here hears of it. So after a while without any
    // end of a unit this thread goes on with more units in memory, to its own end.
    idle = finished_units_ == seen && live_.size() >= kLiveUnits ? idle + 1 : 0;
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
    const auto at = std::find_if(live_.begin(), live_.end(), [&](const auto& live) { return live.get() == &unit; });
    (*at)->rows_left -= rows;
    if ((*at)->rows_left > 0) return;
    finished = std::move(*at);
    live_.erase(at);
    ++finished_units_;
  }
  changed_.notify_all();
}

}  // namespace crm
