#include "storage/object.h"

#include <algorithm>
#include <string>

#include "base/error.h"
#include "base/text.h"

namespace crm {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

[[noreturn]] void refuse(const std::string& rule) {
  throw Error(ErrorCode::invalid_input, "the key " + rule);
}

void require_component(std::string_view component) {
  if (component.empty()) refuse("begins or ends with / or has // in it; name the object without them");
  if (component == "." || component == "..")
    refuse("has . or .. as a part; name the object by its whole key");
  if (component.size() > kMaxKeyComponentBytes) {
    refuse("has a part of more than " + std::to_string(kMaxKeyComponentBytes) + " bytes between two /");
  }
}

void require_characters(std::string_view key) {
  if (key.size() > kMaxKeyBytes) refuse("has more than " + std::to_string(kMaxKeyBytes) + " bytes");
  if (!is_utf8(key)) refuse("is not text in UTF-8");
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7F; };
  if (std::any_of(key.begin(), key.end(), is_control)) refuse("has a control character");
  if (std::count(key.begin(), key.end(), '/') >= static_cast<std::ptrdiff_t>(kMaxKeyComponents)) {
    refuse("has more than " + std::to_string(kMaxKeyComponents) + " parts between /");
  }
}

}  // namespace

void require_key(std::string_view key) {
  if (key.empty()) refuse("is empty");
  require_characters(key);
  std::size_t begin = 0;
  for (;;) {
    const std::size_t end = std::min(key.find('/', begin), key.size());
    require_component(key.substr(begin, end - begin));
    if (begin == 0 && key.substr(0, end) == kReservedComponent) {
      refuse("begins with " + std::string(kReservedComponent) + ", which the store keeps for itself");
    }
    if (end == key.size()) return;
    begin = end + 1;
  }
}

void require_prefix(std::string_view prefix) {
  require_characters(prefix);
  if (prefix.find('/') == 0) refuse("prefix begins with /; keys never do");
}

std::uint64_t part_size_for(std::uint64_t size, std::uint64_t preferred) {
  if (size > kMaxObjectBytes) {
    throw Error(ErrorCode::limit_exceeded, "an object has at most " + std::to_string(kMaxObjectBytes) +
                                               " bytes; this has " + std::to_string(size));
  }
  const std::uint64_t needed = (size + kMaxParts - 1) / kMaxParts;
  const std::uint64_t wanted = std::clamp(std::max(needed, preferred), kMinPartBytes, kMaxPartBytes);
  return (wanted + kMiB - 1) / kMiB * kMiB;
}

}  // namespace crm
