#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "match/keys.h"

namespace crm {

/// Key makers for whichever thread of DuckDB comes by: each has one to itself while it works on a chunk.
///
/// Threads: any.
class KeyMakerPool {
 public:
  explicit KeyMakerPool(KeyOptions options) : options_(std::move(options)) {}

  /// Gives a key maker back when it goes.
  class Lease {
   public:
    explicit Lease(KeyMakerPool& pool) : pool_(pool), maker_(pool.take()) {}
    ~Lease() { pool_.give_back(std::move(maker_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    KeyMaker& operator*() { return *maker_; }
    KeyMaker* operator->() { return maker_.get(); }

   private:
    KeyMakerPool& pool_;
    std::unique_ptr<KeyMaker> maker_;
  };

  const BlankRule& blank() const { return options_.blank; }

 private:
  std::unique_ptr<KeyMaker> take() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        std::unique_ptr<KeyMaker> maker = std::move(idle_.back());
        idle_.pop_back();
        return maker;
      }
    }
    return std::make_unique<KeyMaker>(options_);
  }
  void give_back(std::unique_ptr<KeyMaker> maker) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(maker));
  }

  KeyOptions options_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<KeyMaker>> idle_;  // guarded by mutex_
};

}  // namespace crm
