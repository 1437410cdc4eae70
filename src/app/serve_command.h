#pragma once

#include <stop_token>

#include "app/service_options.h"

namespace crm {

/// `crm-merge serve` and `crm-merge worker`: runs the service until `stop`. Prints the address on standard output when it
/// takes requests, events on standard error.
///
/// Returns the exit status. Errors: as RunningService.
int run_service(Command command, const ServiceRun& run, std::stop_token stop);

}  // namespace crm
