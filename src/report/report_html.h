#pragma once

#include <string>

#include "report/report_json.h"

namespace crm {

/// The text of `--report FILE.html`: one page that needs nothing else, no network and no scripts. Its figures are those of
/// the JSON report and name their place there (`data-figure`). `spec_yaml` is the spec in force, empty: not shown.
std::string report_html(const ReportFacts& facts, const std::string& spec_yaml);

}  // namespace crm
