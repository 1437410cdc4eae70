#include "sql/distinct_names.h"

#include <fmt/format.h>

#include <set>

#include "base/text.h"

namespace crm {

std::vector<std::string> distinct_names(const std::vector<std::string>& names) {
  std::vector<std::string> made;
  std::set<std::string> taken;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string base = is_white(names[i]) ? fmt::format("column_{}", i + 1) : names[i];
    std::string name = base;
    for (int n = 2; !taken.insert(lower(name)).second; ++n) name = fmt::format("{}_{}", base, n);
    made.push_back(std::move(name));
  }
  return made;
}

}  // namespace crm
