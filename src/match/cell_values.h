#pragma once

#include <string_view>

// Cells of email, phone and linkedin columns may hold several values, with `;` `,` `|` or line breaks between them.
namespace crm {

inline constexpr std::string_view kValueSeparators = ";,|\n\r";

/// Calls `take` with each piece of `cell` between separators, in order, white space and empty pieces included.
template <class Take>
void for_each_value(std::string_view cell, Take&& take) {
  while (true) {
    const std::size_t end = cell.find_first_of(kValueSeparators);
    take(cell.substr(0, end));
    if (end == std::string_view::npos) return;
    cell.remove_prefix(end + 1);
  }
}

}  // namespace crm
