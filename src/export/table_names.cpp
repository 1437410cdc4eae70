#include "export/table_names.h"

#include <unordered_set>

#include "base/text.h"

namespace crm {

std::vector<std::string> table_names(const std::vector<std::string_view>& header, NameCase name_case) {
  const auto compared = [&](std::string_view name) {
    return name_case == NameCase::counts ? std::string(name) : lower(name);
  };
  std::vector<std::string> names;
  std::unordered_set<std::string> own, taken;  // what columns are called from the start, and what is given so far
  for (std::size_t i = 0; i < header.size(); ++i) {
    names.push_back(is_white(header[i]) ? "column_" + std::to_string(i + 1) : std::string(header[i]));
    own.insert(compared(names.back()));
  }
  for (std::string& name : names) {
    if (taken.insert(compared(name)).second) continue;
    std::string other;
    for (int number = 2; other.empty() || own.contains(compared(other)) || taken.contains(compared(other)); ++number) {
      other = name + "_" + std::to_string(number);
    }
    name = other;
    taken.insert(compared(name));
  }
  return names;
}

}  // namespace crm
