#pragma once

#include <semaphore>
#include <vector>

#include "server/route.h"
#include "server/service.h"

// The routes by subject. Each function appends its rows; what they refer to outlives the router.
namespace crm {

class EventHub;

/// What every route may use.
struct Api {
  const ServiceOptions& options;
  const ServiceParts& parts;
  const Access& access;
  EventHub& events;
};

void add_system_routes(const Api& api, const std::string& openapi, std::vector<Route>& routes);
void add_session_routes(const Api& api, std::vector<Route>& routes);
void add_upload_routes(const Api& api, std::vector<Route>& routes);
void add_file_routes(const Api& api, std::vector<Route>& routes);
void add_preview_routes(const Api& api, std::vector<Route>& routes);
void add_spec_routes(const Api& api, std::vector<Route>& routes);
void add_job_routes(const Api& api, std::vector<Route>& routes);
void add_output_routes(const Api& api, std::vector<Route>& routes);
void add_event_routes(const Api& api, std::vector<Route>& routes);

}  // namespace crm
