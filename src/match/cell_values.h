#pragma once

#include <cstddef>
#include <string_view>

// Cells of email, phone and linkedin columns may hold several values, with `;` `,` `|` or line breaks between them.
namespace crm {

constexpr bool is_value_separator(char c) { return c == ';' || c == ',' || c == '|' || c == '\n' || c == '\r'; }

/// Place of the first separator at or behind `start`, npos if there is none. Not `find_first_of`, which searches the set
/// anew for each character.
inline std::size_t find_value_separator(std::string_view cell, std::size_t start = 0) {
  for (std::size_t i = start; i < cell.size(); ++i) {
    if (is_value_separator(cell[i])) return i;
  }
  return std::string_view::npos;
}

/// Calls `take` with each piece of `cell` between separators, in order, white space and empty pieces included.
template <class Take>
void for_each_value(std::string_view cell, Take&& take) {
  while (true) {
    const std::size_t end = find_value_separator(cell);
    take(cell.substr(0, end));
    if (end == std::string_view::npos) return;
    cell.remove_prefix(end + 1);
  }
}

}  // namespace crm
