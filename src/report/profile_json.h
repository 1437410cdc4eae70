#pragma once

#include <nlohmann/json_fwd.hpp>

#include "model/profile.h"

namespace crm {

/// A share, rounded to six digits so that its text is short.
double rounded(double share);

/// Adds what a file is, and how sure that is: "format" to "preamble_lines", in a fixed order.
void add_detection(const InputProfile& profile, nlohmann::ordered_json& json);

}  // namespace crm
