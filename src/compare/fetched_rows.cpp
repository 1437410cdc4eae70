#include "compare/fetched_rows.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace crm {
namespace {

template <class Number>
void append_number(Number number, std::string& out) {
  out.append(reinterpret_cast<const char*>(&number), sizeof number);
}

template <class Number>
Number number_at(std::string_view bytes, std::size_t at) {
  Number number;
  std::memcpy(&number, bytes.data() + at, sizeof number);
  return number;
}

constexpr std::size_t kRowHead = 2 * sizeof(std::uint64_t);  // number, size

}  // namespace

std::uint64_t FetchedRow::line() const { return number_at<std::uint64_t>(bytes_, 0); }

std::string_view FetchedRow::next_cell() {
  const auto size = number_at<std::uint32_t>(bytes_, at_);
  const std::string_view cell = bytes_.substr(at_ + sizeof size, size);
  at_ += sizeof size + size;
  return cell;
}

void FetchedRow::append(std::uint64_t line, std::string& out) { append_number(line, out); }

void FetchedRow::append_cell(std::string_view cell, std::string& out) {
  append_number(static_cast<std::uint32_t>(cell.size()), out);
  out += cell;
}

FetchedRows::FetchedRows(TempSpace& temp, std::vector<Portion> portions, std::size_t buffer_bytes)
    : temp_(&temp),
      portions_(std::move(portions)),
      buffer_bytes_(buffer_bytes),
      buffers_(portions_.size()),
      extents_(portions_.size()) {}

void FetchedRows::put(std::uint64_t number, std::string_view row) {
  const auto behind = std::upper_bound(portions_.begin(), portions_.end(), number,
                                       [](std::uint64_t n, const Portion& portion) { return n < portion.first; });
  std::string& buffer = buffers_[static_cast<std::size_t>(behind - portions_.begin()) - 1];
  append_number(number, buffer);
  append_number(static_cast<std::uint64_t>(row.size()), buffer);
  buffer += row;
  buffered_ += kRowHead + row.size();
  if (buffered_ > buffer_bytes_) flush();
}

void FetchedRows::flush() {
  if (!file_) file_ = temp_->create_spill();
  for (std::size_t portion = 0; portion < buffers_.size(); ++portion) {
    std::string& buffer = buffers_[portion];
    if (buffer.empty()) continue;
    extents_[portion].push_back({file_->append(buffer), buffer.size()});
    std::string().swap(buffer);
  }
  buffered_ = 0;
}

void FetchedRows::load(std::size_t portion) {
  std::string().swap(text_);
  std::size_t size = buffers_[portion].size();
  for (const Extent& extent : extents_[portion]) size += extent.size;
  text_.resize(size);
  std::size_t at = 0;
  for (const Extent& extent : extents_[portion]) {
    file_->read_at(extent.offset, text_.data() + at, extent.size);
    at += extent.size;
  }
  std::memcpy(text_.data() + at, buffers_[portion].data(), buffers_[portion].size());
  buffered_ -= buffers_[portion].size();
  std::string().swap(buffers_[portion]);

  first_ = portions_[portion].first;
  begins_.assign(portions_[portion].count, 0);
  for (at = 0; at < text_.size();) {
    begins_[number_at<std::uint64_t>(text_, at) - first_] = at;
    at += kRowHead + number_at<std::uint64_t>(text_, at + sizeof(std::uint64_t));
  }
}

FetchedRow FetchedRows::row(std::uint64_t number) const {
  const std::size_t at = begins_[number - first_];
  const auto size = number_at<std::uint64_t>(text_, at + sizeof(std::uint64_t));
  return FetchedRow(std::string_view(text_).substr(at + kRowHead, size));
}

}  // namespace crm
