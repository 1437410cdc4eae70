#pragma once

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>

#include "merge/machine.h"
#include "app/options.h"
#include "app/terminal.h"
#include "client/http_client.h"
#include "doctor/checks.h"

namespace crm {

/// What `crm-merge doctor` was asked.
struct DoctorRun {
  DoctorRequest request;
  std::optional<ServerAddress> server;          ///< look at this service instead
  std::optional<std::filesystem::path> data;    ///< look at this data folder instead
  std::optional<std::string> queue;             ///< look at the Redis server there instead
  bool json = false;
};

/// Errors: invalid_config.
DoctorRun resolve_doctor(const TypedOptions& typed, const Machine& machine);

/// `crm-merge doctor`: looks at the machine and prints what was found on standard output.
///
/// Returns the exit status: 0, or 2 if there is a problem; a warning is none.
int run_doctor(const DoctorRun& doctor, const std::stop_token& stop);

/// The findings for people: a line each, under their topics, and what to do where it is not well.
std::string findings_text(const std::vector<Finding>& findings, const Display& display);

}  // namespace crm
