#pragma once

#include <string>

#include "report/report_json.h"

namespace crm {

/// The section of the report page on what each file was found to be, and which columns are whose.
std::string html_files(const ReportFacts& facts);

/// A path's last part, as the page calls a file; "standard input".
std::string file_title(const std::string& path);

}  // namespace crm
