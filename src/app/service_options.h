#pragma once

#include <string>
#include <utility>
#include <vector>

#include "app/options.h"
#include "base/line_log.h"
#include "merge/machine.h"
#include "service/settings.h"

namespace crm {

/// What `crm-merge serve` and `crm-merge worker` were asked.
struct ServiceRun {
  ServiceSettings settings;
  LogFormat log_format = LogFormat::text;
  bool print_config = false;
  /// Every option in force: name without dashes, and values.
  std::vector<std::pair<std::string, std::vector<std::string>>> in_force;
};

/// Understands the options of a service, takes defaults, and refuses what contradicts itself or is not safe.
///
/// Errors: invalid_config, one line that names the option.
ServiceRun resolve_service(Command command, const TypedOptions& typed, const Machine& machine);

}  // namespace crm
