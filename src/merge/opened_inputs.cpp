#include "merge/opened_inputs.h"

#include "base/temp_space.h"

namespace crm {

InputOverrides overrides_for(const MergeSpec& spec, const std::string& name) {
  InputOverrides merged;
  for (const std::string& key : {std::string(), name}) {
    const auto found = spec.overrides.find(key);
    if (found == spec.overrides.end()) continue;
    if (found->second.encoding) merged.encoding = found->second.encoding;
    if (found->second.delimiter) merged.delimiter = found->second.delimiter;
    if (found->second.has_header) merged.has_header = found->second.has_header;
  }
  return merged;
}

std::vector<InputProfile> OpenedInputs::enriched_profiles() const {
  std::vector<InputProfile> profiles;
  for (const auto& input : enriched) profiles.push_back(input->profile());
  return profiles;
}

OpenedInputs open_inputs(const MergeSpec& spec, TempSpace& temp, const InputChecks& checks, std::stop_token stop) {
  const auto open = [&](const InputRef& ref, bool is_original) {
    OpenOptions options;
    options.overrides = overrides_for(spec, ref.name);
    options.is_original = is_original;
    options.max_record_bytes = spec.max_record_bytes;
    options.temp = &temp;
    options.memory_bytes = checks.memory_bytes;
    options.threads = checks.threads;
    options.stop = stop;
    return make_checked_input(open_input(ref, options), checks);
  };
  OpenedInputs inputs;
  inputs.original = open(spec.original, true);
  for (const InputRef& ref : spec.enriched) inputs.enriched.push_back(open(ref, false));
  return inputs;
}

}  // namespace crm
