#pragma once

#include <cstdint>
#include <memory>

#include "merge/reject_policy.h"
#include "ingest/input.h"

namespace crm {

/// What is watched while an input is read, and what opening it may use.
struct InputChecks {
  RejectPolicy* rejects = nullptr;
  std::uint64_t memory_bytes = 0;  ///< --memory-limit: must be at least four times the longest record
  int threads = 1;
};

/// `input` as it is, with the checks of the command line: after the first scan the reject policy has its say, and a
/// record that is too long for the memory limit ends the merge with limit_exceeded.
std::unique_ptr<Input> make_checked_input(std::unique_ptr<Input> input, const InputChecks& checks);

}  // namespace crm
