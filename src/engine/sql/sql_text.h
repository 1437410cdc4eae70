#pragma once

#include <string>

#include "model/plan.h"

namespace crm {

/// The merge as SQL for people: the five stages, step by step, each with the reason why it is there. It is the SQL that
/// the sql engine runs, but that what it does slice by slice stands here once, with parameters.
std::string explain_sql(const MergePlan& plan);

}  // namespace crm
