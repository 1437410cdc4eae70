#pragma once

#include <string>
#include <vector>

#include "server/route.h"

namespace crm {

/// The OpenAPI 3.1 document of these routes, as JSON. What a route's parameters, body and outcomes say here
/// is what the router holds requests to. Errors: internal if a route names a component that is not there.
std::string openapi_document(const std::vector<Route>& routes, const std::string& version);

/// The names of the components that routes may name, from schemas/api.schemas.json.
std::vector<std::string> api_schema_names();

}  // namespace crm
