#include "engine/stream/row_slots.h"

#include <cstring>

#include "engine/stream/varint.h"

namespace crm {

void RowSlots::clear() {
  ends_.clear();
  refs_.clear();
}

void RowSlots::encode(std::string& blob) const {
  put_varint(ends_.size(), blob);
  put_varint(refs_.size(), blob);
  std::uint32_t begin = 0;
  for (const std::uint32_t end : ends_) {
    put_varint(end - begin, blob);
    begin = end;
  }
  blob.append(reinterpret_cast<const char*>(refs_.data()), refs_.size() * sizeof(SlotRef));
}

void RowSlots::decode(const char*& at) {
  ends_.resize(get_varint(at));
  refs_.resize(get_varint(at));
  std::uint32_t end = 0;
  for (std::uint32_t& row_end : ends_) row_end = end += static_cast<std::uint32_t>(get_varint(at));
  const std::size_t bytes = refs_.size() * sizeof(SlotRef);
  if (bytes > 0) std::memcpy(refs_.data(), at, bytes);
  at += bytes;
}

}  // namespace crm
