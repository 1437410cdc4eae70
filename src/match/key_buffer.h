#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crm {

/// Collects the keys of one cell without allocating once it is warm.
///
/// A key is either a slice of the cell itself (`add_slice`) or built at the end of `text()` and closed with `finish`.
class KeyBuffer {
 public:
  void clear() {
    text_.clear();
    entries_.clear();
    start_ = 0;
  }

  /// Adds a key that is already in the cell; the slice must outlive the views.
  void add_slice(std::string_view slice) { entries_.push_back({slice.data(), 0, slice.size()}); }

  /// Where the next key is appended; what is there before `finish` belongs to it.
  std::string& text() { return text_; }
  /// The key as built so far. Valid until `text` grows.
  std::string_view pending() const { return std::string_view(text_).substr(start_); }
  /// Closes the key that was built.
  void finish() {
    entries_.push_back({nullptr, start_, text_.size() - start_});
    start_ = text_.size();
  }
  /// Forgets what was built since the last `finish`.
  void discard() { text_.resize(start_); }

  /// The distinct keys, in order. Valid until the next call of anything here.
  std::span<const std::string_view> distinct() {
    if (entries_.size() > 1) return distinct_of_many();
    if (entries_.empty()) return {};
    only_ = view(entries_.front());
    return {&only_, 1};
  }

 private:
  struct Entry {
    const char* slice;  ///< null: in `text_` at `start`, which may still move
    std::size_t start, size;
  };
  std::string_view view(const Entry& entry) const {
    return {entry.slice ? entry.slice : text_.data() + entry.start, entry.size};
  }
  std::span<const std::string_view> distinct_of_many();

  std::string text_;
  std::size_t start_ = 0;
  std::vector<Entry> entries_;
  std::string_view only_;
  std::vector<std::string_view> views_;
};

}  // namespace crm
