#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"

namespace crm {

/// What a caller may do. `open` calls need no token.
enum class Role { open, read, write };

struct Caller {
  std::string name;  ///< of the token; "local" where none is required
  Role role = Role::open;
};

/// One request that found its route and may be served: who, which parameters, which body.
struct Call {
  const Request& request;
  Caller caller;
  std::map<std::string, std::string, std::less<>> parameters;  ///< of path and query, declared and checked
  std::string body;                                            ///< whole, for routes that take JSON

  const std::string& path_value(std::string_view name) const { return parameters.find(name)->second; }
  std::optional<std::string> query_value(std::string_view name) const {
    const auto found = parameters.find(name);
    if (found == parameters.end()) return std::nullopt;
    return found->second;
  }
};

}  // namespace crm
