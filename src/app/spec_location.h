#pragma once

#include "app/options.h"
#include "base/error.h"
#include "spec/spec_file.h"

namespace crm {

/// `error` with the place in the spec file of the rule that it is about, "rules.yaml:12:3: strategy-for: …", if its message
/// begins with an option whose rule comes from there; else as it is.
Error located(const Error& error, const SpecFile& file, const TypedOptions& typed);

}  // namespace crm
