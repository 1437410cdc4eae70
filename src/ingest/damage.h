#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace crm {

/// What a column's values show of damage done by a spreadsheet.
struct DamageSigns {
  std::uint64_t values = 0;       ///< that are not white
  std::uint64_t scientific = 0;   ///< like 1.4E+10
  std::uint64_t four_digits = 0;  ///< a ZIP code without its leading zero
  std::uint64_t five_digits = 0;

  void look_at(std::string_view cell);
  DamageSigns& operator+=(const DamageSigns& other);
};

/// What the signs mean for a column of this name, a sentence each, without text of the data: "3 of 40 OF_WHAT are …".
std::vector<std::string> damage_texts(const std::string& header, const DamageSigns& signs, std::string_view of_what);

}  // namespace crm
