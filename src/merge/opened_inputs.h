#pragma once

#include <memory>
#include <stop_token>
#include <vector>

#include "merge/checked_input.h"
#include "ingest/input.h"
#include "model/spec.h"

namespace crm {

class TempSpace;

/// The inputs of one merge, opened and looked at.
struct OpenedInputs {
  std::unique_ptr<Input> original;
  std::vector<std::unique_ptr<Input>> enriched;

  std::vector<InputProfile> enriched_profiles() const;
};

/// Opens every input of `spec`, the original first. Errors: as open_input.
OpenedInputs open_inputs(const MergeSpec& spec, TempSpace& temp, const InputChecks& checks, std::stop_token stop);

/// The overrides for one input: those for all, then its own over them.
InputOverrides overrides_for(const MergeSpec& spec, const std::string& name);

}  // namespace crm
