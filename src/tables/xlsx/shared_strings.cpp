#include "tables/xlsx/shared_strings.h"

#include <algorithm>
#include <cstring>

namespace crm {

PagedBytes::PagedBytes(TempSpace& temp, std::size_t memory_bytes)
    : temp_(temp), memory_bytes_(std::max(memory_bytes, 4 * kPageBytes)) {}

void PagedBytes::append(std::string_view bytes) {
  memory_ += bytes;
  size_ += bytes.size();
  if (memory_.size() <= (file_ ? kPageBytes : memory_bytes_)) return;
  if (!file_) {
    file_ = temp_.create_spill();
    pages_.resize(memory_bytes_ / kPageBytes);
  }
  file_->append(memory_);
  memory_ = {};
}

std::string_view PagedBytes::read(std::uint64_t offset, std::size_t size, std::string& scratch) {
  if (!file_) return std::string_view(memory_).substr(static_cast<std::size_t>(offset), size);
  if (!memory_.empty()) {
    file_->append(memory_);
    memory_ = {};
  }
  const std::size_t within = static_cast<std::size_t>(offset % kPageBytes);
  const std::string& first = page(offset / kPageBytes);
  if (within + size <= first.size()) return std::string_view(first).substr(within, size);
  scratch.resize(size);
  file_->read_at(offset, scratch.data(), size);
  return scratch;
}

const std::string& PagedBytes::page(std::uint64_t number) {
  Page& page = pages_[static_cast<std::size_t>(number % pages_.size())];
  if (page.number == number) return page.bytes;
  const std::uint64_t begin = number * kPageBytes;
  page.bytes.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kPageBytes, size_ - std::min(begin, size_))));
  file_->read_at(begin, page.bytes.data(), page.bytes.size());
  page.number = number;
  return page.bytes;
}

void SharedStrings::add(std::string_view text) {
  texts_.append(text);
  const std::uint64_t end = texts_.size();
  char bytes[sizeof end];
  std::memcpy(bytes, &end, sizeof end);
  ends_.append({bytes, sizeof end});
  ++count_;
}

std::uint64_t SharedStrings::end_of(std::uint64_t number) {
  std::uint64_t end;
  std::memcpy(&end, ends_.read(number * sizeof end, sizeof end, number_scratch_).data(), sizeof end);
  return end;
}

std::string_view SharedStrings::get(std::uint64_t number) {
  const std::uint64_t begin = number == 0 ? 0 : end_of(number - 1);
  return texts_.read(begin, static_cast<std::size_t>(end_of(number) - begin), scratch_);
}

}  // namespace crm
