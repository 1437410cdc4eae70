#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// Text as the contract means it. Every engine, and the planner, calls these and no others.
namespace crm {

/// True if `code_point` has Unicode's White_Space property.
bool is_white_space(char32_t code_point);

/// `text` without leading and trailing white space (Unicode's White_Space). A view into `text`.
std::string_view trim_white(std::string_view text);

/// `trim_white` with the common case, visible ASCII at both ends, inline.
inline std::string_view trim(std::string_view text) {
  const auto visible = [](char c) { return c > 0x20 && c < 0x7F; };
  if (!text.empty() && visible(text.front()) && visible(text.back())) return text;
  return trim_white(text);
}

/// True if `text` is empty or only white space.
bool is_white(std::string_view text);

/// ICU's full lower-case mapping, root locale ("İ" becomes two code points). ASCII takes a fast path.
/// Bytes that are not UTF-8 are kept as they are.
std::string lower(std::string_view text);

/// Appends `lower(text)` to `out`; does not allocate for ASCII when `out` has room.
void append_lower(std::string_view text, std::string& out);

/// Number of code points of valid UTF-8.
std::size_t code_points(std::string_view text);

/// True if `text` is valid UTF-8 (no surrogates, no overlong forms, up to U+10FFFF).
bool is_utf8(std::string_view text);

/// Length of the longest prefix of `text` that is valid UTF-8.
std::size_t utf8_prefix(std::string_view text);

/// A header name as it is compared: trimmed, lower-cased, without space, `_`, `-` and `.`.
/// A name that folds to nothing equals only itself (`same_name`).
std::string fold_name(std::string_view name);

/// True if the two header names mean the same column: they fold alike, or are equal where they fold to nothing.
bool same_name(std::string_view a, std::string_view b);

}  // namespace crm
