#pragma once

#include <string>
#include <vector>

#include "report/report_json.h"

namespace crm {

/// Warnings of the plan, the inputs and the run, each once, in this order.
std::vector<std::string> report_warnings(const ReportFacts& facts);

}  // namespace crm
