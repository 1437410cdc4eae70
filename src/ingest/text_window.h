#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "ingest/text_store.h"

namespace crm {

/// A piece of an input's text in memory: what one thread looks at.
class TextWindow {
 public:
  explicit TextWindow(const TextStore& store) : store_(&store) {}

  /// Reads [begin, end) instead of what was there.
  void load(std::uint64_t begin, std::uint64_t end);
  /// Reads more, up to `end`; moves the bytes in memory.
  void extend(std::uint64_t end);
  /// Memory that it holds.
  std::size_t capacity() const { return capacity_; }
  /// Gives the memory (and the text) back if it is more than `bytes`.
  void trim(std::size_t bytes);

  std::uint64_t begin() const { return begin_; }
  std::uint64_t end() const { return begin_ + size_; }
  /// True if the text of the input ends where the window does.
  bool at_end() const { return end() == store_->size(); }
  bool contains(std::uint64_t offset) const { return offset >= begin_ && offset <= end(); }
  const char* at(std::uint64_t offset) const { return bytes_.get() + (offset - begin_); }

 private:
  struct Free {
    void operator()(char* bytes) const { std::free(bytes); }
  };
  void reserve(std::size_t size);

  const TextStore* store_;
  std::unique_ptr<char, Free> bytes_;
  std::size_t capacity_ = 0, size_ = 0;
  std::uint64_t begin_ = 0;
};

}  // namespace crm
