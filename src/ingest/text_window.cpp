#include "ingest/text_window.h"

#include <algorithm>
#include <string>

#include "base/error.h"
#include "base/memory_cap.h"

namespace crm {
namespace {

// A window that one long record made much larger than what is wanted now gives its memory back.
constexpr std::size_t kMaxIdleFactor = 4;
constexpr std::size_t kMinWindowBytes = 64 * 1024;

}  // namespace

void TextWindow::load(std::uint64_t begin, std::uint64_t end) {
  end = std::min(end, store_->size());
  begin = std::min(begin, end);
  const std::size_t size = static_cast<std::size_t>(end - begin);
  trim(kMaxIdleFactor * std::max(size, kMinWindowBytes));
  size_ = 0;
  reserve(size);
  store_->read_at(begin, bytes_.get(), size);
  begin_ = begin;
  size_ = size;
}

void TextWindow::extend(std::uint64_t end) {
  end = std::min(end, store_->size());
  if (end <= this->end()) return;
  const std::size_t size = static_cast<std::size_t>(end - begin_);
  reserve(size);
  store_->read_at(this->end(), bytes_.get() + size_, size - size_);
  size_ = size;
}

void TextWindow::trim(std::size_t bytes) {
  if (capacity_ <= bytes) return;
  bytes_.reset();
  capacity_ = size_ = 0;
}

void TextWindow::reserve(std::size_t size) {
  if (size <= capacity_ && bytes_) return;
  const std::size_t capacity = std::max(size, kMinWindowBytes);
  Growth growth(capacity - capacity_);
  // realloc and not a new array: a large one is moved by its page table, never there twice; and nothing is zeroed.
  char* const larger = static_cast<char*>(std::realloc(bytes_.get(), capacity));
  if (larger == nullptr) {
    throw Error(ErrorCode::limit_exceeded, "no memory for a record of " + std::to_string(size) + " bytes");
  }
  static_cast<void>(bytes_.release());
  bytes_.reset(larger);
  growth.took(larger + capacity_);
  capacity_ = capacity;
}

}  // namespace crm
