#pragma once

#include <cstddef>
#include <cstdint>

#include "inspect/hash_set.h"

namespace crm {

/// The distinct keys of one identifier of one file, or a sample of them that is the same in every file: those whose hash
/// ends in `level` zero bits. So two files' samples can be intersected, however large the files are.
///
/// Memory: 16 to 32 bytes for each of `most_keys`.
class KeySample {
 public:
  static constexpr std::size_t kMostKeys = 128 * 1024;

  explicit KeySample(std::size_t most_keys = kMostKeys) : most_keys_(most_keys) {}

  void add(std::uint64_t hash) {
    if ((hash & mask_) != 0 || !keys_.insert(hash) || keys_.size() <= most_keys_) return;
    thin_out();
  }

  /// Of every 2^level keys one is kept; 0: all are, and counts are exact.
  int level() const { return level_; }
  /// Distinct keys, exactly or about.
  std::uint64_t count() const { return static_cast<std::uint64_t>(keys_.size()) << level_; }

  /// Distinct keys that both have; exact if both are.
  friend std::uint64_t count_shared(const KeySample& a, const KeySample& b);

 private:
  void thin_out();

  std::size_t most_keys_;
  int level_ = 0;
  std::uint64_t mask_ = 0;
  HashSet keys_;
};

std::uint64_t count_shared(const KeySample& a, const KeySample& b);

}  // namespace crm
