#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace crm {

/// If `head`, the first bytes of a file (512 or more where there are so many), is of a format that is no CSV: what it is
/// and what to do, for the end of an error line ("is an Excel workbook (.xlsx): save it as CSV UTF-8 …").
std::optional<std::string> not_csv(std::string_view head);

}  // namespace crm
