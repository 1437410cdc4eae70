#include "match/keys.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <unordered_set>
#include <utility>

#include "base/text.h"
#include "match/domain_key.h"
#include "match/email_key.h"
#include "match/id_key.h"
#include "match/key_buffer.h"
#include "match/linkedin_key.h"
#include "match/phone_key.h"

namespace crm {
namespace {

constexpr char kSeparator = '\x1F', kEscape = '\x1E';

template <class Parts>
void append_composite(const Parts& parts, std::string& out) {
  bool first = true;
  for (const std::string_view part : parts) {
    if (!std::exchange(first, false)) out.push_back(kSeparator);
    for (const char c : part) {
      if (c == kSeparator || c == kEscape) out.push_back(kEscape);
      out.push_back(c);
    }
  }
}

/// Marks the bytes of `word` that are capitals or not ASCII.
std::uint64_t capitals_or_not_ascii(std::uint64_t word) {
  constexpr std::uint64_t kOnes = 0x0101010101010101u, kHighs = 0x8080808080808080u;
  const std::uint64_t low = word & ~kHighs;
  const std::uint64_t from_a = low + kOnes * (0x80 - 'A'), beyond_z = low + kOnes * (0x7F - 'Z');
  return ((from_a ^ beyond_z) | word) & kHighs;
}

/// True if lower-casing leaves `text` as it is: ASCII without capitals.
bool is_plain_lower(std::string_view text) {
  const char* at = text.data();
  std::size_t left = text.size();
  std::uint64_t word = 0;
  if (left < sizeof word) {
    for (std::size_t i = 0; i < left; ++i) word |= std::uint64_t{static_cast<unsigned char>(at[i])} << (8 * i);
    return capitals_or_not_ascii(word) == 0;
  }
  std::uint64_t found = 0;
  for (; left > sizeof word; left -= sizeof word, at += sizeof word) {
    std::memcpy(&word, at, sizeof word);
    found |= capitals_or_not_ascii(word);
  }
  std::memcpy(&word, text.data() + text.size() - sizeof word, sizeof word);  // may overlap the one before
  return (found | capitals_or_not_ascii(word)) == 0;
}

void add_exact_key(std::string_view cell, KeyBuffer& keys) {
  cell = trim(cell);
  if (is_plain_lower(cell)) return keys.add_slice(cell);
  append_lower(cell, keys.text());
  keys.finish();
}

}  // namespace

struct KeyMaker::Impl {
  explicit Impl(KeyOptions given) : options(std::move(given)), phones(options.region) {}

  void fill(Kind kind, std::string_view cell) {
    buffer.clear();
    if (options.blank.is_blank(cell)) return;
    switch (kind) {
      case Kind::exact: return add_exact_key(cell, buffer);
      case Kind::id: return buffer.add_slice(id_key(cell));
      case Kind::email: return add_email_keys(cell, options.email_aliases, options.blank, buffer);
      case Kind::phone: return phones.add_keys(cell, options.blank, buffer);
      case Kind::linkedin: return add_linkedin_keys(cell, options.blank, buffer);
      case Kind::domain: return domains.add_key(cell, buffer);
    }
  }

  KeyOptions options;
  PhoneKeys phones;
  DomainKeys domains;
  KeyBuffer buffer;
};

KeyMaker::KeyMaker(KeyOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
KeyMaker::~KeyMaker() = default;
KeyMaker::KeyMaker(KeyMaker&&) noexcept = default;
KeyMaker& KeyMaker::operator=(KeyMaker&&) noexcept = default;

std::span<const std::string_view> KeyMaker::keys(Kind kind, std::string_view cell) {
  impl_->fill(kind, cell);
  return impl_->buffer.distinct();
}

void KeyMaker::append_keys(Kind kind, std::string_view cell, std::vector<std::string>& list) {
  constexpr std::size_t kFew = 16;
  const std::span<const std::string_view> found = keys(kind, cell);
  if (found.size() + list.size() <= kFew) {
    for (const std::string_view key : found) {
      if (std::find(list.begin(), list.end(), key) == list.end()) list.emplace_back(key);
    }
    return;
  }
  // `found` has no repeats of its own, so only what was there before counts. The set must not point into `list`, which
  // grows.
  const std::unordered_set<std::string> before(list.begin(), list.end());
  for (const std::string_view key : found) {
    if (!before.contains(std::string(key))) list.emplace_back(key);
  }
}

std::string KeyMaker::comparison_key(Kind kind, std::string_view cell) {
  std::string key(1, 'k');
  const std::span<const std::string_view> found = keys(kind, cell);
  if (!found.empty()) {
    append_composite(found, key);
  } else {
    key.front() = 'x';
    append_lower(trim(cell), key);
  }
  return key;
}

namespace {
/// Whether two texts are the same in lower case, where their ASCII characters tell; nothing where one that is not ASCII
/// comes before the first difference.
std::optional<bool> same_ascii(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  const std::size_t both = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < both; ++i) {
    if (!is_ascii(a[i]) || !is_ascii(b[i])) return std::nullopt;
    if (lower(a[i]) != lower(b[i])) return false;
  }
  // What follows has a character at least, and lower case has one for it.
  return a.size() == b.size();
}
}  // namespace

bool KeyMaker::same_value(Kind kind, std::string_view a, std::string_view b) {
  if (a == b) return true;
  if (kind == Kind::exact) {
    a = trim(a);
    b = trim(b);
    const std::optional<bool> same = same_ascii(a, b);
    return same ? *same : lower(a) == lower(b);
  }
  return comparison_key(kind, a) == comparison_key(kind, b);
}

std::string composite_key(const std::vector<std::string>& parts) {
  std::string key;
  append_composite(parts, key);
  return key;
}

bool is_company_key(Kind kind, std::string_view key) {
  return kind == Kind::domain || (kind == Kind::linkedin && key.starts_with("company/"));
}

}  // namespace crm
