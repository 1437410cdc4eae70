#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "jobs/job_data.h"

// What a worker asks of the process that does one attempt of a job (`crm-merge attempt FILE`), and what it hears from it:
// the lines of `--progress json`.
namespace crm {

struct AttemptInput {
  std::filesystem::path path;
  std::string shown_as;  ///< what messages and reports call it
};

/// Threads: plain data.
struct AttemptRequest {
  std::string data;                            ///< the job's, as it came
  std::vector<AttemptInput> inputs;            ///< the original first
  std::filesystem::path output_folder;         ///< gets JobOutputs::file_name of what is wanted, and report.json always
  std::filesystem::path temp_dir;
  std::uint64_t memory_bytes = 0;
  int threads = 1;
  bool sql_engine = false;
  int worker_pid = 0;                          ///< with whose end the attempt ends
};

std::string to_json(const AttemptRequest& request);
/// Errors: invalid_config for text that `to_json` has not made.
AttemptRequest attempt_request_from(const std::string& json);

/// The rules of a job with its files in place. Errors: those of parse_job_data; with the older form's column choices those
/// of choose_columns, which needs the original's header.
MergeSpec spec_of_attempt(const AttemptRequest& request, const std::vector<std::string>& original_header);

}  // namespace crm
