#pragma once

#include <string>

namespace crm_merge {

/// The path that `location` means: itself, or that of a file:// URI with its %XX undone.
///
/// Errors: invalid_config for an empty one, a URI of another scheme, a file:// URI of another host or with a bad %XX, and
/// "-": the standard streams are the caller's.
std::string local_path(const std::string& location);

}  // namespace crm_merge
