#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <vector>

#include "base/temp_space.h"

namespace crm {

/// A list that is written once from begin to end, and read in pieces: of it only a buffer is in memory.
///
/// Threads: one. Errors: limit_exceeded when the disk is full.
template <class Value>
class SpilledList {
  static_assert(std::is_trivially_copyable_v<Value>);

 public:
  explicit SpilledList(TempSpace& temp) : temp_(&temp) {}

  void add(const Value& value) {
    if (buffer_.size() == kBufferedValues) flush();
    buffer_.push_back(value);
  }
  std::uint64_t size() const { return written_ + buffer_.size(); }

  std::vector<Value> read(std::uint64_t first, std::size_t count) {
    flush();
    std::vector<Value> values(count);
    if (count > 0) file_->read_at(first * sizeof(Value), reinterpret_cast<char*>(values.data()), count * sizeof(Value));
    return values;
  }

 private:
  static constexpr std::size_t kBufferedValues = 16 * 1024;

  void flush() {
    if (buffer_.empty()) return;
    if (!file_) file_ = temp_->create_spill();
    file_->append({reinterpret_cast<const char*>(buffer_.data()), buffer_.size() * sizeof(Value)});
    written_ += buffer_.size();
    buffer_.clear();
  }

  TempSpace* temp_;
  std::unique_ptr<SpillFile> file_;
  std::uint64_t written_ = 0;
  std::vector<Value> buffer_;
};

}  // namespace crm
