#pragma once

#include <string_view>

namespace crm {

/// The key of a record id: trimmed, case kept; a valid 18-character Salesforce id becomes its 15-character form, as its
/// last three characters only repeat the case of the others. A view into `cell`.
std::string_view id_key(std::string_view cell);

}  // namespace crm
