#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/profile.h"

namespace crm {

/// What kind of file begins with `head` (a MiB of it, or `whole`) and is called `path`: by what it holds, and for JSON
/// lines also by the suffix. What is none of the kinds is CSV; `not_csv` may object.
FileFormat detect_format(std::string_view head, bool whole, std::string_view path);

/// If `head`, the first bytes of a file (512 or more where there are so many), is of a format that is no CSV: what it is
/// and what to do, for the end of an error line ("is an Excel workbook (.xlsx): save it as CSV UTF-8 …").
std::optional<std::string> not_csv(std::string_view head);

}  // namespace crm
