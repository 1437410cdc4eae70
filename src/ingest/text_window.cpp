#include "ingest/text_window.h"

#include <algorithm>
#include <cstring>

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
  if (capacity_ > kMaxIdleFactor * std::max(size, kMinWindowBytes)) {
    bytes_.reset();
    capacity_ = 0;
  }
  size_ = 0;
  reserve(size, 0);
  store_->read_at(begin, bytes_.get(), size);
  begin_ = begin;
  size_ = size;
}

void TextWindow::extend(std::uint64_t end) {
  end = std::min(end, store_->size());
  if (end <= this->end()) return;
  const std::size_t size = static_cast<std::size_t>(end - begin_);
  reserve(size, size_);
  store_->read_at(this->end(), bytes_.get() + size_, size - size_);
  size_ = size;
}

void TextWindow::reserve(std::size_t size, std::size_t keep) {
  if (size <= capacity_ && bytes_) return;
  const std::size_t capacity = std::max(size, kMinWindowBytes);
  std::unique_ptr<char[]> larger(new char[capacity]);  // not zeroed: read_at fills it
  if (keep != 0) std::memcpy(larger.get(), bytes_.get(), keep);
  bytes_ = std::move(larger);
  capacity_ = capacity;
}

}  // namespace crm
