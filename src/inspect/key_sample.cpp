#include "inspect/key_sample.h"

#include <algorithm>
#include <utility>

namespace crm {

void KeySample::thin_out() {
  while (keys_.size() > most_keys_) {
    ++level_;
    mask_ = (std::uint64_t{1} << level_) - 1;
    const HashSet before = std::exchange(keys_, HashSet());
    before.for_each([this](std::uint64_t hash) {
      if ((hash & mask_) == 0) keys_.insert(hash);
    });
  }
}

std::uint64_t count_shared(const KeySample& a, const KeySample& b) {
  const KeySample& small = a.keys_.size() <= b.keys_.size() ? a : b;
  const KeySample& large = &small == &a ? b : a;
  const std::uint64_t mask = std::max(a.mask_, b.mask_);
  std::uint64_t shared = 0;
  small.keys_.for_each([&](std::uint64_t hash) { shared += (hash & mask) == 0 && large.keys_.contains(hash); });
  return shared << std::max(a.level_, b.level_);
}

}  // namespace crm
