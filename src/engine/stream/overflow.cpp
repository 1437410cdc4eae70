#include "engine/stream/overflow.h"

#include <algorithm>
#include <utility>

#include "base/temp_space.h"
#include "engine/stream/run_context.h"

namespace crm {
Overflow::Overflow(TempSpace& temp, std::stop_token stop) : temp_(temp), stop_(std::move(stop)) {}
Overflow::~Overflow() = default;

void Overflow::put_away(std::string& text, std::vector<OverflowingText::Extent>& before) {
  throw_if_stopped(stop_);
  {
    const std::lock_guard lock(mutex_);
    if (!spill_) spill_ = temp_.create_spill();
    before.push_back({spill_->append(text), text.size()});
  }
  if (text.capacity() > 2 * kMostText) {
    std::string().swap(text);
  } else {
    text.clear();
  }
}

void Overflow::read(const std::vector<OverflowingText::Extent>& before,
                    const std::function<void(std::string_view)>& each) const {
  std::string piece;
  for (const OverflowingText::Extent& extent : before) {
    for (std::uint64_t at = 0; at < extent.size; at += piece.size()) {
      throw_if_stopped(stop_);
      piece.resize(std::min<std::uint64_t>(kPieceBytes, extent.size - at));
      spill_->read_at(extent.offset + at, piece.data(), piece.size());
      each(piece);
    }
  }
}

}  // namespace crm
