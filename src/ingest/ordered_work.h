#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"

namespace crm {

struct OrderedWork {
  std::uint64_t tickets = 0;
  int threads = 1;
  std::stop_token stop;
};

/// Of each thread, so many tickets may wait for their turn at most.
inline constexpr std::size_t kTicketsAheadPerThread = 2;

/// Calls `produce(ticket, thread)` for the tickets 0, 1, 2, … on several threads at once (the caller's among them), and
/// `consume(ticket, result, thread)` in their order, one at a time, on whichever thread is free.
/// Errors: the first one in the order of tickets; cancelled.
template <class Result>
class OrderedWorkers {
 public:
  using Produce = std::function<Result(std::uint64_t ticket, int thread)>;
  using Consume = std::function<void(std::uint64_t ticket, Result result, int thread)>;

  OrderedWorkers(const OrderedWork& work, Produce produce, Consume consume)
      : work_(work), produce_(std::move(produce)), consume_(std::move(consume)) {}

  void run() {
    if (work_.threads <= 1) {
      for (std::uint64_t ticket = 0; ticket < work_.tickets; ++ticket) {
        if (work_.stop.stop_requested()) throw_cancelled();
        consume_(ticket, produce_(ticket, 0), 0);
      }
      return;
    }
    slots_.resize(static_cast<std::size_t>(work_.threads) * (kTicketsAheadPerThread + 1));
    {
      std::vector<std::jthread> others;
      for (int thread = 1; thread < work_.threads; ++thread) {
        others.emplace_back([this, thread] { work(thread); });
      }
      work(0);
    }
    if (failure_) std::rethrow_exception(failure_);
  }

  /// For `produce`: waits until all earlier tickets are consumed, where what it is about to make is so large that there
  /// must be only one. Errors: cancelled, also where an earlier ticket failed.
  void await_turn(std::uint64_t ticket) {
    if (work_.threads <= 1) return;
    std::unique_lock lock(mutex_);
    changed_.wait(lock, work_.stop, [&] { return failure_ || next_turn_ >= ticket; });
    if (failure_ || next_turn_ < ticket) throw_cancelled();
  }

 private:
  struct Slot {
    std::unique_ptr<Result> result;
    std::exception_ptr failure;
    bool ready = false;
  };

  [[noreturn]] static void throw_cancelled() { throw Error(ErrorCode::cancelled, "cancelled"); }

  void work(int thread) {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, work_.stop, [&] {
        return failure_ || next_ticket_ >= work_.tickets || next_ticket_ < next_turn_ + slots_.size();
      });
      if (!failure_ && next_ticket_ < work_.tickets && work_.stop.stop_requested()) {
        failure_ = std::make_exception_ptr(Error(ErrorCode::cancelled, "cancelled"));
        changed_.notify_all();
      }
      if (failure_ || next_ticket_ >= work_.tickets) return;
      const std::uint64_t ticket = next_ticket_++;
      Slot made;
      lock.unlock();
      try {
        made.result = std::make_unique<Result>(produce_(ticket, thread));
      } catch (...) {
        made.failure = std::current_exception();  // thrown when its turn comes, so that the first error is told
      }
      made.ready = true;
      lock.lock();
      slots_[ticket % slots_.size()] = std::move(made);
      take_turns(lock, thread);
    }
  }

  void take_turns(std::unique_lock<std::mutex>& lock, int thread) {
    if (taking_turns_) return;
    taking_turns_ = true;
    while (!failure_ && next_turn_ < work_.tickets && slots_[next_turn_ % slots_.size()].ready) {
      Slot slot = std::exchange(slots_[next_turn_ % slots_.size()], Slot{});
      const std::uint64_t ticket = next_turn_;
      lock.unlock();
      try {
        if (slot.failure) std::rethrow_exception(slot.failure);
        consume_(ticket, std::move(*slot.result), thread);
        slot = Slot{};
        lock.lock();
      } catch (...) {
        lock.lock();
        failure_ = std::current_exception();
      }
      ++next_turn_;
      changed_.notify_all();
    }
    taking_turns_ = false;
  }

  OrderedWork work_;
  Produce produce_;
  Consume consume_;
  std::mutex mutex_;  // of all below
  std::condition_variable_any changed_;
  std::vector<Slot> slots_;  // of ticket % size
  std::uint64_t next_ticket_ = 0, next_turn_ = 0;
  bool taking_turns_ = false;
  std::exception_ptr failure_;
};

}  // namespace crm
