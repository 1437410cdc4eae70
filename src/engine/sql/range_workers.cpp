#include "engine/sql/range_workers.h"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace crm {
namespace {

class Ranges {
 public:
  Ranges(SqlSession& session, const RangeWork& work) : session_(session), work_(work) {}

  void run(int workers) {
    {
      std::vector<std::jthread> threads;
      for (int worker = 1; worker < workers; ++worker) threads.emplace_back([this, worker] { serve(worker); });
      serve(0);
    }
    if (!failure_) return;
    session_.check();  // what ended the merge, rather than what it looked like from within
    std::rethrow_exception(failure_);
  }

 private:
  void serve(int worker) {
    try {
      const std::shared_ptr<duck::Connection> connection = session_.connect();
      std::uint64_t number = 0;
      while (fetch(worker, number)) {
        work_.work(number, worker, *connection);
        commit(number, worker);
      }
    } catch (...) {
      fail(std::current_exception());
    }
  }

  bool fetch(int worker, std::uint64_t& number) {
    const std::lock_guard lock(fetching_);
    if (ended_) return false;
    number = next_;
    if (!work_.fetch(number, worker)) {
      ended_ = true;
      return false;
    }
    ++next_;
    return true;
  }

  void commit(std::uint64_t number, int worker) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return turn_ == number || failure_; });
    if (failure_) return;
    lock.unlock();
    work_.commit(number, worker);
    lock.lock();
    ++turn_;
    changed_.notify_all();
  }

  void fail(std::exception_ptr failure) {
    {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::move(failure);
      changed_.notify_all();
    }
    session_.abandon();
    const std::lock_guard lock(fetching_);
    ended_ = true;
  }

  SqlSession& session_;
  const RangeWork& work_;
  std::mutex fetching_;  // of the next two
  std::uint64_t next_ = 0;
  bool ended_ = false;
  std::mutex mutex_;  // of the next two
  std::uint64_t turn_ = 0;
  std::exception_ptr failure_;
  std::condition_variable changed_;
};

}  // namespace

void run_ranges(SqlSession& session, int workers, const RangeWork& work) { Ranges(session, work).run(workers); }

}  // namespace crm
