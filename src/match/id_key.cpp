#include "match/id_key.h"

#include <cstddef>

#include "base/text.h"

namespace crm {
namespace {

constexpr std::size_t kShortId = 15, kLongId = 18, kGroup = 5;

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

bool is_alphanumeric(char c) { return (c >= '0' && c <= '9') || is_upper(c) || (c >= 'a' && c <= 'z'); }

/// Source: Salesforce help, "How to convert 15-character ids to 18": each group of five gives a bit per capital,
/// the first character the lowest, written as one of A–Z, 0–5.
bool is_long_salesforce_id(std::string_view id) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
  if (id.size() != kLongId) return false;
  for (const char c : id) {
    if (!is_alphanumeric(c)) return false;
  }
  for (std::size_t group = 0; group < kShortId / kGroup; ++group) {
    unsigned bits = 0;
    for (std::size_t i = 0; i < kGroup; ++i) bits |= (is_upper(id[group * kGroup + i]) ? 1u : 0u) << i;
    if (id[kShortId + group] != kDigits[bits]) return false;
  }
  return true;
}

}  // namespace

std::string_view id_key(std::string_view cell) {
  const std::string_view id = trim(cell);
  return is_long_salesforce_id(id) ? id.substr(0, kShortId) : id;
}

}  // namespace crm
