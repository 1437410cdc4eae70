#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace crm {

/// The JSON Schema (draft 7, which editors know best) of spec files, made from spec_keys(). `describe` gives what a key is
/// for; the command line's table knows.
std::string spec_schema(const std::function<std::string(std::string_view key)>& describe);

}  // namespace crm
