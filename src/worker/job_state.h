#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "jobs/job_data.h"

namespace crm {

struct FetchedInput {
  std::string key, etag;
  bool operator==(const FetchedInput&) const = default;
};

/// How far an attempt came, kept in the job's folder so that the next one goes on from there.
struct JobProgressState {
  std::string rules;                            ///< hash of the job's data and of what runs it
  std::vector<FetchedInput> inputs;             ///< that are there, by position
  bool is_merged = false;                       ///< the outputs in the folder are complete
  std::map<std::string, std::string> published; ///< output's name → etag in the store
};

std::string to_json(const JobProgressState& state);
/// Nothing for text that is not such a state: then all is done anew.
std::optional<JobProgressState> job_state_from_json(const std::string& text);

}  // namespace crm
