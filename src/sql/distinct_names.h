#pragma once

#include <string>
#include <vector>

namespace crm {

/// `names` as SQL can tell them apart, which does not know upper from lower case: none blank (`column_2`), none twice
/// (`Email`, `EMAIL_2`). The order stays.
std::vector<std::string> distinct_names(const std::vector<std::string>& names);

}  // namespace crm
