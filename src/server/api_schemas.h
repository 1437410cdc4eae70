#pragma once

#include <string_view>

namespace crm {

/// The text of schemas/api.schemas.json: an object of the API's schemas by name.
std::string_view api_schemas();

}  // namespace crm
