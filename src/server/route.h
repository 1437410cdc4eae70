#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/call.h"

// One row of the table of routes: what serves a call, and what the OpenAPI document says of it.
namespace crm {

/// A parameter in the path or the query. The router refuses one that breaks these rules, and the document
/// states them.
struct Parameter {
  enum class In { path, query };
  enum class Type { text, count };
  std::string name = {};
  In in = In::query;
  std::string description = {};
  Type type = Type::text;
  std::uint64_t least = 0, most = 0;    ///< count: its range; text: its length in bytes
  std::string pattern = {};             ///< text: an ECMAScript regular expression for all of it, or empty
  std::vector<std::string> words = {};  ///< text: the only values; `several`: a comma list of them
  bool several = false;
};

/// What may come back.
struct RouteOutcome {
  int status = 200;
  std::string description = {};
  std::string schema = {};                      ///< name of a component; empty: no JSON body
  std::string media_type = "application/json";  ///< empty: no body
};

struct Route {
  using Handle = std::function<Response(const Call&)>;
  using OpenBody = std::function<std::unique_ptr<BodySink>(const Call&)>;

  std::string method = {};  ///< "GET" serves HEAD too
  std::string path = {};    ///< "/api/v1/jobs/{id}"
  Role role = Role::read;
  std::string id = {};  ///< operationId
  std::string summary = {};
  std::vector<Parameter> parameters = {};
  std::vector<RouteOutcome> outcomes = {};  ///< besides the errors that any call may give

  Handle handle = {};  ///< has `Call::body` where `body_schema` is set

  std::string body_schema = {};  ///< name of the component that the JSON body is; empty: no body
  std::uint64_t max_body_bytes = 64u << 10;

  OpenBody open_body = {};  ///< instead of `handle`: takes a body of any length as it comes
  std::vector<std::string> request_headers = {};  ///< named in the document: "Idempotency-Key", "Range"
};

Parameter path_parameter(std::string name, std::string description, std::string pattern);

}  // namespace crm
