#include "match/email_key.h"

#include <array>
#include <cstdint>

#include "base/text.h"
#include "match/cell_values.h"

namespace crm {
namespace {

/// What each byte asks of an address, as one number, so that a single sum over a cell counts all three: capitals, bytes
/// that need the careful way, and `@`.
constexpr std::uint64_t kUpper = 1, kSpecial = std::uint64_t{1} << 21, kAt = std::uint64_t{1} << 42;
constexpr std::size_t kMaxCounted = std::size_t{1} << 20;

constexpr std::array<std::uint64_t, 256> make_classes() {
  std::array<std::uint64_t, 256> classes{};
  for (unsigned c = 0; c < 256; ++c) {
    if (c <= 0x20 || c >= 0x7F) classes[c] = kSpecial;
    if (c >= 'A' && c <= 'Z') classes[c] = kUpper;
  }
  for (const unsigned char c : {';', ',', '|', '<', '>', '"', ':'}) classes[c] = kSpecial;
  classes['@'] = kAt;
  return classes;
}
constexpr std::array<std::uint64_t, 256> kClasses = make_classes();

bool has_white_space(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const unsigned char c = static_cast<unsigned char>(text[i]);
    if (c <= 0x20 ? c == 0x20 || (c >= 0x09 && c <= 0x0D) : c >= 0x80 && (c & 0xC0) != 0x80) {
      // `trim` knows the white space of more than one byte: it shortens the text exactly if it begins with some.
      if (trim(text.substr(i)).data() != text.data() + i) return true;
    }
  }
  return false;
}

bool starts_with_mailto(std::string_view text) {
  constexpr std::string_view kMailto = "mailto:";
  if (text.size() < kMailto.size()) return false;
  for (std::size_t i = 0; i < kMailto.size(); ++i) {
    const char c = text[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c) != kMailto[i]) return false;
  }
  return true;
}

std::string_view without_mailto(std::string_view text) {
  text = trim(text);
  if (!starts_with_mailto(text)) return text;
  text.remove_prefix(7);
  return trim(text.substr(0, text.find('?')));
}

/// Length of the value that `cell` begins with. A separator counts unless a quoted string before `<` or `@` holds it.
std::size_t first_value(std::string_view cell) {
  const std::string_view text = trim(cell);
  if (!text.empty() && text.front() == '"') {
    std::size_t close = 1;
    while (close < text.size() && text[close] != '"') close += text[close] == '\\' ? 2 : 1;
    if (close < text.size()) {
      const std::string_view after = trim(text.substr(close + 1));
      if (!after.empty() && (after.front() == '<' || after.front() == '@')) {
        return find_value_separator(cell, static_cast<std::size_t>(after.data() - cell.data()));
      }
    }
  }
  return find_value_separator(cell);
}

/// Removes `+tag` and, at Gmail, dots from the local part of the pending key, unless nothing would be left of it.
void apply_aliases(std::string& text, std::size_t start) {
  const std::size_t at = text.find('@', start);
  const std::string_view domain = std::string_view(text).substr(at + 1);
  const bool gmail = domain == "gmail.com" || domain == "googlemail.com";
  std::string local = text.substr(start, at - start);
  if (const std::size_t plus = local.find('+'); plus != std::string::npos) local.resize(plus);
  if (gmail) std::erase(local, '.');
  if (!local.empty()) text.replace(start, at - start, local);
}

void add_address(std::string_view address, bool aliases, KeyBuffer& keys) {
  const std::size_t start = keys.text().size();
  append_lower(address, keys.text());
  if (aliases) apply_aliases(keys.text(), start);
  keys.finish();
}

/// The common cell: one bare ASCII address. Returns false, having done nothing, for any other.
bool add_plain_address(std::string_view cell, bool aliases, KeyBuffer& keys) {
  while (!cell.empty() && cell.front() == ' ') cell.remove_prefix(1);
  while (!cell.empty() && cell.back() == ' ') cell.remove_suffix(1);
  if (cell.size() > kMaxCounted) return false;
  std::uint64_t counts = 0;
  for (const char c : cell) counts += kClasses[static_cast<unsigned char>(c)];
  if (counts >> 42 != 1) return (counts & (kAt - 1)) < kSpecial;  // no key, unless it may hold several addresses
  if ((counts & (kAt - 1)) >= kSpecial) return false;
  if (cell.front() == '@' || cell.back() == '@') return true;  // no key
  if (counts == kAt && !aliases) {
    keys.add_slice(cell);
  } else {
    add_address(cell, aliases, keys);
  }
  return true;
}

}  // namespace

std::string_view bare_address(std::string_view value) {
  value = without_mailto(value);
  if (const std::size_t open = value.rfind('<'); open != std::string_view::npos) {
    const std::size_t close = value.find('>', open);
    if (close != std::string_view::npos) value = without_mailto(value.substr(open + 1, close - open - 1));
  }
  const std::size_t at = value.find('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == value.size() || value.rfind('@') != at ||
      has_white_space(value)) {
    return {};
  }
  return value;
}

void add_email_keys(std::string_view cell, bool aliases, const BlankRule& blank, KeyBuffer& keys) {
  if (add_plain_address(cell, aliases, keys)) return;
  while (true) {
    const std::size_t end = first_value(cell);
    const std::string_view value = cell.substr(0, end);
    const std::string_view address = bare_address(value);
    if (!address.empty() && !blank.is_blank(value)) add_address(address, aliases, keys);
    if (end == std::string_view::npos) return;
    cell.remove_prefix(end + 1);
  }
}

}  // namespace crm
